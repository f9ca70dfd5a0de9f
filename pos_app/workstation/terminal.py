"""The till behind `TillPort`: each gesture is one call of one task. Never a rule of its own.

Devices and the courier tell it what happened through `scanned`, `printed`, `link_changed`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from pos_app.workstation import (
    balance,
    choose_categories,
    claim_reward,
    dark,
    day_close,
    day_settle,
    enrol_member,
    exchange,
    explain,
    gestures,
    gift_card_at_hand,
    gift_card_wait,
    goodwill,
    identify_member,
    keep_open,
    later,
    marking,
    present,
    present_coupon,
    printing,
    putting_right,
    recover_payment,
    reprint,
    return_sale,
    sale,
    search_items,
    sell_gift_card,
    settle,
    shift_wait,
    suspend_resume,
    teaser,
)
from pos_app.workstation.answer import Answer, Part, done, refused
from pos_app.workstation.code_asked import CodeGestures
from pos_app.workstation.device_care import DeviceGestures
from pos_app.workstation.fiscal_counter import Wish
from pos_app.workstation.fiscal_gestures import FiscalGestures
from pos_app.workstation.letting_go import release
from pos_app.workstation.managing import Managing
from pos_app.workstation.office_gestures import OfficeGestures
from pos_app.workstation.price_check import PriceGestures
from pos_app.workstation.pricing_task import one_programme
from pos_app.workstation.return_gestures import ReturnGestures
from pos_app.workstation.settling import PaymentGestures
from pos_app.workstation.shelf_label import LabelGestures
from pos_app.workstation.station import Override, Station, changed, guarded
from pos_app.workstation.training import TrainingGestures
from pos_app.workstation.view import TillView
from pos_app.workstation.weighing import WeighingGestures


class Selling(WeighingGestures, LabelGestures, PriceGestures, CodeGestures):
    """The cashier's gestures while selling."""

    def __init__(self, station: Station) -> None:
        self._station = station

    def scan(self, data: bytes, aim: str | None = None) -> Answer:
        """See SellingPort."""
        return guarded(lambda: gestures.scan(self._station, data, aim))

    def type_text(self, text: str) -> Answer:
        """See SellingPort."""
        return guarded(lambda: gestures.type_text(self._station, text))

    def add_item(self, item_id: str, quantity: str = "") -> Answer:
        """See SellingPort."""
        trouble = sale.not_ready(self._station) or marking.chosen(self._station, item_id)
        return trouble or guarded(lambda: sale.add_item(self._station, item_id, quantity))

    def select_line(self, line: int | None) -> Answer:
        """See SellingPort."""
        transaction = self._station.open
        if transaction is None or (line is not None and transaction.line(line) is None):
            return refused("no_line")
        self._station.open = replace(transaction, selected=line)
        return changed(Part.TRANSACTION)

    def set_quantity(self, line: int, quantity: str, override: Override | None = None) -> Answer:
        """See SellingPort."""
        one, trouble = self._station, marking.more(self._station, line, quantity)
        return trouble or guarded(lambda: putting_right.set_quantity(one, line, quantity, override))

    def void_line(self, line: int, reason: str = "", override: Override | None = None) -> Answer:
        """See SellingPort."""
        return guarded(lambda: sale.void_line(self._station, line, reason, override))

    def void_transaction(self, reason: str = "", override: Override | None = None) -> Answer:
        """See SellingPort."""
        return guarded(lambda: sale.void_transaction(self._station, reason, override))

    def undo(self, override: Override | None = None) -> Answer:
        """See SellingPort."""
        return guarded(lambda: putting_right.undo(self._station, override))

    def discount(
        self,
        line: int | None,
        percent: str | None = None,
        amount_minor: int | None = None,
        reason: str = "",
        override: Override | None = None,
    ) -> Answer:
        """See SellingPort."""
        wanted = goodwill.Reduction(line, percent, amount_minor, reason)
        return guarded(lambda: goodwill.discount(self._station, wanted, override))

    def suspend(self, label: str = "") -> Answer:
        """See SellingPort."""
        return guarded(lambda: suspend_resume.suspend(self._station, label))

    def resume(self, transaction_id: str) -> Answer:
        """See SellingPort."""
        return guarded(lambda: suspend_resume.resume(self._station, transaction_id))

    def find_items(self, text: str, limit: int = 20) -> Answer:
        """See SellingPort."""
        return guarded(lambda: search_items.find_items(self._station, text, limit))


