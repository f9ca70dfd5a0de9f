"""A HID POS scanner: reports in, scans out. Never guesses where a report keeps its data."""

from collections.abc import Callable

from drivers.contract import Listener, PowerState
from drivers.scanner.base import LinkScanner, told
from drivers.scanner.framing import Framing
from drivers.scanner.hid_pos import USUAL_DESCRIPTOR, HidPosAssembler, scan_reports
from drivers.scanner.report_descriptor import DescriptorError
from drivers.transport import Link, LinkDownError


class HidScanner(LinkScanner):
    """Reads the layout from the device's descriptor on every plug-in.

    `link` gives one whole report a read; `descriptor` answers once it is open, b"" for the usual.
    """

    def __init__(
        self,
        name: str,
        link: Link,
        listener: Listener,
        descriptor: Callable[[], bytes],
        framing: Framing | None = None,
    ) -> None:
        self._descriptor = descriptor
        self._framing = framing or Framing()
        self._assembler: HidPosAssembler | None = None
        super().__init__(name, link, listener)

    def idle(self, link: Link) -> None:
        assembler = self._assembler or self._begun()
        report = self.listen(link)
        now_ms = self.listened_ms
        found = assembler.feed(now_ms, report) if report else assembler.idle(now_ms)
        self.tell_found(found, self._framing)

    def forget(self) -> str | None:
        torn = self._assembler.reset() if self._assembler else None
        return None if torn is None else told(torn)

    def power_changed(self, power: PowerState, reason: str | None) -> None:
        super().power_changed(power, reason)
        self._assembler = None

    def _begun(self) -> HidPosAssembler:
        try:
            layouts = scan_reports(self._descriptor() or USUAL_DESCRIPTOR)
        except DescriptorError as bad:
            raise LinkDownError(f"its descriptor cannot be read: {bad}") from bad
        if not layouts:
            raise LinkDownError("it is no HID POS scanner: set its interface to HID POS")
        self._assembler = HidPosAssembler(layouts)
        return self._assembler
