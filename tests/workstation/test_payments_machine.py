"""Any order of payments, lost answers, cuts at each arrow and choices: the money always adds up."""

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pos_app.domain.tender import TenderKind
from pos_app.workstation.moving import Stage
from tests.workstation.payment_till import PayingBench
from tests.workstation.tills import BREAD, MARIA, MILK, ok

BY_TERMINAL = (TenderKind.CARD, TenderKind.QR)
POINTS = (
    "",
    "",
    "",
    "tender.kept",
    "tender.sent",
    "tender.approved",
    "tender.unknown",
    "reversal.kept",
    "reversal.sent",
    "fiscal.kept",
    "fiscal.sent",
    "fiscal.issued",
    "complete.built",
    "complete.durable",
    "complete.printing",
)
BANK = ("approve", "approve", "decline", "lose", "drop", "silent")
REGISTRAR = ("issue", "issue", "refuse", "lose", "drop", "silent")


WEATHER = st.tuples(
    st.sampled_from(BANK),
    st.booleans(),
    st.sampled_from(REGISTRAR),
    st.booleans(),
    st.booleans(),
    st.sampled_from(POINTS),
)


class Cut(BaseException):
    """The power is gone."""


class Payments(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.point = ""
        self.decided: set[str] = set()
        self.shop = PayingBench(Path(self.folder.name), fiscal=True, crash_point=self._at)
        self.shop.open_shift("petr")

    def teardown(self) -> None:
        self.shop.close()
        self.folder.cleanup()

    def _at(self, name: str) -> None:
        if name == self.point:
            self.point = ""
            raise Cut(name)

    def do(self, gesture) -> None:
        try:
            gesture()
        except Cut:
            self.restart()

    # --- the world ------------------------------------------------------------------------------

    def weather(self, one) -> None:
        """How the bank and the registrar are, and where the power goes."""
        mode, reachable, registrar, found, final, point = one
        self.shop.bank.mode, self.shop.bank.reachable = mode, reachable
        self.shop.registrar.mode, self.shop.registrar.reachable = registrar, found
        self.shop.registrar.final = final
        self.point = point

    @rule(one=WEATHER)
    def weather_changes(self, one):
        self.weather(one)

    @rule()
    def the_sun_shines(self):
        self.weather(("approve", True, "issue", True, False, ""))

    @rule()
    def restart(self):
        self.point = ""
        self.shop.restart()
        ok(self.shop.till.sign_on("petr", "2222"))

    @rule()
    def devices_change(self):
        self.do(self.shop.till.devices_changed)

    # --- the cashier ----------------------------------------------------------------------------

    @rule(
        goods=st.sampled_from([(MILK,), (BREAD,), (MILK, BREAD)]),
        kind=st.sampled_from(["card", "card", "qr", "cash"]),
        part=st.sampled_from([None, None, 10_00]),
        one=WEATHER,
    )
    def sell(self, goods, kind, part, one):
        self.weather(one)
        self.shop.scan(*goods)
        if part:
            self.do(lambda: self.shop.till.tender("card", part))
        self.do(lambda: self.shop.till.pay(kind))
        if self.shop.station.doing is not None:
            self.restart()  # nobody will ever answer

    @precondition(lambda self: self.shop.view.payment is not None)
    @rule(number=st.integers(0, 2))
    def choose(self, number):
        choices = self.shop.view.payment.choices
        choice = choices[number % len(choices)] if choices else ""
        if choice in ("issued", "not_issued"):
            key = self.shop.station.moving.transaction_id
            choice = "issued" if key in self.shop.registrar.issued else "not_issued"
        if choice:
            self.do(lambda: self.shop.till.payment_choice(choice, "17", MARIA))

    @rule()
    def a_part_by_card(self):
        self.the_sun_shines()
        self.shop.scan(MILK)
        self.do(lambda: self.shop.till.tender("card", 10_00))

    @rule(one=WEATHER)
    def void_tender(self, one):
        self.weather(one)
        self.do(lambda: self.shop.till.void_tender(0))
        if self.shop.station.doing is not None:
            self.restart()

    @rule()
    def void_all(self):
        self.do(lambda: self.shop.till.void_transaction("mistake", MARIA))

    @rule()
    def undo(self):
        self.do(self.shop.till.undo)

    @rule()
    def complete(self):
        self.do(self.shop.till.complete)

    @rule()
    def bring_back(self):
        sold = [one for one in self.shop.documents() if one.kind.value == "sale"]
        if sold:
            number = sold[-1].receipt_number
            self.do(lambda: self.shop.till.return_sale(number, reason="defect"))
            self.do(self.shop.till.complete)

    @rule()
    def the_manager_decides(self):
        keys = [one.key for one in self.shop.view.undecided]
        if keys:
            self.decided.add(keys[0])
            self.do(lambda: self.shop.till.decide_payment(keys[0], "taken", MARIA))

    # --- what must hold -------------------------------------------------------------------------

    @invariant()
    def every_charge_is_on_a_receipt_or_on_its_way_or_with_the_manager(self):
        shop = self.shop
        paid = [
            t.reference
            for one in shop.documents()
            for t in one.tenders
            if t.kind in BY_TERMINAL and t.amount_minor > 0
        ]
        undone = {of for do, _amount, of in shop.bank.booked.values() if do == "reversal"}
        known = {one.key for one in shop.station.undecided} | self.decided
        moving = shop.station.moving
        known |= {leg.key for leg in moving.legs} if moving else set()
        for key, (do, _amount, _of) in shop.bank.booked.items():
            if do == "purchase" and f"rrn-{key}" not in undone:
                assert f"rrn-{key}" in paid or key in known, key
        real = [one for one in paid if one.startswith("rrn-")]
        assert len(real) == len(set(real)), "one charge on two receipts"
        assert not set(real) & undone, "a receipt is paid by what was given back"
        assert all(one.removeprefix("rrn-") in shop.bank.booked for one in real)

    @invariant()
    def every_refund_is_on_a_return_or_on_its_way_or_with_the_manager(self):
        shop = self.shop
        moving = shop.station.moving
        known = {one.key for one in shop.station.undecided} | self.decided
        known |= {leg.key for leg in moving.legs} if moving else set()
        given = sum(
            amount
            for key, (do, amount, _of) in shop.bank.booked.items()
            if do == "refund" and key not in known
        )
        returned = sum(
            -t.amount_minor
            for one in shop.documents()
            for t in one.tenders
            if t.kind in BY_TERMINAL and t.amount_minor < 0
        )
        assert given <= returned

    @invariant()
    def a_receipt_is_complete_with_its_one_fiscal_document_and_not_otherwise(self):
        shop = self.shop
        complete = [one.transaction_id for one in shop.documents()]
        assert len(complete) == len(set(complete))
        assert set(complete) <= set(shop.registrar.issued)
        moving = shop.station.moving
        between = moving.transaction_id if moving and moving.stage is not Stage.PAYING else None
        assert set(shop.registrar.issued) <= {*complete, between}

    @invariant()
    def what_is_remembered_is_what_lies_on_the_disk(self):
        shop = self.shop
        expected = len(shop.station.undecided) + (shop.station.moving is not None)
        assert shop.tenderings == expected


Payments.TestCase.settings = settings(max_examples=25, stateful_step_count=22)
TestPayments = Payments.TestCase
