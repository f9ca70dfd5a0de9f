"""A vendor's program that speaks with its own terminal: started with arguments, read by its files.

Never started twice for one order, never killed in the middle: a program that hangs is UNKNOWN, goes
on by itself, and what it writes later is read when somebody asks.
"""

import os
import string
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from drivers.contract.payment import PaymentDo, PaymentOrder, PaymentOutcome, PaymentResult
from drivers.payment_terminal.adapter import (
    SLICE_MS,
    Notes,
    NotReadyError,
    Remembered,
    Watch,
    declined,
    unknown,
)
from drivers.payment_terminal.program_files import (
    SBER,
    ResultShape,
    read_file,
    result_of,
    slip_of,
)
from drivers.transport import monotonic_ms

HUNG_MS = 180_000
CURRENT = "running.key"
KEPT = 20
"""Results of earlier orders that can still be asked for."""
_LEFT: "list[subprocess.Popen[bytes]]" = []
"""Programs that were let go while they worked: looked after so that none stays a zombie."""


@dataclass(frozen=True, slots=True)
class ProgramSettings:
    """`arguments`: per order, templates of the command line ({amount}, {amount_major}, {key},
    {reference}, {currency}); an order without any cannot be carried out. `folder`: where it runs
    and writes. `exit_codes`: what an exit code says where it says something (approved, declined,
    cancelled, unknown); the result file must not contradict it.
    """

    program: Path
    folder: Path
    arguments: Mapping[PaymentDo, tuple[str, ...]]
    result_file: str = "e"
    slip_file: str = "p"
    shape: ResultShape = SBER
    exit_codes: Mapping[int, str] = field(default_factory=dict)
    hung_ms: int = HUNG_MS


