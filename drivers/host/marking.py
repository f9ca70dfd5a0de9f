"""What the till may ask about a marking code. Never keeps one."""

import base64
import binascii

from drivers.host.request import Handler, Request, RequestError
from drivers.registry import DeviceSet


def _check(devices: DeviceSet, request: Request) -> None:
    try:
        raw = base64.b64decode(request.text("code"), validate=True)
    except binascii.Error as bad:
        raise RequestError("code must be base64") from bad
    request.named(devices.markings).check(raw, request.reply)


REQUESTS: dict[str, Handler] = {"mark_check": _check}
