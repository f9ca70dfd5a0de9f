"""Bytes, keys and reports of a scan case -> what the scanner drivers deliver of them."""

from collections.abc import Callable, Mapping
from typing import Any

from drivers.contract import Scan
from drivers.contract.keys import KeyPress
from drivers.contract.wedge import WedgeDecoder, WedgeSettings
from drivers.scanner.framing import Frame, Framer, Framing, LabelIds, scan_of
from drivers.scanner.hid_pos import HidPosAssembler, scan_reports

Case = Mapping[str, Any]
Delivery = Callable[[Case], list[Scan]]


def serial(case: Case) -> list[Scan]:
    """Reads with their times; what is left when the port goes is dropped."""
    framing = framing_of(case.get("config", {}))
    framer = Framer(framing)
    found = [
        item for t_ms, data in case["chunks"] for item in framer.feed(t_ms, bytes.fromhex(data))
    ]
    framer.reset()
    return [scan_of(item.data, framing, "serial") for item in found if isinstance(item, Frame)]


def framing_of(config: Mapping[str, Any]) -> Framing:
    """The scanner's set-up in the product's words; a key we do not know is an error."""
    known = {"suffixes_hex", "prefix_hex", "max_len", "drop_unterminated", "label_id", "idle_ms"}
    if set(config) - known:
        raise ValueError(f"unknown framing: {set(config) - known}")
    plain = Framing()
    suffixes = tuple(bytes.fromhex(s) for s in config.get("suffixes_hex", ()))
    return Framing(
        suffixes=suffixes or plain.suffixes,
        prefix=bytes.fromhex(config.get("prefix_hex", "")),
        idle_ms=config.get("idle_ms", plain.idle_ms),
        bytes_max=config.get("max_len", plain.bytes_max),
        deliver_torn=not config.get("drop_unterminated", False),
        label_ids=LabelIds(config.get("label_id", "none")),
    )


def keyboard_wedge(case: Case) -> list[Scan]:
    decoder = WedgeDecoder(thresholds_of(case.get("config", {})))
    decisions = [
        decoder.press(KeyPress(t_ms, code, "S" in held, "C" in held, "A" in held))
        for t_ms, code, held in case["keys"]
    ]
    return [decision.scan for decision in decisions if decision.scan is not None]


def thresholds_of(config: Mapping[str, Any]) -> WedgeSettings:
    """The profile's words and the product's own; the layout in use must not matter."""
    plain = WedgeSettings()
    return WedgeSettings(
        max_gap_ms=config.get("max_gap_ms", plain.max_gap_ms),
        mean_gap_ms=config.get("avg_ms", config.get("mean_gap_ms", plain.mean_gap_ms)),
        min_keys=config.get("min_len", config.get("min_keys", plain.min_keys)),
        prefix_scan_code=config.get("prefix_key"),
        gs_scan_codes=frozenset(config.get("gs_keys", ())),
    )


def hid_reports(case: Case) -> list[Scan]:
    descriptor = case.get("config", {}).get("descriptor_hex")
    assembler = HidPosAssembler(scan_reports(bytes.fromhex(descriptor)) if descriptor else None)
    found = [item for r in case["reports"] for item in assembler.feed(0, bytes.fromhex(r))]
    assembler.reset()
    return [scan_of(item.data, Framing(), "hid_pos") for item in found if isinstance(item, Frame)]


DELIVERIES: Mapping[str, Delivery] = {
    "serial": serial,
    "wedge": keyboard_wedge,
    "hid_pos": hid_reports,
}
