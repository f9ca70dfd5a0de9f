"""The end of the day on one screen: what may be said now beside it. Never a rule, never a step."""

from dataclasses import dataclass, replace
from functools import partial

from pos_app.domain.rights import Right
from pos_app.ui import conflict_flows, fiscal_flows, gestures, payment_flows
from pos_app.ui.desk import Ask, Desk, Page, Row
from pos_app.ui.gestures import to_minor
from pos_app.ui.lending_flows import hand_back, with_right
from pos_app.ui.phrases import suspended_row, words_of
from pos_app.ui.reason_flows import ask_reason
from pos_app.workstation.answer import Answer
from pos_app.workstation.day_record import DIFFERENCE_REASONS
from pos_app.workstation.day_view import DayStep, DayView, StepState
from pos_app.workstation.report import Report

DAY, COUNT, DROP = "day", "day_count", "day_drop"
OWN = frozenset({DAY, COUNT})
DROP_REASONS = ("customer_left", "mistake", "no_money", "other")
LEAVE, REPORT, AGAIN = "leave", "report", "count_again"
ELSEWHERE = frozenset({"suspended", "undecided", "errands", "conflicts", "void_open"})
SENIORS = frozenset({"close", "close_differs", "drop"})
"""Said by whoever may close the day: a lent right may have gone with a kill or a receipt."""
OF_A_STEP = frozenset({"again", "closed", "let_go", "printed", "leave_them"})
"""They say of which step they are; the others say it themselves."""
ICONS = {
    "suspended": "inbox",
    "undecided": "credit-card",
    "errands": "circle-help",
    "drop": "trash-2",
    "leave_them": "calendar-check",
    "count": "coins",
    "count_again": "undo-2",
    "close": "lock",
    "close_differs": "lock",
    "put_aside": "inbox",
    "void_open": "trash-2",
    "again": "refresh-cw",
    "closed": "check",
    "let_go": "x",
    "printed": "check",
    "conflicts": "triangle-alert",
    LEAVE: "log-out",
    REPORT: "file-text",
}


@dataclass
class DayBoard:
    """What the screen of the day remembers: the question it asked last; `over`: another screen
    lies over it; `leaving`: somebody goes."""

    asking: str = ""
    counted: bool = False
    over: bool = False
    leaving: bool = False


def end_of_day(desk: Desk) -> None:
    """Begin the end of the day, or take it up where it was left."""
    if desk.do(desk.till.day_begin()).ok:
        show(desk)


def show(desk: Desk) -> None:
    """The screen, and what may be said; one that is there stays."""
    if desk.view.day is None:
        return
    page = desk.page
    if page is None or page.kind != DAY:
        desk.close_ask()
        board = DayBoard()
        desk.turn_to(Page(DAY, board, left=partial(_left, desk, board)))
    elif desk.ask is None:
        page.content.asking = ""  # what was asked over it is over
    follow(desk)


def _left(desk: Desk, board: DayBoard) -> None:
    """What lies over the day gives it back, a receipt that ends under it leaves it there; who
    goes, a scanned line and who signs off leave it."""
    shown, view = desk.view.transaction, desk.view
    stays = view.operator is not None and (shown is None or not shown.lines)
    over = board.over or desk.page is not None
    if view.day is not None and (board.leaving or not (over or stays)):
        desk.do(desk.till.day_leave())


def leave(desk: Desk) -> None:
    """The sale's own screen again; what goes on by itself goes on."""
    if desk.page is not None and desk.page.kind == DAY:
        desk.page.content.leaving = True
    desk.close_ask()
    desk.turn_to(None)


def follow(desk: Desk) -> bool:
    """Keep question and steps together; True while the day has the screen.

    Esc in the list of choices leaves; Esc in anything else comes back to them.
    """
    page, day = desk.page, desk.view.day
    if day is None or desk.view.operator is None:
        return False
    if page is None or page.kind != DAY:
        if desk.ask is None and page is None:
            show(desk)
        return desk.page is not None
    board: DayBoard = page.content
    ask = desk.ask
    if ask is None and board.asking == DAY:
        leave(desk)
        return False
    board.asking = ask.name if ask is not None else ""
    if ask is None or ask.name in OWN:
        _end_of_loan(desk)
        _ask(desk, board, day)
    return True


def _ask(desk: Desk, board: DayBoard, day: DayView) -> None:
    ask = desk.ask
    if ask is None and not board.counted and _may_count(day):
        _ask_count(desk, board)
    elif ask is None or (ask.name == DAY and rows_of(desk, day) != list(desk.rows)):
        _ask_choice(desk, board, day)


def _end_of_loan(desk: Desk) -> None:
    """What was lent for another thing over the day went with it."""
    person = desk.view.operator
    if person is not None and Right.CLOSE_DAY.value not in person.rights:
        hand_back(desk)


def _ask_why(desk: Desk) -> None:
    """A drawer that differs is closed with a word on it; Esc comes back to the choices."""

    def close(reason: str) -> None:
        desk.do(desk.till.day_choice("count", "close_differs", reason))
        follow(desk)

    ask_reason(desk, (*DIFFERENCE_REASONS, "other"), close)


