"""What a builder of one kind has at hand. Never builds a device itself."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from drivers.contract import Device, Listener
from drivers.registry.device_set import DeviceSet
from drivers.registry.keys import Keys
from drivers.transport import (
    FileLink,
    Link,
    ParityLink,
    SerialFraming,
    SerialLink,
    SerialSettings,
    TcpLink,
    Trace,
    TracedLink,
)
from drivers.transport.links import USB_PREFIX

RAW_PRINTER_PORT = 9100
_USB_PORT = re.compile(r"usb:[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}(:.+)?")
_LINKS = ("file", "serial", "tcp")
_EIGHT_BITS = {
    SerialFraming.SEVEN_EVEN_ONE: SerialFraming.EIGHT_NONE_ONE,
    SerialFraming.SEVEN_ODD_ONE: SerialFraming.EIGHT_NONE_ONE,
}
"""Seven bits with parity are the same on the line as eight without; see `ParityLink`."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """`devices`: those built before this one; `listener` hears every device from its thread."""

    devices: DeviceSet
    listener: Listener

    def trace(self, name: str) -> Trace:
        """Where the bytes of this device are noted."""
        return self.devices.traces.setdefault(name, Trace())

    def traced(self, name: str, link: Link, *, hidden: bool = False) -> Link:
        """The same link, its bytes noted; in a replay the recording, whatever link was wanted."""
        if self.devices.tape is not None:
            return self.devices.tape
        return TracedLink(link, self.trace(name).add, hidden=hidden)

    def recorded(self, limit_ms: int) -> Callable[[bytes], bytes] | None:
        """In a replay what answers a web request of then; None when there is a real server."""
        tape = self.devices.tape
        return None if tape is None else lambda said: tape.exchange(said, limit_ms)

    def link(
        self,
        keys: Keys,
        name: str,
        *,
        baud: int = 9600,
        framing: str = "8N1",
        tcp_port: int = RAW_PRINTER_PORT,
    ) -> Link:
        """The traced link of `driver = "serial" | "tcp" | "file"`; ConfigError for another.

        `baud`, `framing`, `tcp_port` are the kind's own where the table names none.
        """
        keys.offer("driver", _LINKS)
        driver = keys.take("driver", str)
        if driver == "tcp":
            host, port = keys.take("host", str), keys.take("port", int, tcp_port)
            return self.traced(name, TcpLink(host, port))
        if driver == "file":
            return self.traced(name, FileLink(Path(keys.take("path", str))))
        if driver != "serial":
            choices = ", ".join(_LINKS)
            what = f"driver {driver!r} is none of {choices}"
            raise keys.wrong(what, "none_of", key="driver", value=driver, choices=choices)
        bits = keys.one_of("framing", {one.value: one for one in SerialFraming}, framing)
        settings = SerialSettings(
            port=serial_port(keys),
            baud=keys.take("baud", int, baud),
            framing=_EIGHT_BITS.get(bits, bits),
            rtscts=keys.take("rtscts", bool, default=False),
            dsrdtr=keys.take("dsrdtr", bool, default=False),
            xonxoff=keys.take("xonxoff", bool, default=False),
        )
        link: Link = SerialLink(settings)
        if bits in _EIGHT_BITS:
            link = ParityLink(link, odd=bits is SerialFraming.SEVEN_ODD_ONE)
        return self.traced(name, link)


Builder = Callable[[Keys, str, Workshop], Device]
"""Makes one device of one kind from its table; raises ConfigError. Opens nothing."""


def serial_port(keys: Keys) -> str:
    """The key `port`: a name, a path, or usb:VVVV:PPPP[:serial]."""
    port = keys.take("port", str)
    if port.startswith(USB_PREFIX) and not _USB_PORT.fullmatch(port):
        raise keys.wrong(f"port {port!r} is not usb:VVVV:PPPP[:serial]", "no_port", value=port)
    return port
