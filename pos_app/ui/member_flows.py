"""The way to a member: found, read, adjusted, made one with another. Never a rule.

What the server tells comes later: `heard` takes it in while the page is open.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from pos_app.domain.identification.symbology import split_aim
from pos_app.domain.rights import Right
from pos_app.ui.desk import Ask, Desk, Page, Row
from pos_app.ui.lending_flows import with_right
from pos_app.ui.phrases import member_row, words_of
from pos_app.ui.reason_flows import ask_reason
from pos_app.workstation.answer import Answer, Tone
from pos_app.workstation.member_card import MemberCard
from pos_app.workstation.merge_members import MergePlan
from pos_app.workstation.view import FoundItem, FoundMember

LOTS, LEDGER, RECEIPTS = "lots", "ledger", "receipts"
SECTIONS = (LOTS, LEDGER, RECEIPTS)
PAGE, MERGE_PAGE = "member", "merge"
FINDING = frozenset({"find_member", "merge_with"})
GIVE_REASONS = ("apology", "forgotten_card", "campaign", "other")
TAKE_REASONS = ("earned_wrong", "given_twice", "other")
MERGE_REASONS = ("same_person", "lost_card", "other")
ICONS = {LOTS: "coins", LEDGER: "file-text", RECEIPTS: "receipt-text"}


@dataclass(frozen=True, slots=True)
class MemberBoard:
    """A member and the section on show."""

    card: MemberCard
    section: str = LOTS


def members(desk: Desk) -> None:
    """Members by name, for whoever may see them, by their own right or a lent one."""
    with_right(desk, Right.SEE_MEMBERS, partial(_ask_who, desk))


def _ask_who(desk: Desk) -> None:
    """Phone, its last four digits, a card (typed or scanned), or the beginning of a name.

    Enter alone opens the member of the open receipt.
    """
    shown = desk.view.member

    def accept(text: str) -> None:
        if text:
            take(desk, desk.do(desk.till.find_members(text)))
        elif shown is not None:
            desk.close_ask()
            take(desk, desk.do(desk.till.member_card(shown.id)))

    def scan(data: bytes) -> None:
        look_up(desk, split_aim(data.decode("utf-8", "replace"))[1])

    rows = [Row(shown.display_name, words_of(desk).text("member.on_receipt"))] if shown else []
    desk.open(Ask("find_member", accept, pad="digits", scan=scan), rows)


def look_up(desk: Desk, text: str) -> None:
    """What was scanned where a member is asked for: the member, or that goods are not sold here."""
    item = desk.till.price_check(text).data.get("item")
    if isinstance(item, FoundItem):
        desk.write("")
        desk.tell("ui.goods_of_no_member", Tone.WARNING, name=item.name)
        return
    if desk.ask is None or desk.ask.name not in FINDING:
        _ask_who(desk)
    desk.write("")
    take(desk, desk.do(desk.till.find_members(text)))


def scanned(desk: Desk, text: str) -> bool:
    """Whether a member's page has taken a scan: none sells behind it. A PIN that is asked over the
    page comes first."""
    if desk.page is None or desk.page.kind not in (PAGE, MERGE_PAGE):
        return False
    if desk.ask is not None and desk.ask.masked:
        desk.tell("ui.pin_first", Tone.NEUTRAL)
    else:
        look_up(desk, text)
    return True


def take(desk: Desk, answer: Answer) -> Answer:
    """What an answer brought: members to choose from, a member, a merge to look at."""
    found = answer.data.get("found_members")
    if found and desk.ask is not None and desk.ask.name in FINDING:
        _found(desk, found)
    card = answer.data.get("member_card")
    if isinstance(card, MemberCard):
        show(desk, card)
    plan = answer.data.get("merge_plan")
    if isinstance(plan, MergePlan):
        _show_plan(desk, plan)
    return answer


def heard(desk: Desk, answer: Answer) -> None:
    """What was pushed without a gesture: of the page that is open, and of no other."""
    card, board = answer.data.get("member_card"), _board(desk)
    if isinstance(card, MemberCard):
        if board is None or board.card.id != card.id:
            return
        desk.turn_to(Page(PAGE, replace(board, card=card)))
        return
    take(desk, answer)


def _board(desk: Desk) -> MemberBoard | None:
    page = desk.page
    return page.content if page is not None and page.kind == PAGE else None


def _found(desk: Desk, found: tuple[FoundMember, ...]) -> None:
    second = desk.ask is not None and desk.ask.name == "merge_with"
    board = _board(desk)

    def chosen(member_id: str) -> None:
        desk.close_ask()
        if second and board is not None:
            take(desk, desk.do(desk.till.merge_plan(board.card.id, member_id)))
        else:
            take(desk, desk.do(desk.till.member_card(member_id)))

    if len(found) == 1:
        chosen(found[0].id)
        return
    rows = [member_row(one) for one in found]
    desk.open(Ask("found_members", lambda text: None, pick=lambda row: chosen(row.value)), rows)


def show(desk: Desk, card: MemberCard) -> None:
    """The member's page, and beside it what can be read and done."""
    board = _board(desk)
    same = board is not None and board.card.id == card.id
    section = board.section if board is not None and same else LOTS
    desk.turn_to(Page(PAGE, MemberBoard(card, section)))
    _doings(desk, card.id, SECTIONS.index(section))


