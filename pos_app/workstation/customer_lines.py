"""The customer's two lines.

The customer reads what was just scanned and the total, what is left to pay, the change, a greeting.
Never shows a member's name or number, and never holds the sale up: it is told, not asked.
"""

from dataclasses import dataclass, field

from pos_app.domain.document import TransactionKind
from pos_app.domain.money import Money
from pos_app.domain.quantity import Quantity, Unit
from pos_app.workstation.present import transaction_view
from pos_app.workstation.station import Station, Voice
from pos_app.workstation.view import LineView, TransactionView

COLUMNS = 20
Rows = tuple[str, str]


@dataclass
class CustomerLines:
    """Follows a station; `tick` shows what has changed since the last one.

    A display that comes back is told again, for what it shows meanwhile may be old.
    """

    station: Station
    _seen: tuple[object, ...] = field(default=(), init=False)
    _shown: tuple[Rows, str] | None = field(default=None, init=False)

    def tick(self) -> None:
        """Called some times a second; costs nothing while nothing changes."""
        station = self.station
        state = next((d.state for d in station.devices.states() if d.kind == "display"), "none")
        parts: tuple[object, ...] = (
            state,
            station.session,
            station.open,
            station.priced,
            station.last_sale,
            station.weighing,
        )
        same = len(parts) == len(self._seen) and all(
            old is new for old, new in zip(self._seen, parts, strict=True)
        )
        if state == "none" or same:
            return
        self._seen = parts
        rows = rows_of(station)
        if self._shown != (rows, state) and state != "lost":
            station.devices.display(rows)
        self._shown = (rows, state)


def rows_of(station: Station) -> Rows:
    """The two lines, of at most twenty characters each."""
    voice = station.gear.voice(station.settings.language)
    if station.weighing is not None:
        shown_g = station.weighing.shown_g
        weight = Quantity(shown_g, Unit.GRAM) if shown_g is not None and shown_g >= 0 else None
        name = station.weighing.item.name
        return cut(name), cut(voice.text("display.weight", weight=weight)) if weight else ""
    if station.open is not None and station.priced is not None and station.open.lines:
        return _selling(voice, transaction_view(station, station.open, station.priced))
    if station.last_sale is not None:
        return _sold(voice, station)
    if station.session is None:
        return cut(voice.text("display.closed")), ""
    training = voice.text("display.training") if station.settings.training else ""
    greeting = station.mirror.setting("display_greeting")
    upper = greeting if isinstance(greeting, str) else voice.text("display.greeting")
    return cut(upper), cut(training or station.settings.slogan)


def _selling(voice: Voice, view: TransactionView) -> Rows:
    if view.kind == TransactionKind.RETURN.value:
        return _pair(voice.text("display.return"), _amount(voice, view.total_minor)), ""
    total = _pair(voice.text("display.total"), _amount(voice, view.total_minor))
    if view.tenders:
        left = view.due_minor if view.due_minor > 0 else view.change_due_minor
        word = "display.due" if view.due_minor > 0 else "display.change"
        return total, _pair(voice.text(word), _amount(voice, left))
    line = _line(view)
    if line is None:
        return total, ""
    return _pair(line.name, _amount(voice, line.amount_minor)), total


def _line(view: TransactionView) -> LineView | None:
    """The line that was touched last."""
    chosen = (one for one in view.lines if one.line == view.selected_line)
    return next(chosen, view.lines[-1] if view.lines else None)


def _sold(voice: Voice, station: Station) -> Rows:
    assert station.last_sale is not None
    document = station.last_sale.document
    points = document.totals.points_earned
    upper = _pair(voice.text("display.change"), _amount(voice, document.change_minor))
    if document.kind is TransactionKind.RETURN:
        upper = voice.text("display.returned")
    elif not document.change_minor:
        paid = _amount(voice, document.totals.due_minor)
        upper = _pair(voice.text("display.paid"), paid)
    if points > 0:
        return cut(upper), _pair(voice.text("display.points"), f"+{points}")
    return cut(upper), cut(voice.text("display.thanks"))


def _amount(voice: Voice, minor: int) -> str:
    return voice.text("display.amount", amount=Money(minor))


def _pair(left: str, right: str) -> str:
    """Left and right of one line; the right one is money and is never cut."""
    room = COLUMNS - len(right) - 1
    return f"{left[: max(room, 0)].rstrip():<{max(room, 0)}} {right}"[-COLUMNS:]


def cut(text: str) -> str:
    """What fits on a line."""
    return text[:COLUMNS]
