"""The payment terminals behind the device host as the tasks see them. Never orders by itself."""

from collections.abc import Callable, Mapping
from typing import Any

from drivers.contract import DeviceKind, Event, ResultEvent
from drivers.contract.payment import PaymentOrder, PaymentReply, PaymentResult
from drivers.remote.payment import result_of
from pos_app.domain.tender import TenderKind
from pos_app.gear.qr_squares import qr_squares
from pos_app.wiring.device_link import DeviceLink
from pos_app.workstation.payment_port import OnProgress, Progress

COLUMNS = 20
QR_DRIVER = "sbp"
MANUAL_DRIVER = "manual"
Tables = Callable[[], list[dict[str, Any]]]
OnLate = Callable[[str, PaymentResult], None]


class PaymentLink:
    """Satisfies `payment_port.Payments`. `tables`: the devices as configured now."""

    def __init__(self, devices: DeviceLink, tables: Tables, on_late: OnLate) -> None:
        self._devices = devices
        self._tables = tables
        self._on_late = on_late
        self._asked: dict[str, tuple[str, int]] = {}
        self._read_at: tuple[int, tuple[str, ...]] | None = None
        self._known: dict[str, dict[str, Any]] = {}
        devices.listen(self._heard)

    def terminal(self, kind: TenderKind) -> str | None:
        """See Payments; a tender that no table names goes to no terminal."""
        return next((name for name, table in self._found().items() if _takes(table, kind)), None)

    def names(self) -> tuple[str, ...]:
        """See Payments."""
        return tuple(self._found())

    def is_manual(self, terminal: str) -> bool:
        """See Payments."""
        return self._found().get(terminal, {}).get("driver") == MANUAL_DRIVER

    def carry_out(
        self, terminal: str, order: PaymentOrder, reply: PaymentReply, progress: OnProgress
    ) -> None:
        """See Payments."""
        ask = self._devices.host.payment(terminal).carry_out
        self._note(order, terminal, ask(order, self._once(order, reply), _seen(progress)))

    def last_result(
        self, terminal: str, order: PaymentOrder, reply: PaymentReply, progress: OnProgress
    ) -> None:
        """See Payments."""
        ask = self._devices.host.payment(terminal).last_result
        self._note(order, terminal, ask(order, self._once(order, reply), _seen(progress)))

    def cancel(self, key: str) -> None:
        """See Payments."""
        asked = self._asked.get(key)
        if asked is not None:
            self._devices.host.payment(asked[0]).cancel(asked[1])

    def confirm(self, terminal: str, key: str, reference: str | None) -> None:
        """See Payments; whether somebody waited for it is told by the order's own answer."""
        self._devices.host.payment(terminal).confirm(key, reference, lambda _event: None)

    def show_qr(self, qr: str, amount_minor: int) -> None:
        """Two lines cannot show a code: they say that the screen does."""
        major, minor = divmod(amount_minor, 100)
        amount = f"{major}.{minor:02d}"
        rows = ("QR", amount.rjust(COLUMNS)) if qr else ("", "")
        self._devices.display(rows)

    def _note(self, order: PaymentOrder, terminal: str, number: int) -> None:
        """An answer may have come before there was a number."""
        if order.key in self._asked:
            self._asked[order.key] = (terminal, number)

    def _once(self, order: PaymentOrder, reply: PaymentReply) -> PaymentReply:
        self._asked[order.key] = ("", 0)

        def answered(result: PaymentResult) -> None:
            self._asked.pop(order.key, None)
            reply(result)

        return answered

    def _heard(self, event: Event) -> None:
        """The late end of an order that was given up."""
        if isinstance(event, ResultEvent) and event.job_id and event.device in self._found():
            self._on_late(event.job_id, result_of(event))

    def _found(self) -> dict[str, dict[str, Any]]:
        """The tables of payment terminals; read again when the devices' settings have changed."""
        names = tuple(one.name for one in self._devices.states())
        now = self._devices.changes, names
        if self._read_at != now:
            kind = DeviceKind.PAYMENT.value
            tables = [one for one in self._tables() if one.get("kind") == kind]
            found = {str(one.get("name") or kind): one for one in tables}
            self._known = {name: one for name, one in found.items() if name in names}
            self._read_at = now
        return self._known


def _takes(table: Mapping[str, Any], kind: TenderKind) -> bool:
    usual = TenderKind.QR if table.get("driver") == QR_DRIVER else TenderKind.CARD
    return str(table.get("tender", usual.value)) == kind.value


def _seen(progress: OnProgress) -> Callable[[Mapping[str, object]], None]:
    def seen(payload: Mapping[str, object]) -> None:
        qr = payload.get("qr")
        code = qr if isinstance(qr, str) else ""
        squares = qr_squares(code) if code else ()
        message = str(payload.get("message") or "")
        progress(Progress(str(payload.get("stage") or ""), message, code, squares))

    return seen
