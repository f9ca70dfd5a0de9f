"""Reads a HID report descriptor (USB HID 1.11, chapter 6.2.2): which bits of a report mean what.

Never trusts it: nonsense raises DescriptorError.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

REPORT_BITS_MAX = 8 * 4096
_ELEMENTS_MAX = 4096
_LONG_ITEM = 0xFE
_MAIN, _GLOBAL, _LOCAL = 0, 1, 2
_INPUT, _COLLECTION, _END = 0x8, 0xA, 0xC
_USAGE_PAGE, _SIZE, _ID, _COUNT, _PUSH, _POP = 0x0, 0x7, 0x8, 0x9, 0xA, 0xB
_USAGE, _USAGE_MIN, _USAGE_MAX = 0x0, 0x1, 0x2
_APPLICATION = 1
_CONSTANT, _VARIABLE = 0x01, 0x02


class DescriptorError(ValueError):
    """The descriptor contradicts itself or describes what no device sends."""


@dataclass(frozen=True, slots=True)
class InputField:
    """`usage` is page << 16 | id. `bit_offset` counts from the byte after the report's id."""

    usage: int
    bit_offset: int
    bit_size: int
    application: int


@dataclass(frozen=True, slots=True)
class InputReport:
    """One kind of input report. `report_id` 0: the device sends no id byte."""

    report_id: int
    bits: int
    fields: tuple[InputField, ...]

    @property
    def length(self) -> int:
        """Bytes of one report as the system hands it over, the id byte included."""
        return (self.bits + 7) // 8 + (self.report_id != 0)


@dataclass(slots=True)
class _Globals:
    page: int = 0
    size: int = 0
    count: int = 0
    report_id: int = 0

    def copy(self) -> "_Globals":
        return _Globals(self.page, self.size, self.count, self.report_id)


@dataclass(slots=True)
class _Reader:
    now: _Globals = field(default_factory=_Globals)
    saved: list[_Globals] = field(default_factory=list)
    usages: list[int] = field(default_factory=list)
    lowest: int | None = None
    applications: list[int] = field(default_factory=list)
    bits: dict[int, int] = field(default_factory=dict)
    fields: dict[int, list[InputField]] = field(default_factory=dict)

    def take(self, kind: int, tag: int, value: int, size: int) -> None:
        if kind == _GLOBAL:
            self._global(tag, value)
        elif kind == _LOCAL:
            self._local(tag, value, size)
        elif kind == _MAIN:
            self._main(tag, value)
            self.usages.clear()
            self.lowest = None

    def _global(self, tag: int, value: int) -> None:
        if tag == _PUSH:
            self.saved.append(self.now.copy())
        elif tag == _POP:
            if not self.saved:
                raise DescriptorError("pop without push")
            self.now = self.saved.pop()
        else:
            self._set(tag, value)

    def _set(self, tag: int, value: int) -> None:
        if tag == _USAGE_PAGE:
            self.now.page = value
        elif tag == _SIZE:
            self.now.size = value
        elif tag == _COUNT:
            self.now.count = value
        elif tag == _ID:
            if not 0 < value < 256:
                raise DescriptorError(f"report id {value}")
            self.now.report_id = value

    def _local(self, tag: int, value: int, size: int) -> None:
        usage = value if size == 4 else self.now.page << 16 | value
        if tag == _USAGE:
            self.usages.append(usage)
        elif tag == _USAGE_MIN:
            self.lowest = usage
        elif tag == _USAGE_MAX and self.lowest is not None:
            if usage - self.lowest > _ELEMENTS_MAX:
                raise DescriptorError("too many usages")
            self.usages.extend(range(self.lowest, usage + 1))
            self.lowest = None

    def _main(self, tag: int, value: int) -> None:
        if tag == _COLLECTION:
            outer = self.applications[-1] if self.applications else 0
            own = self.usages[0] if self.usages else 0
            self.applications.append(own if value == _APPLICATION else outer)
        elif tag == _END:
            if not self.applications:
                raise DescriptorError("end without a collection")
            self.applications.pop()
        elif tag == _INPUT:
            self._input(value)

    def _input(self, flags: int) -> None:
        now = self.now
        at = self.bits.get(now.report_id, 0)
        self.bits[now.report_id] = at + now.size * now.count
        if self.bits[now.report_id] > REPORT_BITS_MAX or now.count > _ELEMENTS_MAX:
            raise DescriptorError("longer than any report")
        found = self.fields.setdefault(now.report_id, [])
        if flags & _CONSTANT or not flags & _VARIABLE or not self.usages:
            return
        application = self.applications[-1] if self.applications else 0
        for place in range(now.count):
            usage = self.usages[min(place, len(self.usages) - 1)]
            found.append(InputField(usage, at + place * now.size, now.size, application))


def input_reports(descriptor: bytes) -> dict[int, InputReport]:
    """Report id -> its layout; only variable data fields are listed. Raises DescriptorError."""
    reader = _Reader()
    for kind, tag, value, size in _items(descriptor):
        reader.take(kind, tag, value, size)
    return {
        report_id: InputReport(report_id, bits, tuple(reader.fields[report_id]))
        for report_id, bits in reader.bits.items()
    }


def _items(descriptor: bytes) -> Iterator[tuple[int, int, int, int]]:
    at = 0
    while at < len(descriptor):
        prefix = descriptor[at]
        if prefix == _LONG_ITEM:
            if at + 1 >= len(descriptor):
                raise DescriptorError("cut short")
            at += 3 + descriptor[at + 1]
            continue
        size = (0, 1, 2, 4)[prefix & 3]
        data = descriptor[at + 1 : at + 1 + size]
        if len(data) < size:
            raise DescriptorError("cut short")
        yield prefix >> 2 & 3, prefix >> 4, int.from_bytes(data, "little"), size
        at += 1 + size