def _ask_drop(desk: Desk, step: str) -> None:
    """Which receipt that waits, then why; Esc comes back to the choices."""

    def pick(row: Row) -> None:
        def drop(reason: str) -> None:
            desk.do(desk.till.day_choice(f"{step}:{row.value}", "drop", reason))
            follow(desk)

        ask_reason(desk, DROP_REASONS, drop)

    rows = [suspended_row(desk, one) for one in desk.view.suspended]
    desk.open(Ask(DROP, lambda text: None, pick=pick), rows)


def _may_count(day: DayView | None) -> bool:
    step = day.next if day is not None else None
    return step is not None and step.choices == (COUNT.removeprefix("day_"),)


def _ask_count(desk: Desk, board: DayBoard) -> None:
    board.counted, board.asking = True, COUNT

    def close() -> None:
        desk.do(desk.till.day_choice("count", "close"))
        follow(desk)

    def accept(text: str) -> None:
        minor = to_minor(desk, text) if text else None
        if minor is None:
            return
        counted = desk.do(desk.till.count_drawer(minor))
        if not counted.ok:
            return
        desk.close_ask()
        if not counted.data.get("difference_minor"):
            with_right(desk, Right.CLOSE_DAY, close)
        follow(desk)

    desk.open(Ask(COUNT, accept, pad="amount"))


def heard(desk: Desk, answer: Answer) -> None:
    """The settlement came while its Z report is on show: it stands there at once."""
    settled, page = answer.data.get("settled"), desk.page
    if not isinstance(settled, Report) or page is None or not isinstance(page.content, Report):
        return
    shown = page.content
    if (shown.kind, shown.business_on) == (settled.kind, settled.business_on):
        desk.turn_to(replace(page, content=settled))


def rows_of(desk: Desk, day: DayView) -> list[Row]:
    """What may be said now: of the first step that waits for somebody, then of the others."""
    words = words_of(desk)
    rows = []
    for step in sorted(day.steps, key=lambda one: one.state is not StepState.NEEDS_YOU):
        rows += [
            Row(
                words.text(f"day.choice.{choice}"),
                detail=step_name(desk, step) if choice in OF_A_STEP else "",
                value=(step.name, choice),
                icon=ICONS.get(choice, ""),
            )
            for choice in step.choices
        ]
    if day.closed:
        name = words.text(f"day.choice.{REPORT}")
        rows.append(Row(name, value=("", REPORT), icon=ICONS[REPORT]))
    out = "over" if day.is_over else LEAVE if day.closed else "later"
    rows.append(Row(words.text(f"day.choice.{out}"), value=("", LEAVE), icon=ICONS[LEAVE]))
    return rows


def step_name(desk: Desk, step: DayStep) -> str:
    """A step in a word or two; of several terminals, which."""
    words, called = words_of(desk), step.text.args.get("name")
    if called is not None:
        return words.format(called)
    return words.text(f"day.{step.name.partition(':')[0]}_name")


def _ask_choice(desk: Desk, board: DayBoard, day: DayView) -> None:
    board.asking = DAY
    marked = desk.rows[desk.cursor].value if desk.ask is not None and desk.rows else None

    def pick(row: Row) -> None:
        name, choice = row.value
        said = partial(_say, desk, board, name, choice)
        board.asking = ""  # Esc in what follows comes back
        if choice in SENIORS:
            with_right(desk, Right.CLOSE_DAY, said)
        else:
            said()

    rows = rows_of(desk, day)
    cursor = next((place for place, row in enumerate(rows) if row.value == marked), 0)
    desk.open(Ask(DAY, lambda text: None, pick=pick), rows, cursor)


def _say(desk: Desk, board: DayBoard, name: str, choice: str) -> None:
    if choice == "count":
        _ask_count(desk, board)
    elif choice == "close_differs":
        _ask_why(desk)
    elif choice == "drop":
        _ask_drop(desk, name)
    elif choice == REPORT:
        _show_report(desk)
    elif choice == LEAVE:
        leave(desk)
    elif choice in ELSEWHERE:
        _elsewhere(desk, board, choice)
    else:
        desk.do(desk.till.day_choice(name, choice))
        if choice == AGAIN and _may_count(desk.view.day):
            _ask_count(desk, board)
        else:
            follow(desk)


def _elsewhere(desk: Desk, board: DayBoard, choice: str) -> None:
    """Choices with a screen of their own; the day is there again afterwards."""
    board.over = True
    desk.close_ask()
    desk.turn_to(None)
    if choice == "suspended":
        _suspended(desk)
    elif choice == "undecided":
        payment_flows.undecided(desk)
    elif choice == "errands":
        fiscal_flows.unsure(desk, partial(_again, desk))
    elif choice == "conflicts":
        conflict_flows.conflicts(desk, partial(_again, desk))
    elif choice == "void_open":
        gestures.void_transaction(desk)


def _again(desk: Desk) -> None:
    follow(desk)


def _suspended(desk: Desk) -> None:
    """A receipt that is taken up is sold: the day is left for it, and for no other row."""
    gestures.suspended(desk)
    ask = desk.ask
    if ask is None or ask.pick is None:
        return
    take_up = ask.pick

    def pick(row: Row) -> None:
        take_up(row)
        shown = desk.view.transaction
        if shown is not None and shown.lines:
            desk.do(desk.till.day_leave())

    desk.open(replace(ask, pick=pick), desk.rows, desk.cursor)


def _show_report(desk: Desk) -> None:
    day = desk.view.day
    if day is not None and day.report is not None:
        desk.close_ask()
        desk.turn_to(Page("report", day.report))