class ProgramAdapter:
    """Adapter over a child process."""

    def __init__(self, settings: ProgramSettings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self, order: PaymentOrder, watch: Watch) -> Notes:
        """The files of an earlier order go before anything is begun."""
        if order.do not in self._settings.arguments:
            raise NotReadyError("refused", f"no command line for {order.do.value}")
        if not self._settings.program.is_file():
            raise NotReadyError("offline", f"{self._settings.program} is not there")
        if self._is_running():
            raise NotReadyError("busy", "the program still works on an earlier order")
        self._command(order)
        try:
            self._put_away(order.key)
        except OSError as bad:
            raise NotReadyError("offline", str(bad)) from bad
        return {}

    def carry_out(self, order: PaymentOrder, notes: Notes, watch: Watch) -> PaymentResult:
        """Starts it once and waits; a wish to cancel belongs on the terminal's own keys."""
        try:
            self._process = subprocess.Popen(
                self._command(order),
                cwd=self._settings.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except (OSError, ValueError) as bad:
            return declined("offline", str(bad))
        self._note_pid(self._process.pid)
        end_ms = monotonic_ms() + self._settings.hung_ms
        while self._process.poll() is None:
            if watch.closing or monotonic_ms() >= end_ms:
                return unknown("lost" if watch.closing else "hung", "the program has not ended")
            watch.wait(SLICE_MS)
        return self._read(order, self._process.returncode)

    def look_up(self, remembered: Remembered, watch: Watch) -> PaymentResult:
        """The files it left, if this was the last order and the program has ended since."""
        if self._is_running():
            return unknown("busy", "the program still works")
        if not remembered.known:
            return unknown("lost", "the key is not known here")
        key = remembered.order.key
        suffix = "" if self._current_key() == key else f".{key}"
        return self._read(remembered.order, None, suffix)

    def idle(self) -> str:
        """Whether there is a program at all."""
        program, folder = self._settings.program, self._settings.folder
        if not program.is_file():
            return f"{program}: there is no such program"
        return "" if folder.is_dir() else f"{folder}: there is no such folder"

    def diagnose(self, watch: Watch) -> str:
        """Its programs have no order that surely moves no money: it is looked for, not run."""
        return self.idle()

    def confirm(self, key: str, reference: str | None) -> bool:
        """The program answers by itself."""
        return False

    def close(self) -> None:
        """A program that still works goes on: its terminal has a customer."""
        if self._process is not None and self._process.poll() is None:
            _LEFT.append(self._process)
        self._process = None

    # --- inside ---------------------------------------------------------------------------------

    def _read(self, order: PaymentOrder, exit_code: int | None, suffix: str = "") -> PaymentResult:
        settings = self._settings
        shape = settings.shape
        written = settings.folder / (settings.result_file + suffix)
        result = result_of(read_file(written, shape.encoding), shape, order)
        if exit_code is not None:
            result = _weighed(result, settings.exit_codes.get(exit_code, ""), exit_code)
        if result.outcome is not PaymentOutcome.APPROVED:
            return result
        printed = settings.folder / (settings.slip_file + suffix)
        slip = slip_of(read_file(printed, shape.encoding))
        return replace(result, slip=slip)

    def _command(self, order: PaymentOrder) -> list[str]:
        """Each template is one argument: nothing goes through a shell."""
        major, minor = divmod(order.amount_minor, 100)
        values = {
            "amount": str(order.amount_minor),
            "amount_major": f"{major}.{minor:02d}",
            "key": order.key,
            "reference": order.reference,
            "currency": order.currency,
        }
        templates = self._settings.arguments[order.do]
        try:
            filled = [string.Formatter().vformat(one, (), values) for one in templates]
        except (KeyError, IndexError, ValueError, AttributeError) as bad:
            raise NotReadyError("refused", f"command line: {bad!r}") from bad
        return [str(self._settings.program), *filled]

    def _put_away(self, key: str) -> None:
        """Files of the last order get its key, so that they are never taken for this one's."""
        folder, last = self._settings.folder, self._current_key()
        for name in (self._settings.result_file, self._settings.slip_file):
            if not (folder / name).exists():
                continue
            if last:
                (folder / name).replace(folder / f"{name}.{last}")
            else:
                (folder / name).unlink()
            kept = sorted(folder.glob(f"{name}.*"), key=lambda one: one.stat().st_mtime_ns)
            for old in kept[:-KEPT]:
                old.unlink()
        with (folder / CURRENT).open("w", encoding="utf-8") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())

    def _current_key(self) -> str:
        return read_file(self._settings.folder / CURRENT, "utf-8") or ""

    def _pid_file(self) -> Path:
        return self._settings.folder / "running.pid"

    def _note_pid(self, pid: int) -> None:
        try:
            self._pid_file().write_text(str(pid), encoding="ascii")
        except OSError:
            return  # the program runs whether or not it is noted

    def _is_running(self) -> bool:
        """The program of this process, or one that an earlier host has left behind."""
        _LEFT[:] = [one for one in _LEFT if one.poll() is None]
        if self._process is not None:
            return self._process.poll() is None
        try:
            pid = int(self._pid_file().read_text(encoding="ascii"))
            os.kill(pid, 0)
        except (OSError, ValueError, OverflowError):
            return False
        return _is_ours(pid, self._settings.program)


def _is_ours(pid: int, program: Path) -> bool:
    """Numbers of processes are used again; where nobody can tell, it may be ours."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return not Path("/proc/self").exists()
    dead = state.rpartition(")")[2].split()[:1] == ["Z"]
    return not dead and program.name.encode() in raw


def _weighed(result: PaymentResult, said: str, exit_code: int) -> PaymentResult:
    """The exit code beside the file: together they must say the same, alone a file is enough."""
    if not said:
        if exit_code < 0:
            return unknown("lost", f"killed by signal {-exit_code}")
        return result
    if result.reason == "lost" and said in ("declined", "cancelled"):
        return declined(said, f"exit {exit_code}")
    meant = {"approved": PaymentOutcome.APPROVED, "unknown": PaymentOutcome.UNKNOWN}
    if meant.get(said, PaymentOutcome.DECLINED) is not result.outcome:
        return unknown("mismatch", f"exit {exit_code} beside {result.outcome.value}")
    return result
