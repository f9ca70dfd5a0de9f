"""A scanner on a serial port or a socket. Never joins, repeats or invents a scan."""

from drivers.contract import Listener
from drivers.scanner.base import LinkScanner, told
from drivers.scanner.framing import Framer, Framing
from drivers.transport import Link


class SerialScanner(LinkScanner):
    """Tells every scan to `listener` from its own thread, every dropped one as an ErrorEvent."""

    def __init__(
        self, name: str, link: Link, listener: Listener, framing: Framing | None = None
    ) -> None:
        self._framing = framing or Framing()
        self._framer = Framer(self._framing)
        super().__init__(name, link, listener)

    def idle(self, link: Link) -> None:
        data = self.listen(link)
        now_ms = self.listened_ms
        found = self._framer.feed(now_ms, data) if data else self._framer.idle(now_ms)
        self.tell_found(found, self._framing)

    def forget(self) -> str | None:
        torn = self._framer.reset()
        return None if torn is None else told(torn)
