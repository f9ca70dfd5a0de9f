"""`kopilka devices list | test NAME | trace NAME | strip NAME | replay FILE`, without a till.

Never changes a configuration but by a person's answer to a strip, never runs beside a till on the
same ports.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from drivers.config_file import (
    ConfigError,
    device_tables,
    names_and_kinds,
    read_config,
    strays,
)
from drivers.contract import (
    DeviceKind,
    ErrorEvent,
    Health,
    HealthLevel,
    Outcome,
    PowerState,
    ResultEvent,
    StatusUpdateEvent,
)
from drivers.fake import VirtualPrinter
from drivers.host.changeover import line_of, name_of
from drivers.host.claim import SERVICE, Claim, holder_of, taken_sentence
from drivers.host.replay import Replay
from drivers.host.service import Follower, Service
from drivers.registry import Misfit, found_ports
from drivers.registry.replay import Recording, read_recording
from drivers.scanner import WedgePlace
from drivers.transport import Direction
from pos_app.wiring.commands import DEVICES_FILE
from pos_app.wiring.printer_strip import strip_command

SETTLE_S = 3.0
TEST_S = 60.0
PROMPTS = {
    DeviceKind.SCANNER: f"scan anything now (within {TEST_S:.0f} s; Ctrl+C ends)",
    DeviceKind.SCALE: "put something on the scale now (within 5 s)",
}
"""Kinds whose live test waits for a person."""
WEDGE = "it is a keyboard: only the till's window reads it, test it there (F1, Devices)"
DONE = {
    DeviceKind.FISCAL: "(an X report is printed; nothing was registered)",
    DeviceKind.PAYMENT: "(its own diagnosis; no money moved)",
}
STATES = {
    PowerState.ONLINE: "ok",
    PowerState.OFF: "off",
    PowerState.OFFLINE: "lost",
    PowerState.OFF_OFFLINE: "lost",
    PowerState.UNKNOWN: "unknown",
}


def main(argv: Sequence[str], data: Path) -> int:
    """0 when all is well; 1 when a device is not; 2 when the question cannot be answered."""
    chosen = _parser(data).parse_args(argv)
    try:
        if chosen.task == "replay":
            return _replay(read_recording(chosen.file), keep_timing=not chosen.at_once)
        _free(chosen)
        path = _file(chosen)
        config = _sound(path)
        if holder := holder_of(path):
            return _held(chosen, config, holder)
        claim = Claim(path, SERVICE)
        try:
            follower = _follower(chosen)
            with Service(config, follower, _concerned(config, chosen)) as service:
                _named(service, chosen)
                if chosen.task == "strip":
                    return strip_command(service, path, config, chosen.name, chosen.readable)
                return _asked(service, follower, chosen)
        finally:
            claim.release()
    except ConfigError as bad:
        sys.stderr.write(f"kopilka devices: {bad}\n")
        return 2
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:  # whoever reads has seen enough
        _nobody_reads()
        return 0


def _file(chosen: argparse.Namespace) -> Path:
    """A file that is named is there; the one beside the data is made with the first device."""
    if chosen.devices and not chosen.devices.exists():
        raise ConfigError(f"{chosen.devices}: there is no such file")
    return Path(chosen.devices or chosen.data / DEVICES_FILE)


def _sound(path: Path) -> dict[str, Any]:
    """The configuration; ConfigError for a key at its top that nobody would read."""
    config = read_config(path)
    for why in strays(config, path).values():
        raise ConfigError(why)
    if not device_tables(config, path):
        _say(f"{path}: no devices yet. Each stands in a table [[device]]: kind, name, driver, ...")
    return config


def _free(chosen: argparse.Namespace) -> None:
    """A recording that cannot be made again is not written over; said before a port is opened."""
    out: Path | None = getattr(chosen, "out", None)
    if out is None:
        return
    if out.exists() and not chosen.replace:
        raise ConfigError(f"{out} exists: --replace overwrites it")
    if not out.parent.is_dir():
        raise ConfigError(f"{out.parent}: there is no such folder")


def _concerned(config: Mapping[str, Any], chosen: argparse.Namespace) -> tuple[str, ...]:
    """The device that is asked for and what shares its line: the others are not opened."""
    if chosen.task == "list":
        return ()
    shared = line_of(device_tables(config), chosen.name)
    return (chosen.name, *(name_of(one) for one in shared))


def _held(chosen: argparse.Namespace, config: Mapping[str, Any], holder: str) -> int:
    """Nothing is opened beside a running till: a network printer would take us for it."""
    if chosen.task != "list":
        raise ConfigError(f"{taken_sentence(holder)}, or use its window (F1)")
    for name, kind in names_and_kinds(config).items():
        _say(f"{kind:9} {name:32} {'taken':8} in use by {holder}")
    _say_ports()
    return 1


def _follower(chosen: argparse.Namespace) -> Follower:
    """Of the device whose trace is asked for, from before it is opened; else of none."""
    traced = chosen.name if chosen.task == "trace" else ""
    return Follower(traced, full=getattr(chosen, "full", False))


def _named(service: Service, chosen: argparse.Namespace) -> None:
    known = service.names()
    if chosen.task != "list" and chosen.name not in known:
        there = f"there are {', '.join(known)}" if known else "the file names none"
        raise ConfigError(f"there is no device {chosen.name!r}; {there}")


def _asked(service: Service, follower: Follower, chosen: argparse.Namespace) -> int:
    if chosen.task == "list":
        return _list(service)
    if chosen.task == "test":
        return _test(service, chosen.name)
    return _trace(follower, chosen)


def _parser(data: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kopilka devices", description="The till must be closed.")
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK")
    listed = tasks.add_parser("list", help="how every device is, and the ports found now")
    tried = tasks.add_parser("test", help="a live test: scan, page, drawer, display, weight")
    traced = tasks.add_parser("trace", help="the bytes of one device as they go, masked: replay's")
    replay = tasks.add_parser("replay", help="a recorded trace through the real driver")
    strip = tasks.add_parser("strip", help="a printer's code page: a test strip, and what is read")
    strip.add_argument("--readable", action="append", default=[], metavar='"59 cp866"')
    for one in (tried, traced, strip):
        one.add_argument("name", metavar="NAME")
    for one in (listed, tried, traced, strip):
        one.add_argument("--data", type=Path, default=data, help="the till's folder")
        one.add_argument("--devices", type=Path, help="its device file, when it is elsewhere")
    traced.add_argument("--seconds", type=float, default=3600.0)
    traced.add_argument("--out", type=Path, metavar="FILE", help="into a file that replay reads")
    traced.add_argument("--replace", action="store_true", help="a FILE that exists is replaced")
    traced.add_argument("--full", action="store_true", help="do not mask what people are")
    replay.add_argument("file", type=Path, metavar="FILE")
    replay.add_argument("--at-once", action="store_true", help="with its long pauses cut short")
    return parser


def _nobody_reads() -> None:
    """Nothing more is written: the interpreter would say at its end that it cannot."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _list(service: Service) -> int:
    rows = service.health(SETTLE_S)
    for row in rows:
        _say(_row(row))
    _say_ports()
    return 0 if all(row.power is PowerState.ONLINE for row in rows) else 1