class Membership:
    """Members and their points."""

    def __init__(self, station: Station) -> None:
        self._station = station

    def member(self, by: str, value: str) -> Answer:
        """See MemberPort."""
        return guarded(lambda: identify_member.member(self._station, by, value))

    def balance(self, by: str, value: str) -> Answer:
        """See MemberPort."""
        return guarded(lambda: balance.balance(self._station, by, value))

    def remove_member(self) -> Answer:
        """See MemberPort."""
        return guarded(lambda: identify_member.remove(self._station))

    def enrol(
        self, phone: str, card: str | None = None, name: str = "", consents: Sequence[str] = (),
        override: Override | None = None,
    ) -> Answer:  # fmt: skip
        """See MemberPort."""
        form = enrol_member.Form(phone, card, name, tuple(consents))
        return guarded(lambda: enrol_member.enrol(self._station, form, override))

    def redeem(self, points: int | str) -> Answer:
        """See MemberPort."""
        return guarded(lambda: identify_member.redeem(self._station, points))

    def choose_categories(self, categories: Sequence[str], month: str = "") -> Answer:
        """See MemberPort."""
        return guarded(lambda: choose_categories.choose(self._station, categories, month))

    def coupon(self, code: str) -> Answer:
        """See MemberPort."""
        return guarded(lambda: present_coupon.typed(self._station, code))

    def remove_coupon(self, coupon_id: str) -> Answer:
        """See MemberPort."""
        return guarded(lambda: present_coupon.remove(self._station, coupon_id))

    def gift_card(self, code: str) -> Answer:
        """See MemberPort."""
        station = self._station
        if not code:
            return guarded(lambda: gift_card_at_hand.put_away(station))
        return guarded(lambda: gift_card_at_hand.present(station, code))

    def sell_gift_card(self, code: str, amount_minor: int | None = None) -> Answer:
        """See MemberPort."""
        return guarded(lambda: sell_gift_card.sell(self._station, code, amount_minor))

    def claim(self, reward: str) -> Answer:
        """See MemberPort."""
        return guarded(lambda: claim_reward.claim(self._station, reward))

    def unclaim(self, reward: str) -> Answer:
        """See MemberPort."""
        return guarded(lambda: claim_reward.unclaim(self._station, reward))

    def explain(self, transaction_id: str | None = None) -> Answer:
        """See MemberPort."""
        return guarded(lambda: explain.explain(self._station, transaction_id))


class Settling:
    """Tenders and completion."""

    def __init__(self, station: Station) -> None:
        self._station = station

    def tender(self, kind: str, amount_minor: int | None = None, code: str = "") -> Answer:
        """See SettlingPort."""
        if self._station.exchange is not None:
            return self.pay(kind, amount_minor)
        station = self._station
        wish = ("tender", kind, amount_minor, code)
        return _patient(station, wish, lambda: settle.tender(station, kind, amount_minor, code))

    def void_tender(self, index: int) -> Answer:
        """See SettlingPort."""
        return settle.void_tender(self._station, index)

    def complete(self) -> Answer:
        """See SettlingPort."""
        station = self._station
        return _patient(station, ("complete",), lambda: exchange.pay(station, "", None))

    def pay(self, kind: str, amount_minor: int | None = None) -> Answer:
        """See SettlingPort."""
        station, wish = self._station, ("pay", kind, amount_minor)
        return _patient(station, wish, lambda: gift_card_wait.pay(station, kind, amount_minor))

    def confirm(self, kind: str, value: str) -> Answer:
        """See SettlingPort."""
        return guarded(lambda: settle.confirm(self._station, kind, value))

    def return_sale(
        self,
        receipt: str,
        lines: Sequence[tuple[int, str]] | None = None,
        reason: str = "",
        override: Override | None = None,
    ) -> Answer:
        """See SettlingPort."""
        return guarded(
            lambda: return_sale.open_return(self._station, receipt, lines, reason, override)
        )

    def return_goods(self, reason: str, override: Override | None = None) -> Answer:
        """See SettlingPort."""
        return guarded(lambda: return_sale.open_bare(self._station, reason, override))

    def exchange(
        self,
        receipt: str,
        lines: Sequence[tuple[int, str]] | None = None,
        reason: str = "",
        override: Override | None = None,
    ) -> Answer:
        """See SettlingPort."""
        station = self._station
        return guarded(lambda: exchange.open_exchange(station, receipt, lines, reason, override))

    def find_receipt(self, receipt: str) -> Answer:
        """See SettlingPort."""
        return guarded(lambda: gestures.find_receipt(self._station, receipt))

    def reprint(self, receipt: str | None = None) -> Answer:
        """See SettlingPort."""
        return guarded(lambda: reprint.reprint(self._station, receipt))

    def print_answer(self, printed: bool) -> Answer:
        """See SettlingPort."""
        return guarded(lambda: printing.answered(self._station, printed))


