"""The whole surface a front end may touch: one method a gesture. Never knows which front end calls.

Every method answers at once (milliseconds: SQLite only). What comes later (a printer's
confirmation, a reply of the server) is pushed to the listeners of `subscribe` as an Answer.
Money in minor units, quantities as decimal strings of priced units, points as integers.
`override` is (operator id, PIN) of somebody who has the right that the operator lacks.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from pos_app.workstation.answer import Answer
from pos_app.workstation.fiscal_gesture_port import FiscalGesturePort
from pos_app.workstation.office_port import OfficePort
from pos_app.workstation.view import TillView

Override = tuple[str, str]


class SellingPort(Protocol):
    """The cashier's gestures while selling."""

    def scan(self, data: bytes, aim: str | None = None) -> Answer:
        """Exactly what a scanner sent: product, label, card, code, coupon, receipt number."""

    def type_text(self, text: str) -> Answer:
        """What the one field takes: code, PLU, `3*`, `3*CODE`, phone, name (data["items"])."""

    def add_item(self, item_id: str, quantity: str = "") -> Answer:
        """A choice from a search list; no quantity is one piece (weighed goods are weighed)."""

    def select_line(self, line: int | None) -> Answer:
        """The line that Del and the quantity keys mean."""

    def set_quantity(self, line: int, quantity: str, override: Override | None = None) -> Answer:
        """A new quantity in priced units; a smaller one wants the right to void."""

    def void_line(self, line: int, reason: str = "", override: Override | None = None) -> Answer:
        """Take a line out before completion."""

    def void_transaction(self, reason: str = "", override: Override | None = None) -> Answer:
        """Drop the whole open transaction; only the audit line stays."""

    def undo(self, override: Override | None = None) -> Answer:
        """Take the last change of the open transaction back; where goods leave or a reduction
        comes back, the right that this wants. data["deed"] of a refusal: what is to be allowed."""

    def discount(
        self,
        line: int | None,
        percent: str | None = None,
        amount_minor: int | None = None,
        reason: str = "",
        override: Override | None = None,
    ) -> Answer:
        """A goodwill reduction of one line, or (line None) of the transaction."""

    def suspend(self, label: str = "") -> Answer:
        """Put the open transaction aside."""

    def resume(self, transaction_id: str) -> Answer:
        """Take it up again; prices are refreshed, with a notice."""

    def find_items(self, text: str, limit: int = 20) -> Answer:
        """data["items"]: tuple[FoundItem, ...] by words' beginnings, code or PLU."""

    def is_code(self, asked: str, data: bytes) -> Answer:
        """data["is_code"]: whether a scan is the code `asked` for (gift_card, coupon), or nothing
        that says itself what else it is; nothing is done."""

    def price_check(self, text: str) -> Answer:
        """data["item"]: FoundItem, data["price"]: CheckedPrice; nothing is sold or written."""


class MemberPort(Protocol):
    """Members and their points."""

    def member(self, by: str, value: str) -> Answer:
        """`by`: phone, card, code, id, last4 (data["members"]: tuple[FoundMember, ...])."""

    def balance(self, by: str, value: str) -> Answer:
        """data["member"]: BalanceView, without a purchase. `by`: phone, card, code, id."""

    def remove_member(self) -> Answer:
        """Sell without a member."""

    def enrol(
        self,
        phone: str,
        card: str | None = None,
        name: str = "",
        consents: Sequence[str] = (),
        override: Override | None = None,
    ) -> Answer:
        """A new member, with or without a link; a right."""

    def redeem(self, points: int | str) -> Answer:
        """A number, `max` or 0; cut to the limit, which explains itself in a notice."""

    def choose_categories(self, categories: Sequence[str], month: str = "") -> Answer:
        """The member's cashback categories of a month (`2026-03`; empty: this one)."""

    def coupon(self, code: str) -> Answer:
        """Put a coupon on the receipt by its code, typed; scanning one does the same."""

    def remove_coupon(self, coupon_id: str) -> Answer:
        """Take a coupon off the receipt; the customer keeps it."""

    def gift_card(self, code: str) -> Answer:
        """data["card"]: GiftCardView; scanning one does the same. Empty: put it away."""

    def sell_gift_card(self, code: str, amount_minor: int | None = None) -> Answer:
        """Sell a gift card, or top one up; None: the only amount, or that of a line that waits.

        No code: the card that was shown."""

    def claim(self, reward: str) -> Answer:
        """A reward for points by its promotion's id, or its number in the view's `rewards`."""

    def unclaim(self, reward: str) -> Answer:
        """Leave the reward; its points stay with the member."""

    def explain(self, transaction_id: str | None = None) -> Answer:
        """data["trace"]: tuple[TraceRow, ...], applied and not applied; of a closed receipt as of
        the open one, with data["receipt_number"]. None: the open receipt, else the last one."""


