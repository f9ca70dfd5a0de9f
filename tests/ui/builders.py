"""Hand-built views and a scripted till: what painting is tried against before the real one."""

from dataclasses import replace
from datetime import UTC, date, datetime

from pos_app.domain.money import Money
from pos_app.domain.quantity import grams, pieces
from pos_app.domain.rights import Right
from pos_app.domain.sentence import Rate, say
from pos_app.workstation.answer import ALL_PARTS, Part, Tone, done, notice, refused
from pos_app.workstation.offered_view import OfferedView
from pos_app.workstation.view import (
    Chip,
    DeviceView,
    DiscountView,
    ExpiringView,
    FoundItem,
    FoundMember,
    LastSaleView,
    LineView,
    LinkView,
    MemberView,
    OperatorView,
    SessionView,
    TeaserView,
    TenderView,
    TraceRow,
    TransactionView,
    empty_view,
)
from pos_app.workstation.waiting_view import SuspendedView

PAID = OfferedView(False, False, False, payment_back=True, member=False, points=False)
RIGHTS = frozenset(right.value for right in Right)
NOW = datetime(2026, 11, 22, 11, 5, tzinfo=UTC)
GOODS = (
    ("Молоко «Простоквашино» 3,2 %, 930 мл", pieces(2), 9990, 19980, 1998),
    ("Хлеб бородинский нарезка, 400 г", pieces(1), 5490, 5490, 549),
    ("Сыр «Российский» 50 %, весовой", grams(342), 89900, 30746, 3075),
    ("Кофе Lavazza Oro в зёрнах, 1 кг", pieces(1), 219900, 219900, 0),
    ("Бананы, весовые", grams(1120), 12990, 14549, 1455),
    ("Шоколад «Алёнка» молочный, 90 г", pieces(3), 11990, 35970, 11990),
    ("Вода минеральная «Ессентуки № 17», 0,5 л", pieces(6), 7490, 44940, 4494),
    ("Пакет-майка большой", pieces(1), 900, 900, 0),
)


def _why(amount, off):
    """Three for the price of two, or the tier's ten per cent, reckoned as the engine writes it."""
    name, rule = ("Золото −10 %", "gold") if off < amount / 4 else ("3 по цене 2", "b")
    sum_of = f"{amount / 100:.2f} - {(amount - off) / 100:.2f} = {off / 100:.2f}"
    return DiscountView(rule, name, off, say("why.applied", name=name, arithmetic=sum_of))


def a_line(number, name, quantity, price, amount, off, notes=()):
    discounts = (_why(amount, off),) if off else ()
    return LineView(
        number, f"i{number}", f"46000000{number:05d}", name, quantity, price, amount, discounts,
        amount - off, 0, amount // 1000, notes,
    )  # fmt: skip


def lines(count=8):
    out = []
    for number in range(1, count + 1):
        good = GOODS[(number - 1) % len(GOODS)]
        notes = (say("note.excluded"),) if good[2] == 219900 else ()
        out.append(a_line(number, *good, notes=notes))
    return tuple(out)


def a_transaction(shown=None, points=0, paid=0, kind="sale", selected=None):
    shown = lines() if shown is None else shown
    total = sum(one.list_minor for one in shown)
    off = sum(one.list_minor - one.amount_minor for one in shown)
    due = total - off - points * 100 - paid
    return TransactionView(
        id="t1",
        kind=kind,
        phase="tendering" if paid else "selling",
        lines=shown,
        selected_line=selected if selected is not None else (shown[-1].line if shown else None),
        list_total_minor=total,
        discount_total_minor=off,
        points_redeemed=points,
        points_redeemed_minor=points * 100,
        total_minor=total - off - points * 100,
        paid_minor=paid,
        due_minor=due,
        change_due_minor=0,
        tenders=(TenderView("card", paid),) if paid else (),
        points_earned=159,
        teaser=TeaserView(159, 23561),
        round_notes_minor=(320000, 350000, 400000, 500000, 1000000),
        may=PAID if paid else OfferedView(),
    )


def a_member(chosen=0, **changes):
    chips = tuple(
        Chip(kind, points, points == chosen)
        for kind, points in (("none", 0), ("suggested", 300), ("half", 398), ("max", 797))
    )
    member = MemberView(
        id="m1",
        display_name="Мария С.",
        tier_id="gold",
        tier_name="Золото",
        phone_last4="4567",
        card_last4="4821",
        points=1250,
        pending=0,
        expiring=(ExpiringView(120, date(2026, 11, 30)),),
        allowance=500,
        as_of=datetime(2026, 11, 22, 10, 38, tzinfo=UTC),
        next_tier_name="Платина",
        next_tier_needs_minor=108600,
        may_redeem=True,
        chips=chips,
        redeem_limit=say("limit.share", share=Rate(250_000), of=Money(318914)),
    )
    return replace(member, **changes)


def signed_on(**changes):
    view = replace(
        empty_view(NOW),
        store_name="Магазин № 14",
        workstation_name="Касса 2",
        operator=OperatorView("o1", "Иванова А.", "cashier", "ru", RIGHTS),
        session=SessionView(118, date(2026, 11, 22), NOW),
        link=LinkView(True, NOW, 0, NOW, False),
        devices=(DeviceView("Star TSP143", "printer", "ok"),),
    )
    return replace(view, **changes)


