"""What the till may ask of a payment terminal. Never orders anything of its own."""

from typing import cast

from drivers.contract import DeviceKind, DoneEvent, ErrorCode, ErrorEvent
from drivers.contract.payment import PaymentOrder, PaymentTerminal
from drivers.host.request import Handler, Request, RequestError
from drivers.registry import DeviceSet


def _terminal(devices: DeviceSet, request: Request) -> PaymentTerminal:
    return cast(PaymentTerminal, request.named(devices.of_kind(DeviceKind.PAYMENT)))


def _order(request: Request) -> PaymentOrder:
    try:
        return PaymentOrder.from_json(request.object("order"))
    except ValueError as bad:
        raise RequestError(f"order: {bad}") from bad


def _pay(devices: DeviceSet, request: Request) -> None:
    terminal, order = _terminal(devices, request), _order(request)
    terminal.carry_out(order, request.call())


def _last_result(devices: DeviceSet, request: Request) -> None:
    terminal, order = _terminal(devices, request), _order(request)
    terminal.last_result(order, request.call())


def _confirm(devices: DeviceSet, request: Request) -> None:
    reference = None if request.get("reference") is None else request.text("reference")
    if _terminal(devices, request).confirm(request.text("key"), reference):
        request.reply(DoneEvent(str(request.get("device"))))
        return
    text = "nobody waits for that slip"
    request.reply(ErrorEvent(str(request.get("device")), ErrorCode.E_ILLEGAL, text))


def check(devices: DeviceSet, request: Request) -> None:
    """Its own diagnosis; no money moves."""
    _terminal(devices, request).diagnose(request.call())


REQUESTS: dict[str, Handler] = {
    "payment": _pay,
    "payment_result": _last_result,
    "payment_confirm": _confirm,
}