def _patient(station: Station, wish: Wish, task: Callable[[], Answer]) -> Answer:
    return guarded(lambda: shift_wait.patient(station, wish, task))


def _by_scan(answer: Answer) -> Answer:
    """Told apart from what the courier brings, which nobody at the counter has done."""
    return replace(answer, data={**answer.data, "scanned": True})


class Terminal(
    Selling,
    Membership,
    Settling,
    PaymentGestures,
    ReturnGestures,
    Managing,
    OfficeGestures,
    DeviceGestures,
    FiscalGestures,
    TrainingGestures,
):
    """The whole till; satisfies TillPort."""

    def __init__(
        self, station: Station, tick: Callable[[], None], close: Callable[[], None]
    ) -> None:
        super().__init__(station)
        self._books = station
        self._tick = tick
        self._close = close
        self._asked: Callable[[bytes], bool] = lambda raw: False
        station.wake()

    @property
    def station(self) -> Station:
        """The state, for wiring and tests; a front end uses `view`."""
        return self._station

    def view(self) -> TillView:
        """The present state."""
        with one_programme(self._station):
            return present.view(self._station)

    def subscribe(self, listener: Callable[[Answer], None]) -> None:
        """Be told what happened without a gesture."""
        self._station.listeners.append(listener)

    def scans_answer(self, asked: Callable[[bytes], bool]) -> None:
        """See TillPort."""
        self._asked = asked

    def tick(self) -> None:
        """The front end's heart beat: deadlines of devices and courier."""
        self._tick()
        later.tick(self._books)
        keep_open.tick(self._books)
        if self.is_training:
            later.tick(self._station)
        shift_wait.tick(self._books)
        day_settle.tick(self._books)
        teaser.tick(self._station)

    def close(self) -> None:
        """End cleanly."""
        self.end_training()
        keep_open.finish(self._books)
        later.finish(self._books)
        self._close()

    def start(self) -> None:
        """After the devices are there: finish what a cut interrupted."""
        guarded(self._resume_jobs)
        self._station.devices.ready_for_scan()

    def _resume_jobs(self) -> Answer:
        printing.resume_jobs(self._station)
        recover_payment.start(self._station)
        shift_wait.start(self._station)
        day_close.resume(self._station)
        # A receipt that a cut has ended holds nobody's points, money or coupon any more.
        release(self._station)
        return done()

    def scanned(self, raw: bytes, aim: str | None) -> None:
        """A scan arrived from a device; the next one is delivered when this is dealt with.

        What is pushed says that a scan brought it, with data["scanned"].
        """
        try:
            answer = done() if self._asked(raw) else _by_scan(self.scan(raw, aim))
        finally:
            self._station.devices.ready_for_scan()
        self._station.say(answer)

    def printed(self, job_id: str, state: str) -> None:
        """What became of a job: see `printing.outcome`."""
        whose = self._books if job_id in self._books.job_states else self._station
        self._station.say(guarded(lambda: printing.outcome(whose, job_id, state)))

    def devices_changed(self) -> None:
        """A device was lost or found."""
        if self.is_training:
            guarded(lambda: printing.device_news(self._books))
        self._station.say(guarded(lambda: printing.device_news(self._station)))
        guarded(self._payments_again)

    def _payments_again(self) -> Answer:
        recover_payment.devices_back(self._books)
        self._day_goes_on()
        return done()

    def _day_goes_on(self) -> None:
        later.at_once_or_later(self._books, "day", lambda: day_close.go_on(self._books))

    def link_changed(self, refreshed: bool) -> None:
        """The courier reported; `refreshed` when it changed mirror or allowances."""
        parts = [Part.LINK]
        guarded(self._darkness)
        if refreshed:
            guarded(self._refresh)
            parts += [Part.MEMBER, Part.TRANSACTION]
        self._station.say(changed(*parts))

    def _darkness(self) -> Answer:
        dark.noticed(self._books)
        self._day_goes_on()
        return done()

    def _refresh(self) -> Answer:
        self._books.clock.learn(self._books.journal.lease_anchor())
        release(self._books, waiting=True)
        identify_member.refresh(self._station)
        return done()
