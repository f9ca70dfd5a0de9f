"""The console till: standard input and both children feed one queue, one thread does the rest."""

import contextlib
import io
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, TextIO

from pos_app.console.front_end import Console, run
from pos_app.storage.till_file import Points, no_points
from pos_app.wiring.commands import courier_command, devices_command
from pos_app.wiring.place import Place
from pos_app.wiring.till import Till, build_till
from pos_app.workstation.answer import Answer, done
from resources.words import Words

TICK_S = 0.1
SYNC_WAIT_S = 10.0
RESTART_S = 0.5

Work = Callable[[], None]


class ChildPipe:
    """A child process whose lines land in the queue; restarted when it dies."""

    def __init__(
        self, argv: list[str], on_line: Callable[[str], None], inbox: "queue.Queue[Work]"
    ) -> None:
        self.restarts = 0
        self._argv, self._on_line, self._inbox = argv, on_line, inbox
        self._ending = False
        self._process = self._launch()

    def send_line(self, line: str) -> None:
        """One line to the child; lost if it is dead: every request has a deadline."""
        pipe = self._process.stdin
        try:
            if pipe is not None:
                pipe.write(line + "\n")
                pipe.flush()
        except (OSError, ValueError):
            return

    def close(self) -> None:
        """End of its input; it ends by itself."""
        self._ending = True
        try:
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process.wait(5)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait(5)

    def _launch(self) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            self._argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        threading.Thread(target=self._pump, args=(process,), daemon=True).start()
        return process

    def _pump(self, process: "subprocess.Popen[str]") -> None:
        """Reads until the child ends; then the owner's thread starts another."""
        stream: IO[str] | None = process.stdout
        with stream or contextlib.nullcontext(()) as lines:
            for line in lines:
                self._inbox.put(lambda line=line: self._on_line(line))  # type: ignore[misc]  # bound now
        if not self._ending:
            time.sleep(RESTART_S)
            self._inbox.put(self._again)

    def _again(self) -> None:
        if not self._ending:
            self.restarts += 1
            self._process = self._launch()


@dataclass
class ConsoleTill:
    """A till and the queue that drives it."""

    till: Till
    inbox: "queue.Queue[Work]"

    def work(self, seconds: float = TICK_S) -> None:
        """Deal with what arrived within this time, then tick."""
        try:
            self.inbox.get(timeout=seconds)()
            while True:
                self.inbox.get_nowait()()
        except queue.Empty:
            self.till.terminal.tick()

    def wait_for(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Work until something is so; False when it never was."""
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                return False
            self.work()
        return True


def build_console_till(place: Place, points: Points = no_points) -> ConsoleTill:
    """A till whose children are plain processes; `points` is for tests that kill it."""
    inbox: queue.Queue[Work] = queue.Queue()
    commands = {
        "courier": courier_command(place.data, place.server, place.lan),
        "devices": devices_command(place.device_path(), place.devices, place.trace),
    }

    def pipe(name: str, on_line: Callable[[str], None]) -> ChildPipe:
        return ChildPipe(commands[name], on_line, inbox)

    till = build_till(place, pipe, points)
    till.terminal.start()
    return ConsoleTill(till, inbox)


def _in_utf8(*streams: TextIO) -> None:
    """JSON is UTF-8 whatever the locale says; a torn byte is a broken line, not the end."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def run_console(place: Place, stdin: TextIO = sys.stdin, stdout: TextIO = sys.stdout) -> int:
    """One JSON command a line until the input ends."""
    _in_utf8(stdin, stdout)
    driver = build_console_till(place)
    terminal = driver.till.terminal
    console = Console(terminal, Words(place.language), stdout)
    ended = threading.Event()
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in stdin:
            lines.put(line)
            driver.inbox.put(lambda: None)
        ended.set()
        driver.inbox.put(lambda: None)

    threading.Thread(target=read, daemon=True).start()

    def feed() -> Iterator[str]:
        while True:
            try:
                yield lines.get_nowait()
            except queue.Empty:
                if ended.is_set() and lines.empty():
                    return
                driver.work()

    def sync(fields: dict[str, Any]) -> Answer:
        return wait_for_sync(driver, float(fields.get("wait", SYNC_WAIT_S)))

    try:
        run(console, feed(), sync)
    finally:
        terminal.close()
    return 0


def wait_for_sync(driver: ConsoleTill, seconds: float) -> Answer:
    """Run the courier now and answer what it did; data["sync"]."""
    replies: list[Any] = []
    driver.till.courier.request("sync", {}, replies.append, int(seconds * 1000))
    driver.wait_for(lambda: bool(replies), seconds + 1)
    driver.work(0)
    reply = dict(replies[0]) if replies else {"error": "timeout"}
    reply.pop("id", None)
    return done(sync=reply)
