"""Payment by a QR code of the fast payment system: an acquirer over HTTP.

Never creates a second code for a key: our key is the acquirer's order id, and asking is by key.

The acquirer's interface, each path and field configurable:
  POST {base}/qr {order_id, amount, currency, ttl_s} -> {qr_id, payload, status}
  GET  {base}/qr/{key}                               -> {status, amount, transaction_id}
  POST {base}/qr/{key}/cancel                        -> {status}
  POST {base}/refunds {refund_id, transaction_id, amount} -> {status};  GET {base}/refunds/{key}
"""

import http.client
import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

from drivers.contract.payment import (
    PaymentDo,
    PaymentOrder,
    PaymentOutcome,
    PaymentResult,
    PaymentStage,
    mask_pans,
)
from drivers.payment_terminal.adapter import (
    Notes,
    NotReadyError,
    Remembered,
    Watch,
    declined,
    unknown,
)
from drivers.transport import Direction, LinkDownError, monotonic_ms
from drivers.transport.trace import Doing

Note = Callable[[Direction, bytes], None]
Exchange = Callable[[bytes], bytes]
ANSWER_BYTES_MAX = 65_536
NOT_FOUND = 404
PAYLOAD_MAX = 512
_FIELDS = {
    "order_id": "order_id", "amount": "amount", "currency": "currency", "ttl_s": "ttl_s",
    "qr_id": "qr_id", "payload": "payload", "status": "status",
    "transaction_id": "transaction_id", "refund_id": "refund_id",
}  # fmt: skip
_STATUSES = {
    "ACCEPTED": "paid",
    "REJECTED": "refused",
    "CANCELLED": "cancelled",
    "EXPIRED": "expired",
    "NEW": "waiting",
    "IN_PROGRESS": "waiting",
}
_NO_MONEY = {"refused": "declined", "cancelled": "cancelled", "expired": "timeout"}


def _unheard(_way: Direction, _data: bytes) -> None:
    """Nobody takes notes."""


@dataclass(frozen=True, slots=True)
class SbpSettings:
    """`fields`: our names -> the acquirer's; `statuses`: its words -> paid, refused, cancelled,
    expired, waiting. `pay_ms`: how long the customer has; `token` is never logged."""

    url: str
    token: str = field(default="", repr=False)
    fields: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=lambda: _STATUSES)
    pay_ms: int = 180_000
    poll_ms: int = 1_000
    answer_ms: int = 5_000


