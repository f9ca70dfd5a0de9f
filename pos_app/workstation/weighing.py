"""Weighing at the till.

The cashier scans or chooses goods sold by weight; the till asks the scale and shows what lies on
it; the line appears by itself when the weight is at rest. Scanning goes on meanwhile.
Never sells a weight twice, never by guessing, and by hand only with the right where a scale is.
"""

from dataclasses import replace

from pos_app.domain.item import Item
from pos_app.domain.quantity import Quantity, Unit, grams, parse_quantity
from pos_app.domain.rights import Right
from pos_app.domain.sentence import say
from pos_app.workstation.answer import Answer, Part, Tone, notice, refused
from pos_app.workstation.ports import Facts
from pos_app.workstation.scale_port import Pan, Sell, Weighed, Weighing
from pos_app.workstation.station import (
    Override,
    Station,
    authorise,
    changed,
    guarded,
    record,
    right_used,
)
from pos_app.workstation.view import DemandView

AGAIN = frozenset({"empty", "moving", "over", "under", "unreadable", "busy"})
"""Troubles after which the scale is simply asked again: the cashier puts it right on the pan."""
BY_ANYBODY, BY_NOBODY = "always", "never"
"""The setting `manual_weight`; without it a right is wanted."""


def possible(station: Station) -> bool:
    """Whether this till has a scale, be it lost at the moment."""
    return station.scale.state() != "none"


def begin(station: Station, item: Item, sell: Sell) -> Answer:
    """Ask the scale for the weight of an item; another weighing that waits gives way to it."""
    if item.price_minor(station.business_on()) is None:
        return refused("no_price", name=item.name)
    dropped = station.weighing
    if dropped is not None:
        station.scale.cancel()
    station.weighings += 1
    station.weighing = Weighing(station.weighings, item, sell)
    _ask(station)
    lost = station.weighing is not None and station.weighing.state == "lost"
    said = [notice("scale_lost", Tone.WARNING)] if lost else []
    if dropped is not None and dropped.item.item_id != item.item_id:
        said.append(notice("weighing_dropped", Tone.NEUTRAL, None, name=dropped.item.name))
    return changed(Part.DEMAND, notices=said)


def cancel(station: Station) -> Answer:
    """No weight is wanted: nothing was sold."""
    if station.weighing is None:
        return refused("nothing_weighed")
    name = station.weighing.item.name
    drop(station)
    said = notice("weighing_cancelled", Tone.NEUTRAL, None, name=name)
    return changed(Part.DEMAND, notices=(said,))


def drop(station: Station) -> None:
    """Forget a weighing without a word: the receipt it belonged to has ended."""
    if station.weighing is not None:
        station.weighing = None
        station.scale.cancel()


def tick(station: Station) -> None:
    """The heart beat: a scale that is back, or was busy, is asked again."""
    one = station.weighing
    if one is not None and not one.asked and station.scale.state() == "ok":
        _ask(station)
        station.say(changed(Part.DEMAND))


def _ask(station: Station) -> None:
    one = station.weighing
    assert one is not None
    if station.scale.state() != "ok":
        station.weighing = replace(one, state="lost", asked=False)
        return
    number = one.number
    station.weighing = replace(one, state="waiting", shown_g=None, asked=True)
    station.scale.weigh(
        lambda pan: _shown(station, number, pan), lambda told: _told(station, number, told)
    )


def _shown(station: Station, number: int, pan: Pan) -> None:
    one = station.weighing
    if one is None or one.number != number:
        return
    station.weighing = replace(one, state=pan.state, shown_g=pan.grams)
    station.say(changed(Part.DEMAND))


