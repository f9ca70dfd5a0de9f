"""Ways for bytes to reach a device and the thread that looks after one. Never knows a command."""

from drivers.transport.calls import LiveCall
from drivers.transport.file_link import FileLink
from drivers.transport.links import (
    Link,
    LinkDownError,
    SerialFraming,
    SerialLink,
    SerialSettings,
    TcpLink,
    monotonic_ms,
)
from drivers.transport.parity import ParityLink
from drivers.transport.reasons import plain_reason
from drivers.transport.trace import Direction, Trace, TracedLink, TraceEntry
from drivers.transport.worker import BACKOFF_MS, LinkUser, LinkWorker, Task

__all__ = [
    "BACKOFF_MS",
    "Direction",
    "FileLink",
    "Link",
    "LinkDownError",
    "LinkUser",
    "LinkWorker",
    "LiveCall",
    "ParityLink",
    "SerialFraming",
    "SerialLink",
    "SerialSettings",
    "TcpLink",
    "Task",
    "Trace",
    "TraceEntry",
    "TracedLink",
    "monotonic_ms",
    "plain_reason",
]
