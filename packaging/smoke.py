"""A smoke sale with a built program and nothing else: server, till, courier, paper, window.

python packaging/smoke.py dist/kopilka
python packaging/smoke.py --root CHROOT /opt/kopilka    (only the program runs inside)

Uses the standard library only and never imports the product: what is tested is what was built.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

PATIENCE_S = 60.0
WHOLE_S = 400.0
STORE, OPERATOR, PIN = "s1", "anna", "1111"
CARD = "2990000000019"
GOODS = ("2000000000206", "2000000000244", "2000000000893", "2100180010009")
POINTS, NOTE = 100, "5000"
PICTURES, PICTURE_BYTES = 8, 20_000


class SmokeFailed(RuntimeError):
    """The built program did not do what a till must; the message says what."""


class Build:
    """The built program, in this root or in another one; paths are as the program sees them."""

    def __init__(self, folder: str, root: Path | None) -> None:
        self._root = root
        self._prefix = ["chroot", str(root)] if root else []
        self._folder = folder
        place = root / "srv" if root else None
        self.data = self.seen(Path(tempfile.mkdtemp(prefix="smoke-", dir=place)))
        self._children: list[subprocess.Popen[str]] = []

    def outside(self, path: str) -> Path:
        """The same file as seen from here."""
        return self._root / path.lstrip("/") if self._root else Path(path)

    def seen(self, path: Path) -> str:
        """The same file as the program sees it."""
        return f"/{path.relative_to(self._root)}" if self._root else str(path)

    def resource(self, *path: str) -> str:
        """A file of `resources` inside the build."""
        found = f"{self._folder}/_internal/resources/{'/'.join(path)}"
        if not self.outside(found).is_file():
            raise SmokeFailed(f"the build has no {found}")
        return found

    def argv(self, *arguments: str) -> list[str]:
        """A bare machine: nothing of this one's environment goes along."""
        bare = ["PATH=/usr/bin:/bin", "HOME=/nonexistent", "QT_QPA_PLATFORM=offscreen"]
        program = f"{self._folder}/kopilka"
        return [*self._prefix, "/usr/bin/env", "-i", *bare, program, *arguments]

    def run(self, *arguments: str) -> list[str]:
        """One command to its end; the lines it printed. SmokeFailed when it did not return 0."""
        done = subprocess.run(
            self.argv(*arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=WHOLE_S,
            check=False,
        )
        if done.returncode:
            said = (done.stdout + done.stderr).strip()
            raise SmokeFailed(f"{' '.join(arguments[:2])} returned {done.returncode}: {said}")
        return (done.stdout + done.stderr).splitlines()

    @contextmanager
    def running(self, *arguments: str) -> "Iterator[subprocess.Popen[str]]":
        """A process of the program that is asked to end, and must."""
        pipe = subprocess.PIPE
        child = subprocess.Popen(self.argv(*arguments), stdin=pipe, stdout=pipe, encoding="utf-8")
        self._children.append(child)
        try:
            yield child
        finally:
            self._end(child)

    def kill(self) -> None:
        """Out of patience."""
        for child in self._children:
            child.kill()

    def _end(self, child: "subprocess.Popen[str]") -> None:
        assert child.stdin is not None
        assert child.stdout is not None
        with suppress(OSError):  # what was written is lost with a child that died
            child.stdin.close()
        if child.poll() is None:
            child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(20)
        child.stdout.close()


class Console:
    """The console till on its two streams."""

    def __init__(self, child: "subprocess.Popen[str]") -> None:
        self._child = child
        self.state: dict[str, Any] = {}

    def do(self, command: str, **fields: object) -> dict[str, Any]:
        """One command and its answer, which must be yes."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(json.dumps({"command": command, **fields}) + "\n")
        self._child.stdin.flush()
        line = self._child.stdout.readline()
        if not line:
            raise SmokeFailed(f"{command}: the till ended with {self._child.wait(20)}")
        answer: dict[str, Any] = json.loads(line)
        if not answer["ok"]:
            raise SmokeFailed(f"{command}: {answer['error']}")
        self.state = answer["state"]
        return answer

    def until(self, what: str, ready: Callable[[dict[str, Any]], Any]) -> None:
        """Ask for the state until it is so."""

        def asked() -> bool:
            self.do("state")
            return bool(ready(self.state))

        wait_for(what, asked)


def wait_for(what: str, ready: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Poll with a deadline."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise SmokeFailed(f"waited in vain: {what}")
        time.sleep(0.05)


def order(port: int, do: str) -> dict[str, Any]:
    """One order of the virtual counter's control line."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(json.dumps({"do": do}).encode() + b"\n")
        with line.makefile("r", encoding="utf-8") as answers:
            answer: dict[str, Any] = json.loads(answers.readline())
    return answer


def open_shop(build: Build, stack: ExitStack) -> str:
    """A filled server that listens; its address."""
    data = ("--data", f"{build.data}/server")
    build.outside(f"{build.data}/server").mkdir()
    build.run("server", "store", "add", STORE, "--name", "Smoke", *data)
    person = ("--name", "Anna", "--role", "manager", "--pin", PIN)
    build.run("server", "set-operator", OPERATOR, *person, *data)
    build.run("server", "publish-program", build.resource("demo", "program.json"), *data)
    build.run("server", "import-catalog", build.resource("demo", "catalog.csv"), *data)
    members = build.resource("demo", "members.csv")
    build.run("server", "import-members", members, "--store", STORE, *data)
    port_file = f"{build.data}/server.port"
    serve = ("server", "serve", "--port", "0", "--port-file", port_file)
    stack.enter_context(build.running(*serve, *data))
    seen = build.outside(port_file)
    wait_for("the server listens", lambda: seen.is_file() and bool(seen.read_text().strip()))
    return f"http://{seen.read_text().strip()}"


def enrol(build: Build, url: str) -> tuple[str, ...]:
    """Where the till lives: its `--data` and `--server`."""
    data = ("--data", f"{build.data}/server")
    code = build.run("server", "enrolment-code", "--store", STORE, "--name", "smoke", *data)[-1]
    place = ("--data", f"{build.data}/till", "--server", url)
    build.run("enrol", "--code", code.strip(), "--name", "smoke", *place)
    return place


def counter(build: Build, stack: ExitStack) -> tuple[int, tuple[str, ...]]:
    """Virtual hardware: its control port, and the `--devices` of the till."""
    font = build.resource("fonts", "JetBrainsMono-Regular.ttf")
    child = stack.enter_context(build.running("virtual-counter", "--font", font))
    assert child.stdout is not None
    said = json.loads(child.stdout.readline() or "{}")
    if "config" not in said:
        raise SmokeFailed("the virtual counter did not start")
    path = f"{build.data}/counter.json"
    build.outside(path).write_text(json.dumps(said["config"]), encoding="utf-8")
    return said["control_port"], ("--devices", path)


def sell(till: Console) -> str:
    """Four goods, a card, some points, one note; the receipt number."""
    till.do("sync", wait=30)
    till.until("the link", lambda state: state["online"])
    till.do("sign_on", operator=OPERATOR, pin=PIN)
    till.do("open_session", float="1000")
    for label in GOODS:
        till.do("scan", data=label)
    till.do("scan", data=CARD, aim="]E0")
    till.until("the member", lambda state: state["member"] and state["member"]["may_redeem"])
    till.do("redeem", points=POINTS)
    transaction = till.state["transaction"]
    if len(transaction["lines"]) != len(GOODS) or transaction["points_redeemed"] != str(POINTS):
        raise SmokeFailed(f"the transaction is wrong: {transaction}")
    till.do("tender", kind="cash", amount=NOTE)
    if not till.state["last_sale"]:
        till.do("complete")
    till.until("paper", lambda state: state["last_sale"]["print_state"] == "printed")
    return str(till.state["last_sale"]["receipt_number"])


def on_paper(port: int, receipt: str) -> None:
    """The virtual printer cut exactly this receipt."""
    papers = order(port, "papers")["papers"]
    text = papers[-1]["text"] if papers else ""
    if len(papers) != 1 or receipt not in text or f"({POINTS})" not in text:
        raise SmokeFailed(f"wrong paper: {text!r}")
    sys.stdout.write(text + "\n")


def settle(build: Build, till: Console, receipt: str) -> None:
    """Pushed, posted into a sale of the server's book, the day closed and the books right."""
    till.do("sync", wait=30)
    till.until("everything sent", lambda state: state["unsent"] == 0)
    book = build.outside(f"{build.data}/server/server.db")

    def posted() -> bool:
        with closing(sqlite3.connect(f"file:{book}?mode=ro", uri=True)) as connection:
            found = connection.execute("SELECT receipt FROM sale").fetchall()
        return found == [(receipt,)]

    wait_for(f"the server has receipt {receipt}", posted)
    expected = till.do("x_report")["data"]["report"]["expected"]
    till.do("end_of_day", counted=expected)
    till.do("sync", wait=30)
    till.until("the day sent", lambda state: state["unsent"] == 0)
    doctor = build.run("server", "doctor", "--data", f"{build.data}/server")
    sys.stdout.write(f"the server has {receipt}; drawer {expected}; {' '.join(doctor)}\n")


def children_of(pid: int) -> dict[int, str]:
    """Processes whose parent is this one, with their command lines."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except (OSError, ValueError):
                continue
            if parent == pid:
                found[int(entry.name)] = words
    return found


def window(build: Build, place: tuple[str, ...]) -> None:
    """The window opens, holds the till alone, keeps two children, and all three end on request."""
    with build.running("till", *place) as till:

        def both() -> bool:
            if till.poll() is not None:
                raise SmokeFailed(f"the window ended with {till.returncode}")
            words = " ".join(children_of(till.pid).values())
            return " courier " in words and " devices-host " in words

        wait_for("the window's courier and device host", both)
        try:
            build.run("till", "--console", *place)
        except SmokeFailed as refused:
            if "returned 2" not in str(refused):
                raise
        else:
            raise SmokeFailed("a second till opened the same data")
        children = children_of(till.pid)
        till.send_signal(signal.SIGTERM)
        till.wait(20)
        gone = [Path(f"/proc/{pid}") for pid in children]
        wait_for("its children to end", lambda: not any(path.exists() for path in gone), 20)


def played(build: Build) -> None:
    """A customer through the painted window, with pictures of it."""
    out = f"{build.data}/demo"
    sys.stdout.write("\n".join(build.run("demo", "--scripted", "--out", out)[-3:]) + "\n")
    pictures = [p.stat().st_size for p in build.outside(out).glob("[0-9]*.png")]
    if len(pictures) < PICTURES or min(pictures) < PICTURE_BYTES:
        raise SmokeFailed(f"the window was not painted: {pictures}")


def smoke(build: Build) -> None:
    """All of it, in the order of a first day."""
    with ExitStack() as stack:
        url = open_shop(build, stack)
        place = enrol(build, url)
        port, devices = counter(build, stack)
        place += devices
        with build.running("till", "--console", *place) as child:
            till = Console(child)
            receipt = sell(till)
            on_paper(port, receipt)
            settle(build, till, receipt)
            assert child.stdin is not None
            child.stdin.close()
            if child.wait(30):
                raise SmokeFailed(f"the console till ended with {child.returncode}")
        window(build, place)
    played(build)


def main() -> int:
    """0 when the build sells."""
    parser = argparse.ArgumentParser(description="A smoke sale with a built program.")
    parser.add_argument("folder", help="the one-folder build, as seen inside --root")
    parser.add_argument("--root", type=Path, help="run the program inside this root")
    parsed = parser.parse_args()
    folder = parsed.folder if parsed.root else os.path.realpath(parsed.folder)
    build = Build(folder, parsed.root)
    watchdog = threading.Timer(WHOLE_S, build.kill)
    watchdog.daemon = True
    watchdog.start()
    started = time.monotonic()
    try:
        smoke(build)
    except SmokeFailed as failed:
        sys.stdout.write(f"smoke FAILED: {failed}\n")
        return 1
    finally:
        watchdog.cancel()
        shutil.rmtree(build.outside(build.data), ignore_errors=True)
    sys.stdout.write(f"smoke passed in {time.monotonic() - started:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
