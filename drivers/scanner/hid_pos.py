"""Joins the reports of a HID POS scanner (USB-IF HID POS 1.02, page 0x8C) into scans.

Fields are found by their usages in the device's own report descriptor, never by fixed offsets, and
a scan whose continuation did not come is never delivered.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.scanner.framing import FRAME_BYTES_MAX, Frame, Torn
from drivers.scanner.report_descriptor import InputField, InputReport, input_reports

USAGE_PAGE = 0x8C
SCANNER_USAGES = frozenset(range(0x8C0001, 0x8C0006))
BYTE_COUNT = 0x01003B
SYMBOLOGY = (0x8C00FB, 0x8C00FC, 0x8C00FD)
DECODED_DATA = 0x8C00FE
CONTINUED = 0x8C00FF
CONTINUATION_MS = 500

USUAL_DESCRIPTOR = bytes.fromhex(
    "058c0902a101850209 12a102"  # page 8C, scanner; report 2, scanned data
    "15002600ff7508"
    "9501 0501 093b 8102"  # byte count
    "9503 058c 09fb 09fc 09fd 8102"  # AIM identifier
    "9538 09fe 820201"  # 56 bytes of decoded data
    "9501 0600ff 0901 8102 9501 8101"  # a maker's own byte and one of padding
    "2501 7501 9501 058c 09ff 8102"  # continued
    "7507 9501 8101 c0c0"
)
"""As Honeywell and Access-IS lay it out: id, length, AIM 3, data 56, vendor, 0, flags."""


@dataclass(frozen=True, slots=True)
class ScanReport:
    """Where one kind of report keeps its scan; bit offsets after the id byte."""

    length: int
    has_id: bool
    count: InputField | None
    symbology: tuple[InputField, ...]
    data: InputField
    continued: InputField | None


def scan_reports(descriptor: bytes) -> dict[int, ScanReport]:
    """Report id -> layout of the reports that carry scans; none when the device is no scanner.

    Raises DescriptorError.
    """
    found = {}
    for report_id, report in input_reports(descriptor).items():
        layout = _layout(report)
        if layout is not None:
            found[report_id] = layout
    return found


def _layout(report: InputReport) -> ScanReport | None:
    by_usage: dict[int, list[InputField]] = {}
    for field in report.fields:
        if field.application in SCANNER_USAGES:
            by_usage.setdefault(field.usage, []).append(field)
    data = _joined(by_usage.get(DECODED_DATA, []))
    if data is None:
        return None
    return ScanReport(
        length=report.length,
        has_id=report.report_id != 0,
        count=next(iter(by_usage.get(BYTE_COUNT, [])), None),
        symbology=tuple(by_usage[usage][0] for usage in SYMBOLOGY if usage in by_usage),
        data=data,
        continued=next(iter(by_usage.get(CONTINUED, [])), None),
    )


def _joined(fields: list[InputField]) -> InputField | None:
    """One field of all bytes of decoded data; None when they do not lie side by side in bytes."""
    if not fields:
        return None
    first = fields[0]
    at = first.bit_offset
    for field in fields:
        if field.bit_offset != at or field.bit_offset % 8 or field.bit_size % 8:
            return None
        at += field.bit_size
    return InputField(first.usage, first.bit_offset, at - first.bit_offset, first.application)


def _bits(body: bytes, field: InputField) -> int:
    value = int.from_bytes(body, "little") >> field.bit_offset
    return value & ((1 << field.bit_size) - 1)


class HidPosAssembler:
    """Takes input reports in order, as a Framer takes reads; frames begin with the AIM identifier.

    Reports of other ids (settings, triggers) are not scans and change nothing.
    """

    def __init__(self, layouts: Mapping[int, ScanReport] | None = None) -> None:
        self._layouts = scan_reports(USUAL_DESCRIPTOR) if layouts is None else layouts
        self._aim = b""
        self._data = bytearray()
        self._since_ms: int | None = None
        self._skip_since_ms: int | None = None

    def feed(self, t_ms: int, report: bytes) -> list[Frame | Torn]:
        """One input report, as it came at `t_ms` (any monotonic zero)."""
        found = self.idle(t_ms)
        layout = self._layout_of(report)
        if layout is None:
            return found
        body = report[1:] if layout.has_id else report
        whole = len(report) >= layout.length
        more = not whole or (layout.continued is not None and bool(_bits(body, layout.continued)))
        if self._is_rest(t_ms, more=more):
            return found
        data = self._data_of(layout, body) if whole else None
        if data is None:
            self._drop(found, "a report contradicts its descriptor", len(report))
            self._skip_since_ms = t_ms if more else None
            return found
        self._aim_of(layout, body, found)
        self._data += data
        self._end(t_ms, found, more=more)
        return found

    def idle(self, t_ms: int) -> list[Frame | Torn]:
        """Nothing has arrived until `t_ms`: a continuation that is overdue will not come."""
        found: list[Frame | Torn] = []
        if self._since_ms is not None and not 0 <= t_ms - self._since_ms < CONTINUATION_MS:
            self._drop(found, "its continuation did not come")
            self._skip_since_ms = t_ms
        return found

    def reset(self) -> Torn | None:
        """The scanner was unplugged: half a scan is dropped."""
        found: list[Frame | Torn] = []
        if self._since_ms is not None:
            self._drop(found, "the scanner was lost")
        self._skip_since_ms = None
        last = found[0] if found else None
        return last if isinstance(last, Torn) else None

    def _layout_of(self, report: bytes) -> ScanReport | None:
        if 0 in self._layouts:
            return self._layouts[0]
        return self._layouts.get(report[0]) if report else None

    def _is_rest(self, t_ms: int, *, more: bool) -> bool:
        """True for a report that belongs to a scan of which something was dropped already."""
        since_ms, self._skip_since_ms = self._skip_since_ms, None
        if since_ms is None or not 0 <= t_ms - since_ms < CONTINUATION_MS:
            return False
        if more:
            self._skip_since_ms = t_ms
        return True

    @staticmethod
    def _data_of(layout: ScanReport, body: bytes) -> bytes | None:
        """The decoded data of one report; None when it cannot be what the device describes."""
        first = layout.data.bit_offset // 8
        room = layout.data.bit_size // 8
        data = body[first : first + room]
        if layout.count is None:
            return data.rstrip(b"\x00")
        count = _bits(body, layout.count)
        return data[:count] if count <= room else None

    def _aim_of(self, layout: ScanReport, body: bytes, found: list[Frame | Torn]) -> None:
        aim = bytes(_bits(body, field) for field in layout.symbology).strip(b"\x00")
        if self._since_ms is not None and aim and aim != self._aim:
            self._drop(found, "another scan began")
        if self._since_ms is None:
            self._aim = aim

    def _end(self, t_ms: int, found: list[Frame | Torn], *, more: bool) -> None:
        if len(self._data) > FRAME_BYTES_MAX:
            self._drop(found, "longer than any label")
            self._skip_since_ms = t_ms if more else None
        elif more:
            self._since_ms = t_ms
        else:
            if self._data:
                found.append(Frame(self._aim + bytes(self._data)))
            self._clear()

    def _drop(self, found: list[Frame | Torn], reason: str, more_bytes: int = 0) -> None:
        found.append(Torn(len(self._data) + more_bytes, reason))
        self._clear()

    def _clear(self) -> None:
        self._aim = b""
        self._data.clear()
        self._since_ms = None