class SettlingPort(Protocol):
    """Tenders and completion."""

    def tender(self, kind: str, amount_minor: int | None = None, code: str = "") -> Answer:
        """Add a tender; None is all that is due. `kind`: cash, card, gift_card (by its
        `code`, else the one at hand; it pays what it holds)."""

    def void_tender(self, index: int) -> Answer:
        """Take a tender back before completion."""

    def complete(self) -> Answer:
        """Make it durable; data: transaction_id, receipt_number, change_due_minor."""

    def pay(self, kind: str, amount_minor: int | None = None) -> Answer:
        """Tender and, when nothing is due any more, complete: one gesture."""

    def confirm(self, kind: str, value: str) -> Answer:
        """The answer to a demand: age (`seen`, `document`, `refused`), pin, code (of a card)."""

    def return_sale(
        self,
        receipt: str,
        lines: Sequence[tuple[int, str]] | None = None,
        reason: str = "",
        override: Override | None = None,
    ) -> Answer:
        """Open a return of a receipt; None is every line. Completed by `complete`."""

    def return_goods(self, reason: str, override: Override | None = None) -> Answer:
        """Open a return without a receipt; then goods are scanned, and `complete` pays cash out.
        A reason is wanted, and a right of its own."""

    def exchange(
        self,
        receipt: str,
        lines: Sequence[tuple[int, str]] | None = None,
        reason: str = "",
        override: Override | None = None,
    ) -> Answer:
        """Lines of a receipt come back for what is scanned before or after; `pay` (or `complete`
        where nothing is due) makes the return and the sale, and settles the difference."""

    def find_receipt(self, receipt: str) -> Answer:
        """data["receipt"]: TransactionView of a past sale, for choosing lines to return: what is
        left of each, maybe nothing, and what it is worth now."""

    def return_sums(self, receipt: str, lines: Sequence[tuple[int, str]]) -> Answer:
        """data["back"]: BackSums of these lines: money and points. Nothing is opened."""

    def credit_receipt(self, receipt: str) -> Answer:
        """A receipt of nobody, by its number or code, earns for the member who is identified now:
        a forgotten card. Any cashier's; once."""

    def reprint(self, receipt: str | None = None) -> Answer:
        """A copy, marked as one; None is the last receipt."""

    def print_answer(self, printed: bool) -> Answer:
        """The cashier's answer to "did it print?"."""


class PaymentPort(Protocol):
    """Money on its way: what a person may do and say (view: `payment`, `undecided`)."""

    def cancel_payment(self) -> Answer:
        """Ask the terminal to stop; its answer still counts and comes later."""

    def payment_choice(
        self, choice: str, value: str = "", override: Override | None = None
    ) -> Answer:
        """One of `view().payment.choices`; `value`: the slip's number for `taken`."""

    def decide_payment(self, key: str, decision: str, override: Override | None = None) -> Answer:
        """A manager's word on one of `view().undecided`: taken, not_taken, given_back."""


