"""Child processes that speak JSON lines, and the till's own tick. Never a Python thread."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QProcess, QTimer

FIRST_PAUSE_MS = 250
LONGEST_PAUSE_MS = 2000
HEALTHY_AFTER_MS = 5000
LINE_LIMIT_BYTES = 64 * 1024 * 1024
TICK_MS = 200


class LineProcess(QObject):
    """A child (the courier, the device host): lines in, lines out, restarted when it dies.

    `on_line` gets each whole line without its end. Lines sent while the child is down wait for it
    (at most `queue_max`, the oldest go first): every request has a deadline of its own.
    """

    def __init__(
        self,
        on_line: Callable[[str], None],
        on_error_line: Callable[[str], None] | None = None,
        queue_max: int = 1000,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._on_line, self._on_error_line = on_line, on_error_line
        self._queue: list[str] = []
        self._queue_max = queue_max
        self._program, self._arguments = "", []  # type: str, list[str]
        self._ending = False
        self._rest = b""
        self._pause_ms = FIRST_PAUSE_MS
        self.restarts = 0
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._process.started.connect(self._started)
        self._process.finished.connect(lambda code, status: self._died())
        self._process.errorOccurred.connect(self._failed)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._launch)
        self._healthy = QTimer(self)
        self._healthy.setSingleShot(True)
        self._healthy.timeout.connect(self._well)

    def start(self, program: str, arguments: Sequence[str]) -> None:
        """Start the child; from now on it is started again whenever it dies."""
        self._program, self._arguments, self._ending = program, list(arguments), False
        self._launch()

    @property
    def is_running(self) -> bool:
        """True while the child lives."""
        return self._process.state() == QProcess.ProcessState.Running

    @property
    def pid(self) -> int:
        """The child's process id, 0 while there is none."""
        return int(self._process.processId())

    def send_line(self, line: str) -> None:
        """One line to the child's standard input, now or when it is up again."""
        if self.is_running:
            self._process.write(line.encode("utf-8") + b"\n")
            return
        self._queue.append(line)
        del self._queue[: -self._queue_max]

    def close(self, patience_ms: int = 3000) -> None:
        """End of input is the child's end; only one that ignores it is killed."""
        self._ending = True
        self._again.stop()
        self._healthy.stop()
        if self._process.state() == QProcess.ProcessState.NotRunning:
            return
        self._process.closeWriteChannel()
        if not self._process.waitForFinished(patience_ms):
            self._process.kill()
            self._process.waitForFinished(patience_ms)

    def _launch(self) -> None:
        if not self._ending and self._process.state() == QProcess.ProcessState.NotRunning:
            self._rest = b""
            self._process.start(self._program, self._arguments)

    def _started(self) -> None:
        self._healthy.start(HEALTHY_AFTER_MS)
        waiting, self._queue = self._queue, []
        for line in waiting:
            self.send_line(line)

    def _well(self) -> None:
        self._pause_ms = FIRST_PAUSE_MS

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._died()

    def _died(self) -> None:
        self._healthy.stop()
        if self._ending:
            return
        self.restarts += 1
        self._again.start(self._pause_ms)
        self._pause_ms = min(2 * self._pause_ms, LONGEST_PAUSE_MS)

    def _read(self) -> None:
        data = self._rest + bytes(self._process.readAllStandardOutput().data())
        *lines, self._rest = data.split(b"\n")
        if len(self._rest) > LINE_LIMIT_BYTES:
            self._rest = b""
        for line in lines:
            if line.strip():
                self._on_line(line.decode("utf-8", "replace"))

    def _read_errors(self) -> None:
        text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        if self._on_error_line is not None:
            for line in text.splitlines():
                self._on_error_line(line)


class Ticker(QObject):
    """Calls the till some times a second from the window's own loop."""

    def __init__(
        self, tick: Callable[[], None], every_ms: int = TICK_MS, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(every_ms)
        self._timer.timeout.connect(lambda: tick())

    def start(self) -> None:
        """From now on."""
        self._timer.start()

    def stop(self) -> None:
        """Until started again."""
        self._timer.stop()
