"""Beside an open return: whose receipt it is and which points move. Never a question."""

from collections.abc import Iterable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pos_app.domain.money import Currency, Money
from pos_app.domain.sentence import Points
from pos_app.ui.controls import Paragraph
from pos_app.ui.theme import MEDIUM, SEMIBOLD, Look
from pos_app.workstation.return_shown import ReturnView
from pos_app.workstation.tender_shown import TenderView


class Returning(QWidget):
    """In the place of the member: nobody is identified while goods come back."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        metrics = look.metrics
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.gap)
        self._title = Paragraph(look, metrics.heading, ink="")
        self._title.setFont(look.font(metrics.heading, SEMIBOLD))
        self._who = Paragraph(look, metrics.body, ink="")
        self._back = Paragraph(look, metrics.body, ink="good")
        self._taken = Paragraph(look, metrics.body, ink="points")
        for line in (self._back, self._taken):
            line.setFont(look.font(metrics.body, MEDIUM))
        for line in (self._title, self._who, self._back, self._taken):
            column.addWidget(line)

    def show_return(self, shown: ReturnView) -> None:
        """Everything about it; the money stands in the totals."""
        say = self._look.say
        if shown.bare:
            self._title.say(say("ui.returning_bare"))
            told = map(self._look.words.say, shown.terms)
            self._who.say("\n".join((say("ui.returning_bare_how"), *told)))
        else:
            self._title.say(say("ui.returning_receipt", number=shown.receipt))
            known = shown.name or say("ui.returning_member")
            self._who.say(known if shown.of_member else say("ui.returning_nobody"))
        back, taken = points_told(self._look, shown.points_back, shown.points_taken)
        none = say("ui.returning_none") if shown.of_member and not back and not taken else ""
        part = Money(shown.fraction_minor)
        more = say("ui.returning_part", part=part) if shown.fraction_minor else ""
        self._back.say("\n".join(filter(None, (back, more))))
        self._taken.say(taken or none)


def ways_told(
    look: Look, currency: Currency, ways: Iterable[TenderView], cash: str = "ui.from_drawer"
) -> list[str]:
    """`From the drawer 99.50`, `Gift card ··0001 120.40`: each way on its own; `cash`: the words
    of that one."""
    return [
        " ".join(
            part
            for part in (
                look.say(cash if one.kind == "cash" else f"refund_to.{one.kind}"),
                one.label,
                look.words.money(one.amount_minor, currency),
            )
            if part
        )
        for one in ways
    ]


def points_told(look: Look, back: int, taken: int) -> tuple[str, str]:
    """What comes back to the account and what is taken off it; "" for nothing."""
    return (
        look.say("ui.returning_back", points=Points(back)) if back else "",
        look.say("ui.returning_taken", points=Points(taken)) if taken else "",
    )