class SessionPort(Protocol):
    """Operators, cash and days."""

    def sign_on(self, operator_id: str, pin: str) -> Answer:
        """data["operators"] of a refused empty operator lists who may sign on."""

    def operators(self, right: str = "") -> Answer:
        """data["operators"]: tuple[tuple[id, name], ...] for the sign-on screen; with a right, of
        whoever may allow it."""

    def sign_off(self) -> Answer:
        """Leave the till to another."""

    def swap(self, operator_id: str, pin: str) -> Answer:
        """Another cashier takes over; an open receipt is put aside under the first one's name."""

    def lend_right(self, right: str, override: Override | None = None) -> Answer:
        """For a gesture that takes no override: somebody's right, for the one thing that follows;
        the view's operator has it until `give_right_back`, a receipt or another operator."""

    def give_right_back(self) -> Answer:
        """The one thing is done; nothing where nothing was lent."""

    def open_session(self, float_minor: int, override: Override | None = None) -> Answer:
        """Open the till session with this much change in the drawer.

        `clock_doubted`: the clock ran ahead of what this till knows; whoever may close a day
        says by `override` that it is right.
        """

    def count_drawer(self, counted_minor: int) -> Answer:
        """data["difference_minor"]: counted less expected, data["needs_reason"]: to be closed so;
        nothing is closed, the count is kept."""

    def close_session(self, counted_minor: int, reason: str = "") -> Answer:
        """Close the till session; data["report"]. `drawer_unexplained`: it differs by more than the
        shop lets pass without a reason."""

    def cash_movement(
        self, kind: str, amount_minor: int, reason: str, override: Override | None = None
    ) -> Answer:
        """`kind`: paid_in, paid_out, pickup, loan."""

    def no_sale(self, reason: str, override: Override | None = None) -> Answer:
        """Open the drawer without a sale; counted."""

    def period_report(
        self, since: date, until: date, chain: bool = False, override: Override | None = None
    ) -> Answer:
        """Business days, both included, of the store or of the chain. data["period"], at once or
        pushed later: PeriodReport; `whole` False: with no link it is of this till only."""

    def x_report(self) -> Answer:
        """data["report"]: Report; printed too."""

    def end_of_day(self, counted_minor: int, reason: str = "") -> Answer:
        """Close session and business day, push, settle; data["report"]. The reason as above."""

    def day_begin(self) -> Answer:
        """Begin the end of the day, or take up what was left; the view's `day` tells its steps."""

    def day_choice(self, step: str, choice: str, reason: str = "") -> Answer:
        """A person's word on one of the view's `day.steps`, one of its `choices`; with a `reason`
        where a drawer is closed that differs."""

    def day_leave(self) -> Answer:
        """Leave it; what goes on by itself goes on."""

    def link(self, online: bool) -> Answer:
        """Take the network away from the till, or give it back (tests, training)."""

    def sync_now(self) -> Answer:
        """Ask the courier to run now; its answer is pushed to the listeners."""


class WeighingPort(Protocol):
    """Goods that wait for the scale: the view's demand of the kind `weighing`.

    The line appears by itself when the weight is at rest.
    """

    def cancel_weighing(self) -> Answer:
        """No weight is wanted; nothing was sold."""

    def weigh_by_hand(self, quantity: str, override: Override | None = None) -> Answer:
        """The weight typed, in priced units; a right, where the shop does not allow it to all."""

    def tare(self, weight_g: int | None = None) -> Answer:
        """The scale takes off what lies on it; 0: nothing any more. The answer is pushed."""

    def print_label(self, text: str) -> Answer:
        """A price label of the goods with this code or PLU, by the receipt printer."""


class TrainingPort(Protocol):
    """Training on books of its own; the view's `training` says that it is."""

    def train(self, on: bool, override: Override | None = None) -> Answer:
        """Begin or end it; a right. Refused while a receipt or a payment is open."""


class DevicePort(Protocol):
    """The care of devices. What the host answers is pushed later, as data of an answer."""

    def device_health(self) -> Answer:
        """data["device_cards"] now from memory, and pushed again with the host's counts."""

    def try_device(self, name: str, override: Override | None = None) -> Answer:
        """A live test; pushed data["device_tried"]. A scan it waits for is no sale's."""

    def print_strip(self, name: str) -> Answer:
        """A printer prints a line a code page; pushed data["device_tried"]."""

    def stop_trying(self) -> Answer:
        """A live test that still waits is given up."""

    def device_settings(self) -> Answer:
        """Pushed data["device_settings"]: tables, ports found now, kinds."""

    def device_form(self, table: Mapping[str, Any]) -> Answer:
        """Pushed data["device_form"]: the keys this table may have, and its fault."""

    def configure_devices(
        self, tables: Sequence[Mapping[str, Any]], override: Override | None = None
    ) -> Answer:
        """Other devices from now on; a right. Pushed data["devices_saved"], or a refusal."""


class TillPort(
    SellingPort,
    WeighingPort,
    MemberPort,
    SettlingPort,
    PaymentPort,
    SessionPort,
    OfficePort,
    DevicePort,
    FiscalGesturePort,
    TrainingPort,
    Protocol,
):
    """A till, whole."""

    def view(self) -> TillView:
        """The present state."""

    def subscribe(self, listener: Callable[[Answer], None]) -> None:
        """Be told what happened without a gesture (scan arrived, printed, link changed)."""

    def scans_answer(self, asked: Callable[[bytes], bool]) -> None:
        """Before a device's scan is sold: True where a question on the screen has taken it."""

    def tick(self) -> None:
        """Called some times a second by the front end's own timer; nothing blocks in it."""

    def close(self) -> None:
        """End cleanly."""
