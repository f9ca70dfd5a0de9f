"""The device host seen from the till; one file a kind. Never starts a process or a thread."""

from drivers.remote.channel import Channel, Deadlines, Progress
from drivers.remote.device import RemoteDevice
from drivers.remote.display import RemoteDisplay
from drivers.remote.drawer import RemoteDrawer
from drivers.remote.fiscal import RemoteFiscal
from drivers.remote.host import RemoteHost
from drivers.remote.marking import RemoteMarking
from drivers.remote.printer import RemotePrinter
from drivers.remote.scale import RemoteScale

__all__ = [
    "Channel",
    "Deadlines",
    "Progress",
    "RemoteDevice",
    "RemoteDisplay",
    "RemoteDrawer",
    "RemoteFiscal",
    "RemoteHost",
    "RemoteMarking",
    "RemotePrinter",
    "RemoteScale",
]