class AcquirerError(Exception):
    """No answer that can be read. `status` is HTTP's number, 0 where there was none."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Acquirer:
    """One request, one answer, over a connection of its own."""

    def __init__(
        self, settings: SbpSettings, note: Note = _unheard, tape: Exchange | None = None
    ) -> None:
        self._settings = settings
        self._note = note
        self._tape = tape
        self._at = urlsplit(settings.url)
        self._names = {**_FIELDS, **settings.fields}

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The answer under our own names; raises AcquirerError."""
        sent = None if body is None else {self._names[name]: value for name, value in body.items()}
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self._settings.token:
            headers["Authorization"] = f"Bearer {self._settings.token}"
        data = "" if sent is None else json.dumps(sent)
        said = f"{method} {path} {data}".encode()
        self._note(Direction.SENT, said)
        try:
            status, raw = (
                self._answer(method, path, data, headers)
                if self._tape is None
                else (_played(self._tape(said)))
            )
        except (OSError, http.client.HTTPException, LinkDownError) as lost:
            why = str(lost) if isinstance(lost, LinkDownError) else type(lost).__name__
            self._note(Direction.LOST, f"{Doing.READING.value} {why}".encode())
            raise AcquirerError(0, why) from lost
        found = self._read(status, raw)
        self._note(Direction.RECEIVED, f"{status} {json.dumps(self._theirs(found))}".encode())
        return found

    def _answer(
        self, method: str, path: str, data: str, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        link = self._link()
        try:
            link.request(method, self._at.path.rstrip("/") + path, data or None, dict(headers))
            answer = link.getresponse()
            return answer.status, answer.read(ANSWER_BYTES_MAX + 1)
        finally:
            link.close()

    def _theirs(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """What we read of an answer, as it came: the rest may be about the customer."""
        return {self._names[ours]: value for ours, value in found.items() if value is not None}

    def _link(self) -> http.client.HTTPConnection:
        timeout = self._settings.answer_ms / 1000
        host = self._at.hostname or ""
        if self._at.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(
                host, self._at.port, timeout=timeout, context=context
            )
        return http.client.HTTPConnection(host, self._at.port, timeout=timeout)

    def _read(self, status: int, raw: bytes) -> dict[str, Any]:
        if status >= 300:
            self._note(Direction.RECEIVED, f"{status} {{}}".encode())
            raise AcquirerError(status, f"HTTP {status}")
        try:
            said = json.loads(raw) if len(raw) <= ANSWER_BYTES_MAX else None
        except ValueError:
            said = None
        if not isinstance(said, dict):
            self._note(Direction.RECEIVED, f"{status} -".encode())
            raise AcquirerError(0, "no JSON object")
        return {ours: said.get(theirs) for ours, theirs in self._names.items()}


def _played(said: bytes) -> tuple[int, bytes]:
    """The status and the body of an answer that was noted."""
    status, _, raw = said.partition(b" ")
    return int(status), raw


class SbpAdapter:
    """Adapter over an acquirer. `tape`: a recording that answers in its place."""

    def __init__(
        self, settings: SbpSettings, note: Note = _unheard, tape: Exchange | None = None
    ) -> None:
        self._settings = settings
        self._acquirer = Acquirer(settings, note, tape)

    def prepare(self, order: PaymentOrder, watch: Watch) -> Notes:
        """What needs the acquirer's id must have one."""
        if order.do in (PaymentDo.REFUND, PaymentDo.REVERSAL) and not order.reference:
            raise NotReadyError("refused", "no transaction to give back")
        return {}

    def carry_out(self, order: PaymentOrder, notes: Notes, watch: Watch) -> PaymentResult:
        """A purchase shows its code and waits for the customer; a reversal is a whole refund."""
        if order.do is PaymentDo.SETTLE:
            return PaymentResult(PaymentOutcome.APPROVED)
        if order.do is PaymentDo.PURCHASE:
            return self._purchase(order, watch)
        body = {
            "refund_id": order.key,
            "transaction_id": order.reference,
            "amount": order.amount_minor,
            "currency": order.currency,
        }
        try:
            said = self._acquirer.ask("POST", "/refunds", body)
        except AcquirerError as bad:
            return _not_taken(bad)
        return self._followed(order, said, watch)

    def look_up(self, remembered: Remembered, watch: Watch) -> PaymentResult:
        """By our key. An order that the acquirer never saw is not begun."""
        order = remembered.order
        if order.do is PaymentDo.SETTLE:
            return unknown("lost")
        try:
            said = self._acquirer.ask("GET", _path(order))
        except AcquirerError as bad:
            return declined("not_begun") if bad.status == NOT_FOUND else unknown("lost", str(bad))
        result = self._result(order, said)
        if result is None and order.do is PaymentDo.PURCHASE:
            return self._cancel(order)
        return result or unknown("waiting")

    def idle(self) -> str:
        """Nobody knows before the first order: asking costs the acquirer a request."""
        return ""

    def diagnose(self, watch: Watch) -> str:
        """Asks after a key that nobody ever ordered: "not found" is the answer of a good one."""
        try:
            self._acquirer.ask("GET", f"/qr/{uuid4()}")
        except AcquirerError as bad:
            return "" if bad.status == NOT_FOUND else str(bad)
        return ""

    def confirm(self, key: str, reference: str | None) -> bool:
        """The acquirer answers by itself."""
        return False

    def close(self) -> None:
        """No connection is kept."""

    # --- inside ---------------------------------------------------------------------------------

    def _purchase(self, order: PaymentOrder, watch: Watch) -> PaymentResult:
        body = {
            "order_id": order.key,
            "amount": order.amount_minor,
            "currency": order.currency,
            "ttl_s": max(self._settings.pay_ms // 1000, 1),
        }
        try:
            said = self._acquirer.ask("POST", "/qr", body)
        except AcquirerError as bad:
            return _not_taken(bad)
        payload = said.get("payload")
        if not isinstance(payload, str) or not 0 < len(payload) <= PAYLOAD_MAX:
            return _without_code(self._cancel(order))
        watch.tell(PaymentStage.QR_SHOWN, qr=payload)
        return self._followed(order, said, watch)

    def _followed(
        self, order: PaymentOrder, said: Mapping[str, Any], watch: Watch
    ) -> PaymentResult:
        """Asks until it is known. The customer's time over, or a wish to stop: cancel, then ask."""
        end_ms = monotonic_ms() + self._settings.pay_ms
        next_ms = monotonic_ms() + self._settings.poll_ms
        result = self._result(order, said)
        while result is None:
            if watch.cancelled or monotonic_ms() >= end_ms:
                buying = order.do is PaymentDo.PURCHASE
                return self._cancel(order) if buying else unknown("waiting")
            watch.wait(self._settings.poll_ms)
            if monotonic_ms() < next_ms:
                continue
            next_ms = monotonic_ms() + self._settings.poll_ms
            result = self._polled(order, watch)
        return result

    def _polled(self, order: PaymentOrder, watch: Watch) -> PaymentResult | None:
        """One question; a lost answer is asked again as long as the customer has time."""
        try:
            said = self._acquirer.ask("GET", _path(order))
        except AcquirerError:
            watch.tell(PaymentStage.BUSY)
            return None
        return self._result(order, said)

    def _cancel(self, order: PaymentOrder) -> PaymentResult:
        """The acquirer's word counts: a customer may have paid in the same moment."""
        try:
            said = self._acquirer.ask("POST", f"{_path(order)}/cancel", {})
        except AcquirerError:
            try:
                said = self._acquirer.ask("GET", _path(order))
            except AcquirerError as lost:
                return unknown("timeout", str(lost))
        return self._result(order, said) or unknown("timeout")

    def _result(self, order: PaymentOrder, said: Mapping[str, Any]) -> PaymentResult | None:
        """None while the customer has not paid yet."""
        word = said.get("status")
        status = self._settings.statuses.get(word) if isinstance(word, str) else None
        if status == "waiting":
            return None
        if status in _NO_MONEY:
            return declined(_NO_MONEY[status])
        if status != "paid":
            return unknown("lost", "a status that nobody knows")
        amount = said.get("amount")
        if isinstance(amount, bool) or amount != order.amount_minor:
            return unknown("mismatch", "another amount")
        reference = said.get("transaction_id")
        if not isinstance(reference, str) or not reference:
            return unknown("mismatch", "no transaction id")
        words = mask_pans(reference)[:64]
        return PaymentResult(PaymentOutcome.APPROVED, order.amount_minor, reference=words)


def _path(order: PaymentOrder) -> str:
    room = "qr" if order.do is PaymentDo.PURCHASE else "refunds"
    return f"/{room}/{quote(order.key, safe='')}"


def _without_code(stopped: PaymentResult) -> PaymentResult:
    """The acquirer took the order and gave nothing to scan; nobody cancelled it but we."""
    return replace(stopped, reason="no_code") if stopped.reason == "cancelled" else stopped


def _not_taken(bad: AcquirerError) -> PaymentResult:
    """A refusal in so many words is one; anything else may have been taken."""
    if 400 <= bad.status < 500 and bad.status not in (408, 409, 425, 429):
        return declined("refused", str(bad))
    return unknown("lost", str(bad))
