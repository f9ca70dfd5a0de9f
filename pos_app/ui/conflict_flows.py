"""The way to the store's conflicts and to the word on one. Never a rule.

The list is the server's and comes later: `heard` takes it in while the page is open.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from pos_app.domain.rights import Right
from pos_app.ui.desk import Ask, Desk, Page, Row
from pos_app.ui.lending_flows import with_right
from pos_app.ui.phrases import money, words_of
from pos_app.ui.reason_flows import ask_reason
from pos_app.workstation.answer import Answer
from pos_app.workstation.open_conflicts import ConflictList, ConflictView, OpenConflicts
from resources.words import Words

PAGE = "conflicts"
REASONS: Mapping[str, tuple[str, ...]] = {
    "absorb": ("our_mistake", "good_customer", "other"),
    "collect": ("customer_knows", "other"),
    "note": ("seen_and_clear", "talked_to_cashier", "told_support", "other"),
}
LEAD_THERE = ("day", "conflicts")
ICONS = {"absorb": "landmark", "collect": "coins", "note": "check"}


def conflicts(desk: Desk, back: Callable[[], None] | None = None) -> None:
    """What is known now; the server's list when it comes. `back`: where they came from, taken up
    again once the page is left or nothing on it waits any more."""

    def left() -> None:
        if back is not None and desk.page is None:
            back()

    def look() -> None:
        take(desk, desk.do(desk.till.conflicts()), left if back else None)

    with_right(desk, Right.SIGN_CONFLICTS, look)


def take(desk: Desk, answer: Answer, left: Callable[[], None] | None = None) -> None:
    """A list that an answer brought: its page, and the lines to decide beside it."""
    told = answer.data.get("conflicts")
    if not isinstance(told, ConflictList):
        return
    desk.turn_to(Page(PAGE, told, left))
    _lines(desk, told)
    if left is not None and told.whole and not any(one.actions for one in told.lines):
        desk.turn_to(None)


def heard(desk: Desk, answer: Answer) -> None:
    """What was pushed: a new list while nothing is being decided; what was decided is over."""
    told, page = answer.data.get("conflicts"), desk.page
    if not isinstance(told, ConflictList) or page is None or page.kind != PAGE:
        return
    deciding = desk.ask is not None and desk.ask.name not in ("conflict_line",)
    if deciding:
        desk.turn_to(Page(PAGE, told, page.left))
    else:
        take(desk, answer, page.left)


def _lines(desk: Desk, told: ConflictList) -> None:
    waiting = [one for one in told.lines if one.actions]
    if not waiting:
        if desk.ask is not None and desk.ask.name == "conflict_line":
            desk.close_ask()
        return
    words = words_of(desk)
    rows = [Row(kind_words(words, one), _told(desk, one), value=one) for one in waiting]
    desk.open(Ask("conflict_line", lambda t: None, pick=lambda r: _decide(desk, r.value)), rows)


def _told(desk: Desk, one: ConflictView) -> str:
    """What it costs first, below its name: a large figure beside would cut it in two."""
    words, cost = words_of(desk), ""
    if one.money_minor:
        cost = money(words, desk.view, one.money_minor)
    elif one.points:
        cost = words.text("conflict.points", n=one.points)
    return " · ".join(part for part in (cost, where_words(words, one)) if part)


def _decide(desk: Desk, one: ConflictView) -> None:
    words = words_of(desk)

    def pick(row: Row) -> None:
        action = str(row.value)
        ask_reason(desk, REASONS[action], partial(_sign, desk, one.id, action))

    rows = [
        Row(words.text(f"conflict.{name}"), words.text(f"conflict.{name}_what"), value=name,
            icon=ICONS[name])
        for name in one.actions
    ]  # fmt: skip
    desk.open(Ask("conflict_do", lambda text: None, pick=pick), rows)


def _sign(desk: Desk, conflict_id: str, action: str, reason: str) -> None:
    desk.attempt(lambda who: desk.till.sign_conflict(conflict_id, action, reason, override=who))
    page = desk.page
    if desk.ask is None and page is not None and page.kind == PAGE:
        _lines(desk, page.content)


def kind_words(words: Words, one: ConflictView) -> str:
    """What it is, in a few words."""
    key = f"conflict_kind.{one.kind}"
    return words.text(key) if words.knows(key) else words.text("conflict.unknown", kind=one.kind)


def meaning_words(words: Words, one: ConflictView) -> str:
    """What it means, in a sentence."""
    key = f"conflict_means.{one.kind}"
    return words.text(key) if words.knows(key) else words.text("conflict.unknown_means")


def detail_words(words: Words, one: ConflictView) -> str:
    """How often and on which receipts, where a card is used too often; what a machine noted, where
    it is of nobody: "" for the rest."""
    count, _, numbers = one.detail.partition(": ")
    key = f"conflict_often.{one.kind}"
    if words.knows(key) and count.isdecimal():
        return words.text(key, n=int(count), numbers=", ".join(numbers.split()))
    return "" if one.member_id else one.detail


def where_words(words: Words, one: ConflictView) -> str:
    """Whose, when, at which till, on which receipt: two of a kind are told apart by it."""
    receipt = words.text("conflict.receipt", number=one.receipt) if one.receipt else ""
    parts = (one.member, words.format(one.at, "day"), one.where, receipt)
    return " · ".join(part for part in parts if part)


def counted(desk: Desk, entries: Iterable[tuple[str, str]]) -> str:
    """How many are open, for a menu that leads there, or "". The server is asked meanwhile."""
    if not any(name in LEAD_THERE for name, _ in entries):
        return ""
    told = desk.till.open_conflicts().data.get("open_conflicts")
    desk.till.recount_conflicts()
    return (
        words_of(desk).number(told.count) if isinstance(told, OpenConflicts) and told.count else ""
    )
