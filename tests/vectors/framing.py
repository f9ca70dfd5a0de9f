"""Bytes, keys and reports of a scan case -> what the scanner drivers deliver of them."""

from collections.abc import Callable, Mapping
from typing import Any

from drivers.contract.wedge import KeyPress, WedgeDecoder
from tests.vectors.outcome import NotModelled

Case = Mapping[str, Any]
Delivered = tuple[bytes, str | None]  # the label, its AIM identifier if the driver split it off
Framing = Callable[[Case], list[Delivered]]

_DEFAULT_SUFFIXES = (b"\r\n", b"\r", b"\n")


def one_plain_frame(case: Case) -> list[Delivered]:
    """A single read that ends with a terminator; everything else is the drivers' business."""
    config = case.get("config", {})
    if len(case["chunks"]) != 1 or set(config) - {"label_id"}:
        raise NotModelled("serial framing")
    data = bytes.fromhex(case["chunks"][0][1])
    suffix = next((s for s in _DEFAULT_SUFFIXES if data.endswith(s)), None)
    if suffix is None:
        raise NotModelled("serial framing")
    body = data.removesuffix(suffix)
    if not body or any(s in body for s in _DEFAULT_SUFFIXES):
        raise NotModelled("serial framing")
    return [(body, None)]


def keyboard_wedge(case: Case) -> list[Delivered]:
    decoder = WedgeDecoder()
    delivered: list[Delivered] = []
    for t_ms, code, modifiers in case["keys"]:
        key = KeyPress(t_ms, code, "S" in modifiers, "C" in modifiers, "A" in modifiers)
        scan = decoder.press(key).scan
        if scan is not None:
            delivered.append((scan.raw, scan.aim))
    return delivered


def hid_reports(case: Case) -> list[Delivered]:
    raise NotModelled("hid reports")


FRAMINGS: Mapping[str, Framing] = {
    "serial": one_plain_frame,
    "wedge": keyboard_wedge,
    "hid_pos": hid_reports,
}