def _told(station: Station, number: int, told: Weighed) -> None:
    """The scale's answer; one to a weighing that was cancelled or answered is nobody's."""
    one = station.weighing
    if one is None or one.number != number or not one.asked:
        return
    if not told.trouble:
        station.weighing = None
        answer = guarded(lambda: _taken(one, told.grams))
        station.say(replace(answer, changed=answer.changed | {Part.DEMAND}))
    elif told.trouble in AGAIN:
        state = one.state if told.trouble in {"busy", "empty"} else told.trouble
        station.weighing = replace(one, state=state, asked=False)
        if told.trouble != "busy":
            station.say(changed(Part.DEMAND))
    elif told.trouble == "lost":
        station.weighing = replace(one, state="lost", shown_g=None, asked=False)
        said = notice("scale_lost", Tone.WARNING)
        station.say(changed(Part.DEMAND, Part.DEVICES, notices=(said,)))
    else:
        station.weighing = None
        station.say(replace(refused("scale_refused"), changed=frozenset({Part.DEMAND})))


def _taken(one: Weighing, weight_g: int) -> Answer:
    net_g = weight_g - tare_of(one.item)
    if net_g <= 0:
        return refused("lighter_than_its_tare", name=one.item.name)
    return one.sell(grams(net_g), "scale")


def tare_of(item: Item) -> int:
    """The packing that the catalogue takes off each weighing, in grams."""
    told = item.extra.get("tare_g", "")
    return int(told) if told.isascii() and told.isdigit() else 0


def by_hand(station: Station, item: Item, text: str, override: Override | None) -> Answer | None:
    """Why a weight must not be typed; None when it may. A right that was used is recorded."""
    rule = station.mirror.setting("manual_weight")
    if item.unit is not Unit.GRAM or not possible(station) or rule == BY_ANYBODY:
        return None
    if rule == BY_NOBODY:
        return refused("no_manual_weight")
    allowed = authorise(station, Right.WEIGH_BY_HAND, override)
    if isinstance(allowed, Answer):
        return allowed
    subject = f"{item.item_id} x {text}"
    event = right_used(station, "weigh_by_hand", subject, override_by=allowed.by)
    return record(station, Facts(events=(event,)))


def typed(station: Station, quantity: str, override: Override | None) -> Answer:
    """The weight of the goods that wait, by hand: `0.342` in kilograms."""
    one = station.weighing
    if one is None:
        return refused("nothing_weighed")
    try:
        wanted = parse_quantity(quantity, one.item.unit)
    except ValueError:
        return refused("bad_quantity", text=quantity)
    if wanted.value <= 0:
        return refused("bad_quantity", text=quantity)
    trouble = by_hand(station, one.item, quantity, override)
    if trouble:
        return trouble
    drop(station)
    answer = one.sell(wanted, "typed")
    return replace(answer, changed=answer.changed | {Part.DEMAND})


def tare(station: Station, weight_g: int | None) -> Answer:
    """The scale takes off what lies on it, or (0) nothing any more."""
    if station.scale.state() != "ok":
        return refused("scale_lost")

    def answered(done: bool) -> None:
        code = "scale_tared" if done and weight_g is None else "tare_cleared"
        said = notice(code, Tone.GOOD) if done else notice("scale_refused", Tone.WARNING)
        station.say(changed(Part.DEVICES, notices=(said,)))

    station.scale.tare(weight_g, answered)
    return changed(Part.DEVICES)


def demand(station: Station) -> DemandView | None:
    """What the screen shows while goods wait for their weight."""
    one = station.weighing
    if one is None:
        return None
    name, shown = one.item.name, one.shown_g
    if one.state in {"moving", "resting"} and shown is not None:
        weight = Quantity(shown, Unit.GRAM)
        return DemandView("weighing", say("demand.weighing_shown", name=name, weight=weight))
    state = "moving" if one.state == "resting" else one.state
    return DemandView("weighing", say(f"demand.weighing_{state}", name=name))


class WeighingGestures:
    """The cashier's gestures while goods are weighed; see SellingPort."""

    _station: Station

    def cancel_weighing(self) -> Answer:
        """See WeighingPort."""
        return guarded(lambda: cancel(self._station))

    def weigh_by_hand(self, quantity: str, override: Override | None = None) -> Answer:
        """See WeighingPort."""
        return guarded(lambda: typed(self._station, quantity, override))

    def tare(self, weight_g: int | None = None) -> Answer:
        """See WeighingPort."""
        return guarded(lambda: tare(self._station, weight_g))
