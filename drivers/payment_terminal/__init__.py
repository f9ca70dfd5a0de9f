"""Card terminals and QR payments. Never orders anything twice, never keeps a card's number."""

from drivers.payment_terminal.adapter import Adapter, NotReadyError, Remembered, Watch
from drivers.payment_terminal.journal import PaymentJournal
from drivers.payment_terminal.manual import ManualAdapter
from drivers.payment_terminal.program import ProgramAdapter, ProgramSettings
from drivers.payment_terminal.program_files import FIELDS, INPAS, LINES, SBER, ResultShape
from drivers.payment_terminal.sbp import SbpAdapter, SbpSettings
from drivers.payment_terminal.terminal import QueuedTerminal
from drivers.payment_terminal.zvt import ZVT_PORT, ZvtAdapter, ZvtSettings
from drivers.payment_terminal.zvt_frames import Framing, SerialFraming, SocketFraming
from drivers.payment_terminal.zvt_talk import Timings

__all__ = [
    "FIELDS",
    "INPAS",
    "LINES",
    "SBER",
    "ZVT_PORT",
    "Adapter",
    "Framing",
    "ManualAdapter",
    "NotReadyError",
    "PaymentJournal",
    "ProgramAdapter",
    "ProgramSettings",
    "QueuedTerminal",
    "Remembered",
    "ResultShape",
    "SbpAdapter",
    "SbpSettings",
    "SerialFraming",
    "SocketFraming",
    "Timings",
    "Watch",
    "ZvtAdapter",
    "ZvtSettings",
]