def _say_ports() -> None:
    for port in found_ports():
        _say(f"port      {port['port']:32} {port['driver']:8} {port['about']}")


def _row(row: Health) -> str:
    why = row.last_error if row.power is not PowerState.ONLINE and row.last_error else ""
    return f"{row.kind.value:9} {row.name:32} {STATES[row.power]:8} {why}".rstrip()


def _cannot(service: Service, row: Health) -> str:
    """Why nobody should be asked to do anything with this device; "" where it may be tried."""
    if service.stands_by(row.name, Misfit):
        return row.last_error or ""
    if service.stands_by(row.name, WedgePlace):
        return f"{row.name}: {WEDGE}"
    if row.kind in PROMPTS and row.power not in (PowerState.ONLINE, PowerState.UNKNOWN):
        return f"{row.name}: {STATES[row.power]} {row.last_error or ''}".rstrip()
    return ""


def _test(service: Service, name: str) -> int:
    row = next(row for row in service.health(SETTLE_S) if row.name == name)
    if cannot := _cannot(service, row):
        _say(cannot)
        return 1
    if row.kind in PROMPTS:
        _say(f"{name}: {PROMPTS[row.kind]}")
    answer = service.ask("check", TEST_S, device=name, level=HealthLevel.INTERACTIVE.value)
    if answer is None:
        _say(f"{name}: no answer within {TEST_S:.0f} s")
        return 1
    if isinstance(answer, ErrorEvent):
        asked = " (look whether it was done)" if answer.outcome is Outcome.UNKNOWN else ""
        why = "" if row.power is PowerState.ONLINE else row.last_error or ""
        also = f" ({why})" if why and why not in answer.message else ""
        _say(f"{name}: {answer.message}{also}{asked}")
        return 1
    if isinstance(answer, StatusUpdateEvent) and answer.power is not PowerState.ONLINE:
        reason = next((row.last_error for row in service.health(0) if row.name == name), "")
        _say(f"{name}: {STATES[answer.power]} {reason}".rstrip())
        return 1
    said = json.dumps(answer.payload, ensure_ascii=False) if isinstance(answer, ResultEvent) else ""
    _say(f"{name}: done {DONE.get(row.kind, said)}".rstrip())
    return 0


def _trace(follower: Follower, chosen: argparse.Namespace) -> int:
    """The lines of a trace file, to the output or to a file, as they come."""
    if not follower.follows:
        raise ConfigError(f"device {chosen.name!r} has no line of its own")
    if chosen.out is None:
        for row in follower.rows(chosen.seconds):
            _say(_line(row))
        return 0
    try:
        file = chosen.out.open("w", encoding="utf-8", newline="\n")
    except OSError as bad:
        raise ConfigError(f"{chosen.out} cannot be written: {bad.strerror}") from bad
    _say(f"noting {chosen.name} in {chosen.out}; Ctrl+C ends")
    with file:
        for row in follower.rows(chosen.seconds):
            file.write(_line(row) + "\n")
            file.flush()
    return 0


def _line(row: Mapping[str, Any]) -> str:
    """With the letters beside the bytes, for a person who looks."""
    seen = dict(row)
    if "hex" in row:
        data = bytes.fromhex(row["hex"])
        seen["text"] = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in data)
    return json.dumps(seen, ensure_ascii=False)


def _replay(recording: Recording, *, keep_timing: bool) -> int:
    """What the host tells of what was recorded, a JSON object a line; a printer's paper too."""

    def told(said: dict[str, Any]) -> None:
        _say(json.dumps(said, ensure_ascii=False))

    replay = Replay(recording, told, keep_timing=keep_timing)
    rows = replay.run()
    if recording.table.get("kind") == DeviceKind.PRINTER:
        paper = VirtualPrinter()
        paper.feed(recording.bytes_of(Direction.SENT))
        for text in (*(one.text for one in paper.papers), paper.tear_off()):
            _say(text)
    for row in rows:
        _say(_row(row))
    if replay.strays:
        sys.stderr.write(f"kopilka devices: at {replay.strays} places it was not as then\n")
    return 0
