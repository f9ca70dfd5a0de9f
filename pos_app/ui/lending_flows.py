"""A row of the menu for those with a right: whoever has it types their PIN, the cashier stays."""

from collections.abc import Callable

from pos_app.domain.rights import Right
from pos_app.ui.desk import NEEDS_OVERRIDE, Desk
from pos_app.workstation.answer import Answer, Part
from pos_app.workstation.till_port import Override


def lacks(desk: Desk, right: Right) -> bool:
    """Whether whoever is signed on may not, by their own right or a lent one."""
    person = desk.view.operator
    return person is not None and right.value not in person.rights


def with_right(desk: Desk, right: Right, go: Callable[[], None]) -> None:
    """`go` at once, or when somebody has lent the right: before anything else is typed."""
    if not lacks(desk, right):
        go()
        return

    def lend(who: Override | None) -> Answer:
        return desk.till.lend_right(right.value, override=who)

    answer = desk.do(lend(None))
    if answer.ok:
        go()
    elif answer.refusal is not None and answer.refusal.code in NEEDS_OVERRIDE:
        desk.ask_for_override(lend, right.value, then=go)


def hand_back(desk: Desk) -> None:
    """Nothing is asked and no page is open: what a right was lent for is over."""
    person = desk.view.operator
    if person is not None and person.lent:
        desk.till.give_right_back()
        desk.view = desk.till.view()
        desk.emit(Part.SESSION)
