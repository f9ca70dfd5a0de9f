"""A gift card is sold or topped up.

The cashier picks an amount, or scans the card's price tag, and scans the card: the line stands for
that card, which holds the money once the receipt is paid. A receipt that is voided has sold
nothing. Never pays with one.
"""

from collections.abc import Callable
from dataclasses import replace

from pos_app.domain.identification import Identification
from pos_app.domain.item import Item
from pos_app.domain.loyalty.gift_card import face_values, sale_refused
from pos_app.domain.loyalty.owner import masked
from pos_app.domain.money import Money
from pos_app.domain.quantity import Quantity, pieces
from pos_app.domain.sentence import Sentence, say
from pos_app.domain.transaction import LineItem, Transaction
from pos_app.workstation import regulated
from pos_app.workstation.answer import Answer, Tone, notice, refused, refused_with
from pos_app.workstation.gift_card_at_hand import code_of, id_of, know_card, show, which
from pos_app.workstation.pricing_task import program_of
from pos_app.workstation.sale import begin, edit, not_editable, not_ready
from pos_app.workstation.station import Station

CLASS = "gift_card"
ITEM = "gift_card"
"""The id of the line of a card that no item of the catalogue stands for."""


def scanned(station: Station, found: Identification, _entry: str) -> Answer:
    """A card came from the scanner: for the line that waits for one, else it is shown."""
    card_id = id_of(station, code_of(found))
    if isinstance(card_id, Answer):
        return card_id
    line = _waiting(station, station.open)
    return _attach(station, line, card_id) if line else show(station, card_id)


def sell(station: Station, code: str, amount_minor: int | None) -> Answer:
    """Sell a card, or top one up that was sold; no code is the card at hand, no amount the one
    that the program knows."""
    trouble = not_ready(station) or not_editable(station) or _not_here(station)
    if trouble:
        return trouble
    rules = program_of(station).gift_cards
    card_id = which(station, code)
    if isinstance(card_id, Answer):
        return card_id
    waiting = _waiting(station, station.open)
    if amount_minor is None and waiting is not None:
        return _attach(station, waiting, card_id)
    if amount_minor is None:
        if len(rules.denominations_minor) != 1 or rules.most_minor:
            exist = () if rules.most_minor else face_values(rules)
            return refused("gift_card_amount", exist=exist)
        (amount_minor,) = rules.denominations_minor
    trouble = _not_sold(station, card_id, amount_minor)
    if trouble:
        return trouble
    item = item_of(station, card_id)
    return _put(station, item, amount_minor, card_id)


def _not_here(station: Station) -> Answer | None:
    """This shop sells none, or this operator does not: known before a card is looked for."""
    rules = program_of(station).gift_cards
    if not rules.sold:
        return refused("gift_cards_not_sold")
    barred = rules.sellers and _role(station) not in rules.sellers
    return refused_with(say("gift.seller")) if barred else None


def item_of(station: Station, card_id: str) -> Item:
    """The line's item; what a card is is the law's and the program's business."""
    voice = station.gear.voice(station.settings.language)
    name = voice.text("gift.item", number=masked(card_id))
    item = Item(ITEM, name, (), regulated=CLASS, tax_class="none")
    return regulated.on_line(station, item)


def _put(station: Station, item: Item, amount_minor: int, card_id: str) -> Answer:
    tops_up = know_card(station, card_id).card.issued

    def added(t: Transaction) -> Transaction:
        line = LineItem(
            t.next_line, item, "", pieces(1), amount_minor, "choice", card_id=card_id,
            tops_up=tops_up,
        )  # fmt: skip
        lines = (*t.lines, line)
        return replace(t, lines=lines, next_line=t.next_line + 1, selected=line.line)

    number = begin(station).next_line
    code = "gift_card_topped_up" if tops_up else "gift_card_sold"
    money = Money(amount_minor)
    said = notice(code, Tone.GOOD, number, number=masked(card_id), amount=money)
    return edit(station, added, said)


def _attach(station: Station, line: LineItem, card_id: str) -> Answer:
    """The line stands for this card; of several of a kind, one."""
    trouble = not_editable(station) or _not_sold(station, card_id, line.unit_price_minor)
    if trouble:
        return trouble
    left = line.quantity.value - 1

    def split(t: Transaction) -> Transaction:
        kept = replace(line, quantity=Quantity(left, line.quantity.unit))
        lines = tuple(kept if one.line == line.line else one for one in t.lines)
        return replace(t, lines=tuple(one for one in lines if one.quantity.value))

    answer = edit(station, split)
    if not answer.ok:
        return answer
    answer = _put(station, line.item, line.unit_price_minor, card_id)
    # One change of the cashier's is one step of undo.
    station.past.pop()
    return answer


def _not_sold(station: Station, card_id: str, amount_minor: int) -> Answer | None:
    transaction = station.open
    if transaction is not None and any(one.card_id == card_id for one in transaction.lines):
        return refused("gift_card_here_already")
    known = know_card(station, card_id)
    card = known.card if known.heard else None
    rules = program_of(station).gift_cards
    why = sale_refused(rules, card, amount_minor, _role(station), station.business_on())
    return refused_with(why) if why else None


def _role(station: Station) -> str:
    return station.operator.role if station.operator else ""


def _waiting(station: Station, transaction: Transaction | None) -> LineItem | None:
    """The first line of a gift card of the catalogue that names no card yet."""
    if transaction is None or not program_of(station).gift_cards.sold:
        return None
    return next((one for one in transaction.lines if _names_none(one)), None)


def noting(station: Station) -> Callable[[LineItem], tuple[Sentence, ...]]:
    """For each line: that a card's price tag waits for the card, said as soon as it is scanned."""
    if not program_of(station).gift_cards.sold:
        return lambda _entered: ()
    told = (say("note.gift_card_waits"),)
    return lambda entered: told if _names_none(entered) else ()


def _names_none(line: LineItem) -> bool:
    return line.item.regulated == CLASS and not line.card_id and line.sold is None


def missing(station: Station, transaction: Transaction) -> Answer | None:
    """Why the payment waits: a gift card without a card. Not once money moved."""
    line = None if transaction.tenders else _waiting(station, transaction)
    return refused("gift_card_asks_card", name=line.item.name) if line else None


def restored(station: Station, line: LineItem) -> LineItem | None:
    """A line of a suspended receipt; None when its card may not be sold any more."""
    if _not_sold(station, line.card_id, line.unit_price_minor):
        return None
    return replace(line, tops_up=know_card(station, line.card_id).card.issued)