def offline():
    return LinkView(False, datetime(2026, 11, 22, 10, 40, tzinfo=UTC), 37, NOW, False)


def a_last_sale(**changes):
    last = LastSaleView("t0", "sale", "000118-0042", 318914, 181086, 159, 300, "printed")
    return replace(last, **changes)


def selling(**changes):
    return signed_on(transaction=a_transaction(points=300), member=a_member(300), **changes)


FOUND = tuple(
    FoundItem(f"f{n}", f"4601234{n:06d}", f"{name}", 8990 + n * 100, "piece")
    for n, name in enumerate(("Молоко топлёное 4 %, 930 мл", "Молоко сгущённое с сахаром, 380 г",
                              "Молоко козье, 500 мл"), start=1)
)  # fmt: skip
MEMBERS = (
    FoundMember("m1", "Мария С.", "4567", "4821", "Золото"),
    FoundMember("m2", "Олег П.", "4567", "", "Серебро"),
)
TRACE = (
    TraceRow(
        "gold",
        "Скидка уровня «Золото»",
        True,
        23561,
        (1, 2, 3),
        (say("why.named", name="Золото"),),
        (1, 2, 3),
    ),  # fmt: skip
    TraceRow("b", "3 по цене 2", True, 11990, (6,), (), (6,)),
    TraceRow("c", "День рождения", False, 0, (), (say("why.no_birthday"),)),
)
SUSPENDED = (
    SuspendedView("s1", "Бабушка в синем", NOW, 3, 45600),
    SuspendedView("s2", "", NOW, 12, 1245600),
)
CUT_SHORT = SuspendedView("s3", "Иванова Анна Сергеевна", NOW, 148, 12_345_678_90, cut=True)


class ScriptedTill:
    """Remembers every gesture; shows whatever view it was given; a few gestures move the view."""

    def __init__(self, view=None):
        self.shown = view or selling()
        self.calls = []
        self.listeners = []
        self.answers = {}

    def view(self):
        return self.shown

    def subscribe(self, listener):
        self.listeners.append(listener)

    def scans_answer(self, asked):
        self.asked = asked

    def push(self, answer):
        for listener in self.listeners:
            listener(answer)

    def become(self, *parts, **changes):
        """Another view, and the answer that says so."""
        self.shown = replace(self.shown, **changes)
        return done(changed=frozenset(parts) or ALL_PARTS)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)

        def gesture(*args, **kwargs):
            self.calls.append((name, args, kwargs))
            scripted = self.answers.get(name)
            if scripted is not None:
                return scripted(*args, **kwargs) if callable(scripted) else scripted
            return done()

        return gesture

    def said(self, name):
        return [(args, kwargs) for call, args, kwargs in self.calls if call == name]


class SellingTill(ScriptedTill):
    """Adds lines, members and points and closes a sale, so that keys can be counted."""

    def __init__(self, view=None):
        super().__init__(view or signed_on())
        self.answers.update(
            scan=self._scan,
            redeem=self._redeem,
            pay=self._pay,
            operators=done(operators=(("o1", "Иванова Анна"), ("o2", "Петров Олег"))),
            sign_on=self._sign_on,
            open_session=self._open_session,
            find_items=done(items=FOUND),
            explain=done(trace=TRACE),
            select_line=self._select,
            void_line=self._void,
        )

    def _scan(self, data, aim=None):
        if data.startswith(b"CARD"):
            answer = self.become(Part.MEMBER, Part.TRANSACTION, member=a_member())
            return replace(answer, notices=(notice("member_known", Tone.MEMBER, name="Мария С."),))
        if data.startswith(b"BAD"):
            return refused("not_found", text=data.decode())
        before = self.shown.transaction.lines if self.shown.transaction else ()
        number = before[-1].line + 1 if before else 1
        added = (*before, a_line(number, *GOODS[(number - 1) % len(GOODS)]))
        return self.become(Part.TRANSACTION, Part.LAST_SALE, transaction=a_transaction(added),
                           last_sale=None)  # fmt: skip

    def _select(self, line):
        chosen = replace(self.shown.transaction, selected_line=line)
        return self.become(Part.TRANSACTION, transaction=chosen)

    def _void(self, line, reason="", override=None):
        kept = tuple(one for one in self.shown.transaction.lines if one.line != line)
        return self.become(Part.TRANSACTION, transaction=a_transaction(kept))

    def _redeem(self, points):
        shown = a_transaction(self.shown.transaction.lines, points)
        return self.become(Part.TRANSACTION, Part.MEMBER, transaction=shown,
                           member=a_member(points))  # fmt: skip

    def _pay(self, kind, amount_minor=None):
        due = self.shown.transaction.due_minor
        given = due if amount_minor is None else amount_minor
        if given < due:
            shown = a_transaction(self.shown.transaction.lines, paid=given)
            return self.become(Part.TENDERS, Part.TRANSACTION, transaction=shown)
        last = a_last_sale(total_minor=due, change_due_minor=given - due)
        answer = self.become(transaction=None, member=None, last_sale=last)
        return replace(answer, notices=(notice("closed", Tone.CLOSED, total=Money(due)),))

    def _sign_on(self, operator_id, pin):
        if pin != "1234":
            return refused("wrong_pin")
        return self.become(operator=signed_on().operator)

    def _open_session(self, float_minor, override=None):
        return self.become(session=signed_on().session)
