"""A scan over a page of reports, conflicts, devices or the day's end begins a sale that is seen."""

from pos_app.ui.desk import Desk
from pos_app.workstation.answer import Answer

DAY = "day"
KEPT = frozenset({"report", "period", "conflicts", "devices", DAY})
"""They stay for what is refused: only a receipt that has begun takes their place."""
ASKED = frozenset({"report_section", "report_period", "conflict_line", DAY, "day_count"})
"""Their questions, which go with them."""


def begun(desk: Desk, answer: Answer) -> Answer:
    """What was scanned is on a receipt: neither a page nor its question stays over it."""
    if answer.refusal is not None or desk.view.transaction is None:
        return answer
    page = desk.page
    if page is not None and page.kind in KEPT:
        if page.kind == DAY:
            page.content.leaving = True
        desk.turn_to(None)
    if desk.ask is not None and desk.ask.name in ASKED:
        desk.close_ask()
        desk.write("")
    return answer
