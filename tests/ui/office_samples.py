"""Members and conflicts, made up: what their pages are painted from."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

from pos_app.ui.conflict_flows import conflicts
from pos_app.ui.member_flows import SECTIONS, members, show
from pos_app.ui.menu_flows import perform
from pos_app.workstation.answer import ALL_PARTS, done
from pos_app.workstation.member_card import LedgerView, LotView, MemberCard, ReceiptView
from pos_app.workstation.merge_members import MergePlan
from pos_app.workstation.open_conflicts import ConflictList, ConflictView, OpenConflicts
from tests.ui.builders import MEMBERS

AT = datetime(2026, 11, 22, 10, 38, tzinfo=UTC)
ON = date(2026, 11, 22)
STORE = "Магазин № 14"


def lines():
    told = (
        ("earn", 159, "A000017", "", ""),
        ("redeem", -300, "A000017", "", ""),
        ("adjust", 150, "", "Воскресенская Мария", "apology"),
        ("reverse", -12, "A000009", "", ""),
        ("expire", -40, "", "", ""),
        ("transfer", 210, "", "", "merge"),
        ("adjust", -25, "", "Иванова Анна", "начислено дважды по звонку покупателя"),
        ("adjust", 1108, "", "import", "opening points"),
    )
    balance = 1250
    for place, (kind, points, receipt, operator, reason) in enumerate(told):
        yield LedgerView(
            f"e{place}", AT - timedelta(days=3 * place), kind, points, balance, receipt, operator,
            reason, former=kind == "transfer",
        )  # fmt: skip
        balance -= points


def a_card(**changes) -> MemberCard:
    card = MemberCard(
        id="m1",
        display_name="Мария С.",
        phone_last4="4567",
        card_last4="4821",
        tier_name="Золото",
        enrolled_on=date(2022, 2, 11),
        confirmed=True,
        blocked="",
        home_store="s1",
        points=1250,
        pending=64,
        debt=0,
        allowance=500,
        as_of=AT,
        lots=(
            LotView(120, date(2026, 1, 10), date(2026, 11, 30), False),
            LotView(1130, date(2026, 3, 2), date(2027, 3, 1), False),
            LotView(64, date(2026, 11, 23), date(2027, 11, 22), True),
        ),
        ledger=tuple(lines()),
        receipts=(
            ReceiptView("A000017", AT, "sale", STORE, 3_189_14, 159, 300, True),
            ReceiptView("B000123", AT - timedelta(days=4), "sale", "", 845_00, 42, 0),
            ReceiptView("A000009", AT - timedelta(days=9), "return", STORE, 240_00, 0, 0, True),
        ),
        whole=True,
        more=True,
    )
    return replace(card, **changes)


def a_dark_card() -> MemberCard:
    fresh = LedgerView("f1", AT, "adjust", 100, None, "", "Иванова Анна", "apology", unheard=True)
    own = a_card().ledger[:2]
    unheard = (fresh, *(replace(one, balance=None) for one in own))
    return a_card(
        whole=False, more=False, debt=30, confirmed=False, blocked="утеряна", merges=("m2",),
        ledger=unheard, receipts=a_card().receipts[:1],
    )  # fmt: skip


OTHER = a_card(id="m2", display_name="", phone_last4="", card_last4="0026", tier_name="",
               points=147, pending=0, enrolled_on=None)  # fmt: skip
PLAN = MergePlan(a_card(), OTHER, 1461, waits=True)


def a_conflict(n, kind, points=0, money=0, **more) -> ConflictView:
    member = more.pop("member", "")
    view = ConflictView(
        f"c{n}", kind, AT, "Касса 2", more.pop("receipt", ""), member, "m1" if member else "",
        points, money, more.pop("detail", ""), ("note",),
    )  # fmt: skip
    return replace(view, **more)


DEBT = ("absorb", "collect", "note")
OPEN = (
    a_conflict(1, "overdraft", 232, 232_00, receipt="A000018", member="Анита К.", actions=DEBT),
    a_conflict(
        2,
        "velocity_operator",
        member="Олег П.",
        receipt="A000031",
        detail="6: A000019 A000022 A000024 A000027 A000029 A000031",
    ),
    a_conflict(3, "clock_skew", detail="+00:14:05"),
    a_conflict(4, "gift_card_overdraft", money=150_00, receipt="A000044"),
)
SIGNED = (
    a_conflict(5, "unsecured", 40, 40_00, receipt="B000007", member="Анита К.", actions=(),
               action="absorb", by="Воскресенская Мария (maria)", reason="good_customer",
               signed_at=AT),
)  # fmt: skip
SUMS = OpenConflicts(4, 232, 382_00, AT)
TOLD = ConflictList(SUMS, (*OPEN, *SIGNED), whole=True)
DARK = ConflictList(replace(SUMS, count=3, money_minor=232_00))


def _quiet(window):
    """Nothing is being sold: the page has the room."""
    shown = replace(window.desk.till.shown, transaction=None, member=None)
    window.desk.till.shown = shown
    window.desk.till.push(done(changed=ALL_PARTS))
    window.desk.till.answers["member_card"] = done(member_card=a_card())
    window.desk.till.answers["merge_plan"] = done(merge_plan=PLAN)


def open_member(window, section="lots", card=None):
    _quiet(window)
    show(window.desk, card or a_card())
    at = SECTIONS.index(section)
    window.desk.point(at)
    window.desk.ask.pick(window.desk.rows[at])


def find(window):
    _quiet(window)
    window.desk.till.answers["find_members"] = done(found_members=MEMBERS)
    members(window.desk)


def find_from_a_sale(window):
    members(window.desk)


def choose_found(window):
    find(window)
    window.desk.ask.accept("4567")


def _deed(window, place):
    open_member(window)
    window.desk.ask.pick(window.desk.rows[place])


def give_points(window):
    _deed(window, 3)
    window.desk.write("150")


def why(window):
    _deed(window, 4)
    window.desk.ask.accept("20")


def merge(window):
    _deed(window, 5)
    window.desk.till.answers["find_members"] = done(found_members=MEMBERS[1:])
    window.desk.ask.accept("0026")


def merge_sure(window):
    merge(window)
    window.desk.ask.pick(window.desk.rows[0])
    window.desk.ask.pick(window.desk.rows[0])


def open_conflicts(window, told=TOLD):
    _quiet(window)
    window.desk.till.answers["conflicts"] = done(conflicts=told)
    conflicts(window.desk)


def decide(window):
    open_conflicts(window)
    window.desk.ask.pick(window.desk.rows[0])


def menu_with_conflicts(window):
    window.desk.till.answers["open_conflicts"] = done(open_conflicts=SUMS)
    perform(window.desk, "day")


NONE = ConflictList(OpenConflicts(0, 0, 0, AT), SIGNED, whole=True)
OFFICE = {
    "find_member": find,
    "find_member_selling": find_from_a_sale,
    "found_members": choose_found,
    **{f"member_{name}": partial(open_member, section=name) for name in SECTIONS},
    "member_dark": lambda w: open_member(w, "ledger", a_dark_card()),
    "member_give": give_points,
    "member_why": why,
    "merge": merge,
    "merge_sure": merge_sure,
    "conflicts": open_conflicts,
    "conflicts_dark": lambda w: open_conflicts(w, DARK),
    "conflicts_none": lambda w: open_conflicts(w, NONE),
    "conflict_decide": decide,
    "menu_conflicts": menu_with_conflicts,
}
