"""A whole shop on one machine: server, virtual counters, enrolled tills. Never anything of a sale.

Every part is the real program in a process of its own; only the hardware is simulated.
"""

import contextlib
import io
import json
import os
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Any

from pos_app.wiring.commands import command
from pos_app.wiring.courier import enrol_till
from pos_app.wiring.place import Place
from pos_app.wiring.protection import leave_plain

START_S = 60.0
STORE = "s1"
OPERATORS = (
    ("anna", "Анна", "manager", "1111"),
    ("boris", "Борис", "cashier", "2222"),
)


class ShopFailed(RuntimeError):
    """A part of the shop did not start; the message says which."""


def packaged(*path: str) -> Path:
    """A packaged file as a path on the disk."""
    return Path(str(files("resources").joinpath(*path)))


@dataclass(frozen=True, slots=True)
class Stock:
    """What a server is filled with. None: the demo shop's own. `settings`: name -> JSON."""

    catalogue: Path | None = None
    members: Path | None = None
    program: Path | None = None
    stores: Mapping[str, str] = field(default_factory=lambda: {STORE: "Магазин «Копилка»"})
    settings: Mapping[str, str] = field(default_factory=dict)

    def files(self) -> tuple[Path, Path, Path]:
        """Catalogue, members, programme."""
        return (
            self.catalogue or packaged("demo", "catalog.csv"),
            self.members or packaged("demo", "members.csv"),
            self.program or packaged("demo", "program.json"),
        )


def head_office(data: Path, *arguments: str) -> list[str]:
    """One command of the server in this process; the lines it prints. ShopFailed if refused."""
    from sync.server.command_line.cli import main

    said, wrong = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(wrong):
        status = main([*arguments, "--data", str(data)])
    if status:
        raise ShopFailed(f"{arguments[0]}: {wrong.getvalue().strip()}")
    return said.getvalue().splitlines()


def fill(data: Path, stock: Stock) -> None:
    """Stores, operators, programme, goods and members."""
    catalogue, members, program = stock.files()
    for store, name in stock.stores.items():
        head_office(data, "store", "add", store, "--name", name)
    for name, value in stock.settings.items():
        head_office(data, "settings", "set", name, value)
    for operator, name, role, pin in OPERATORS:
        head_office(data, "set-operator", operator, "--name", name, "--role", role, "--pin", pin)
    head_office(data, "publish-program", str(program))
    head_office(data, "import-catalog", str(catalogue))
    head_office(data, "import-members", str(members), "--store", next(iter(stock.stores)))


class Child:
    """A process of the shop that ends when its input does."""

    def __init__(self, argv: Sequence[str], name: str) -> None:
        self.name = name
        self.process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )

    def first_line(self) -> str:
        """What it says when it is ready."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise ShopFailed(f"{self.name} ended with {self.process.wait()}")
        return line

    def stop(self) -> None:
        """End of input, then a request to end."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        if self.process.stdout is not None:
            self.process.stdout.close()


class Counter:
    """The virtual hardware of one till, and its control line. `scale`: "" or a scale's dialect.

    `extras`: fiscal, card, sbp; `keep`: a folder where these remember the day before.
    """

    def __init__(
        self, scale: str = "", extras: Sequence[str] = (), keep: Path | None = None
    ) -> None:
        font = packaged("fonts", "JetBrainsMono-Regular.ttf")
        parts = command("virtual-counter", "--font", str(font), "--scale", scale)
        parts += [word for name in extras for word in ("--with", name)]
        parts += ["--keep", str(keep)] if keep else []
        self.child = Child(parts, "virtual counter")
        said = json.loads(self.child.first_line())
        self.port: int = said["control_port"]
        self.devices: dict[str, Any] = said["config"]

    def order(self, do: str, **fields: object) -> dict[str, Any]:
        """One order of the control line; ShopFailed when it is refused."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as line:
            line.sendall(json.dumps({"do": do, **fields}).encode() + b"\n")
            with line.makefile("r", encoding="utf-8") as answers:
                answer: dict[str, Any] = json.loads(answers.readline())
        if not answer.get("ok"):
            raise ShopFailed(str(answer.get("error")))
        return answer

    def scan(self, text: str) -> None:
        """What the scanner of this counter sends, terminator included."""
        self.order("scan", hex=text.encode().hex())

    def papers(self, *, png: bool = False) -> list[dict[str, Any]]:
        """Everything printed and cut so far."""
        found: list[dict[str, Any]] = self.order("papers", png=png)["papers"]
        return found


class Shop:
    """Server and counters of a folder. Use it as a context: everything started is stopped."""

    def __init__(self, folder: Path, stock: Stock | None = None) -> None:
        self.folder = folder
        self.stock = stock or Stock()
        self.data = folder / "server"
        self.counters: list[Counter] = []
        self.url = ""
        self._server: Child | None = None

    def __enter__(self) -> "Shop":
        if not self.data.exists():
            self.data.mkdir(parents=True)
            fill(self.data, self.stock)
        self.start_server()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for counter in self.counters:
            counter.child.stop()
        self.stop_server()

    def start_server(self, port: int = 0) -> None:
        """Serve on loopback; `url` says where."""
        port_file = self.folder / "server.port"
        port_file.unlink(missing_ok=True)
        argv = command("server", "serve", "--data", str(self.data), "--port", str(port))
        argv += ["--while-input", "--port-file", str(port_file)]
        self._server = Child(argv, "server")
        deadline = time.monotonic() + START_S
        while not (port_file.exists() and port_file.read_text().strip()):
            if time.monotonic() > deadline or self._server.process.poll() is not None:
                raise ShopFailed("the server did not start")
            time.sleep(0.02)
        self.url = f"http://{port_file.read_text().strip()}"

    def stop_server(self) -> None:
        """The server is gone; its data stays."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def counter(
        self, scale: str = "", extras: Sequence[str] = (), keep: Path | None = None
    ) -> Counter:
        """One more virtual counter; see Counter."""
        counter = Counter(scale, extras, keep)
        self.counters.append(counter)
        return counter

    def till(
        self,
        name: str,
        *,
        devices: Mapping[str, Any] | None = None,
        store: str = STORE,
        language: str = "ru",
        encrypted: bool = False,
        title: str = "",
    ) -> Place:
        """An enrolled till of this shop, in a folder of its own that anybody may look into.

        `title`: what its screen and its papers call it; without one, the folder's name.
        """
        data = self.folder / name
        if not encrypted:
            leave_plain(data)
        place = Place(data, self.url, devices or {}, language)
        if not (data / "till.key").exists():
            title = title or name
            code = head_office(self.data, "enrolment-code", "--store", store, "--name", title)
            enrol_till(data, self.url, code[-1].strip(), title)
        return place


def has_display() -> bool:
    """Whether a window could be seen."""
    if os.name == "nt":
        return True
    wanted = os.environ.get("QT_QPA_PLATFORM", "")
    if wanted in ("offscreen", "minimal"):
        return False
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