def _doings(desk: Desk, member_id: str, at: int = 0) -> None:
    words = words_of(desk)
    deeds: dict[str, tuple[str, Callable[[], None]]] = {
        "give": ("plus", partial(adjust, desk, member_id, 1)),
        "take_off": ("minus", partial(adjust, desk, member_id, -1)),
        "merge": ("user-round-plus", partial(merge_with, desk)),
        "another": ("user-round-search", partial(members, desk)),
    }

    def pick(row: Row) -> None:
        board = _board(desk)
        if row.value in SECTIONS and board is not None:
            desk.write("")
            desk.turn_to(Page(PAGE, replace(board, section=row.value)))
        elif row.value in deeds:
            deeds[row.value][1]()

    rows = [Row(words.text(f"member.{n}"), value=n, icon=ICONS[n]) for n in SECTIONS]
    rows += [Row(words.text(f"member.{n}"), value=n, icon=deed[0]) for n, deed in deeds.items()]
    desk.open(Ask("member_do", lambda text: None, pick=pick), rows, at)


def adjust(desk: Desk, member_id: str, sign: int) -> None:
    """How many, then why; the till says whether a second person is needed."""

    def accept(text: str) -> None:
        if not (text.isascii() and text.isdigit()) or not int(text):
            desk.tell("ui.not_a_number")
            return
        reasons = GIVE_REASONS if sign > 0 else TAKE_REASONS
        ask_reason(desk, reasons, partial(write, sign * int(text)))

    def write(points: int, reason: str) -> None:
        desk.attempt(
            lambda who: _done(desk, desk.till.adjust_points(member_id, points, reason, who))
        )
        if desk.ask is None and _board(desk) is not None:
            _doings(desk, member_id)

    desk.open(Ask("points_give" if sign > 0 else "points_take", accept, pad="digits"))


def _done(desk: Desk, answer: Answer) -> Answer:
    """A gesture that may come after somebody else's PIN: its card is shown either way."""
    if answer.ok:
        take(desk, answer)
    return answer


def merge_with(desk: Desk) -> None:
    """Find the other one; the page of the first stays meanwhile."""

    def accept(text: str) -> None:
        if text:
            take(desk, desk.do(desk.till.find_members(text)))

    def scan(data: bytes) -> None:
        look_up(desk, split_aim(data.decode("utf-8", "replace"))[1])

    desk.open(Ask("merge_with", accept, pad="digits", scan=scan))


def _show_plan(desk: Desk, plan: MergePlan) -> None:
    """First question: which of the two stays."""
    desk.turn_to(Page(MERGE_PAGE, plan))
    words = words_of(desk)

    def pick(row: Row) -> None:
        kept, gone = row.value
        ask_reason(desk, MERGE_REASONS, partial(_sure, desk, kept, gone))

    pairs = ((plan.kept, plan.gone), (plan.gone, plan.kept))
    rows = [
        Row(words.text("member.stays", name=name_of(kept)), tail_of(kept), value=(kept, gone))
        for kept, gone in pairs
    ]
    desk.open(Ask("merge_keep", lambda text: None, pick=pick), rows)


def _sure(desk: Desk, kept: MemberCard, gone: MemberCard, reason: str) -> None:
    """Second question: it cannot be undone. The careful answer is the first."""
    words = words_of(desk)

    def back() -> None:
        desk.close_ask()
        take(desk, desk.do(desk.till.member_card(kept.id)))

    def go() -> None:
        desk.close_ask()
        desk.attempt(
            lambda who: _done(desk, desk.till.merge_members(kept.id, gone.id, reason, who))
        )

    about = words.text("member.merge_what", gone=name_of(gone), kept=name_of(kept))
    rows = [
        Row(words.text("member.merge_no"), value=back, icon="undo-2"),
        Row(words.text("member.merge_yes"), about, value=go, icon="check"),
    ]
    desk.open(Ask("merge_sure", lambda text: None, pick=lambda row: row.value()), rows)


def name_of(card: MemberCard) -> str:
    """A name, or the digits where there is none."""
    return card.display_name or tail_of(card)


def tail_of(card: MemberCard) -> str:
    """What tells namesakes apart."""
    return " · ".join(f"··{digits}" for digits in (card.phone_last4, card.card_last4) if digits)
