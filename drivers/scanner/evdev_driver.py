"""A typing scanner grabbed from the desktop. Never a key of it reaches a window."""

from drivers.contract import Listener
from drivers.scanner.base import LinkScanner, told
from drivers.scanner.framing import Framer, Framing
from drivers.scanner.key_stream import KeyMask, KeyStream, Lost
from drivers.transport import Link

KEYBOARD_FRAMING = Framing(suffixes=(b"\r", b"\t"), idle_ms=250)


class EvdevScanner(LinkScanner):
    """Turns grabbed keys into labels; `framing` may add a prefix, another silence, letters."""

    trace_mask = KeyMask
    """How its bytes are noted where people must not be: key codes are no text."""

    def __init__(
        self,
        name: str,
        link: Link,
        listener: Listener,
        framing: Framing = KEYBOARD_FRAMING,
        gs_keys: frozenset[int] = frozenset(),
    ) -> None:
        self._framing = framing
        self._framer = Framer(framing)
        self._keys = KeyStream(gs_keys)
        super().__init__(name, link, listener)

    def idle(self, link: Link) -> None:
        data = self.listen(link)
        now_ms = self.listened_ms
        if not data:
            self.tell_found(self._framer.idle(now_ms), self._framing)
        for typed in self._keys.feed(data):
            if isinstance(typed, Lost):
                self._framer.spoil(now_ms)
                self.tell_dropped("the system's queue ran over: keys are missing")
            else:
                self.tell_found(self._framer.feed(now_ms, typed), self._framing)

    def forget(self) -> str | None:
        self._keys.reset()
        torn = self._framer.reset()
        return None if torn is None else told(torn)
