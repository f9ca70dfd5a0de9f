"""The device-host process: JSON lines with the till on standard input and output, devices behind.

Never outlives its till: it ends when its input ends. Never answers a request twice or not at all.
"""

import argparse
import io
import json
import sys
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, TextIO, TypeVar

from drivers.contract import (
    DataEvent,
    DoneEvent,
    ErrorCode,
    ErrorEvent,
    Event,
    InputQueue,
    JobError,
    Reply,
    TraceEvent,
    event_to_json,
    job_from_json,
)
from drivers.registry import ConfigError, DeviceSet, build_devices

_T = TypeVar("_T")


class RequestError(ValueError):
    """A request the host cannot understand; the message goes back to the till."""


class Outlet:
    """Writes events, one JSON object a line, from any thread. Silent once nobody reads."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lock = Lock()
        self._broken = False

    def tell(self, event: Event, request_id: int | None = None) -> None:
        """An answer carries the `id` of its request; what devices tell by themselves has none."""
        said = event_to_json(event)
        if request_id is not None:
            said = {"id": request_id, **said}
        line = json.dumps(said, ensure_ascii=True, separators=(",", ":")) + "\n"
        with self._lock:
            if self._broken:
                return
            try:
                self._out.write(line)
                self._out.flush()
            except (OSError, ValueError):  # the till died; our input ends next
                self._broken = True


class Host:
    """Carries requests to devices and events to the till."""

    def __init__(self, config: Mapping[str, Any], out: TextIO) -> None:
        self._outlet = Outlet(out)
        self._input = InputQueue()
        self._input_lock = Lock()
        self.devices: DeviceSet = build_devices(config, self._heard)
        self._verbs: dict[str, Callable[[dict[str, Any], int], None]] = {
            "enable_data": self._enable_data,
            "disable_data": self._disable_data,
            "clear_input": self._clear_input,
            "print": self._print,
            "code_page_strip": self._code_page_strip,
            "open_drawer": self._open_drawer,
            "calibrate_drawer": self._calibrate_drawer,
            "display": self._display,
            "clear_display": self._clear_display,
            "status": self._status,
            "health": self._health,
            "trace": self._trace,
        }

    def take(self, line: str) -> None:
        """One request line. A bad one is answered, never fatal."""
        request_id: int | None = None
        try:
            request = _request_of(line)
            request_id = request["id"]
            self._verb(request)(request, request["id"])
        except (RequestError, JobError) as bad:
            self._outlet.tell(ErrorEvent("", ErrorCode.E_ILLEGAL, str(bad)), request_id)

    def _verb(self, request: dict[str, Any]) -> Callable[[dict[str, Any], int], None]:
        verb = self._verbs.get(str(request.get("do")))
        if verb is None:
            raise RequestError(f"unknown request {request.get('do')!r}")
        return verb

    # --- what devices tell --------------------------------------------------------------------

    def _heard(self, event: Event) -> None:
        if not isinstance(event, DataEvent):
            self._outlet.tell(event)
            return
        with self._input_lock:
            now = self._input.put(event)
            if now is not None:
                self._outlet.tell(now)

    # --- requests -----------------------------------------------------------------------------

    def _answer(self, request_id: int) -> Reply:
        return lambda event: self._outlet.tell(event, request_id)

    def _done(self, request_id: int) -> None:
        self._outlet.tell(DoneEvent(), request_id)

    def _enable_data(self, _request: dict[str, Any], request_id: int) -> None:
        with self._input_lock:
            self._done(request_id)
            scan = self._input.enable()
            if scan is not None:
                self._outlet.tell(scan)

    def _disable_data(self, _request: dict[str, Any], request_id: int) -> None:
        with self._input_lock:
            self._input.disable()
        self._done(request_id)

    def _clear_input(self, _request: dict[str, Any], request_id: int) -> None:
        with self._input_lock:
            self._input.clear()
        self._done(request_id)

    def _print(self, request: dict[str, Any], request_id: int) -> None:
        printer = _named(self.devices.printers, request)
        printer.print_job(job_from_json(request.get("job")), self._answer(request_id))

    def _code_page_strip(self, request: dict[str, Any], request_id: int) -> None:
        job_id = request.get("job_id")
        if not isinstance(job_id, str) or not job_id:
            raise RequestError("job_id must be a string")
        printer = _named(self.devices.printers, request)
        printer.print_code_page_strip(job_id, self._answer(request_id))

    def _open_drawer(self, request: dict[str, Any], request_id: int) -> None:
        _named(self.devices.drawers, request).open_drawer(self._answer(request_id))

    def _calibrate_drawer(self, request: dict[str, Any], request_id: int) -> None:
        is_open = request.get("is_open")
        if not isinstance(is_open, bool):
            raise RequestError("is_open must be true or false")
        _named(self.devices.drawers, request).calibrate(is_open, self._answer(request_id))

    def _display(self, request: dict[str, Any], request_id: int) -> None:
        lines = request.get("lines")
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise RequestError("lines must be a list of strings")
        display = _named(self.devices.displays, request)
        display.display_lines(tuple(lines), self._answer(request_id))

    def _clear_display(self, request: dict[str, Any], request_id: int) -> None:
        _named(self.devices.displays, request).clear_text(self._answer(request_id))

    def _status(self, request: dict[str, Any], request_id: int) -> None:
        everyone = {device.name: device for device in self.devices.all()}
        _named(everyone, request).request_status(self._answer(request_id))

    def _health(self, _request: dict[str, Any], request_id: int) -> None:
        self._outlet.tell(DoneEvent(health=self.devices.health()), request_id)

    def _trace(self, request: dict[str, Any], request_id: int) -> None:
        """For the service screen."""
        name = str(request.get("device"))
        rows = _named(self.devices.traces, request).rows()
        self._outlet.tell(TraceEvent(name, rows), request_id)


def _request_of(line: str) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except json.JSONDecodeError as bad:
        raise RequestError(f"not JSON: {bad}") from bad
    if not isinstance(request, dict) or not isinstance(request.get("id"), int):
        raise RequestError("a request is an object with a whole number `id`")
    return request


def _named(known: Mapping[str, _T], request: dict[str, Any]) -> _T:
    """The device that the request names; the only one when it names none."""
    name = request.get("device")
    if name is None and len(known) == 1:
        return next(iter(known.values()))
    if not isinstance(name, str) or name not in known:
        raise RequestError(f"there is no device {name!r} for this")
    return known[name]


def run(config: Mapping[str, Any], stdin: TextIO, stdout: TextIO) -> None:
    """Serves until `stdin` ends. Raises ConfigError before anything is opened."""
    host = Host(config, stdout)
    host.devices.open_all()
    try:
        for line in stdin:
            if line.strip():
                host.take(line)
    finally:
        host.devices.close_all()


def main(argv: list[str] | None = None) -> int:
    """`drivers.host --config devices.toml` (or .json); 2 when the configuration is wrong."""
    parser = argparse.ArgumentParser(prog="devices-host")
    parser.add_argument("--config", type=Path, required=True, help="a TOML or JSON file")
    path = parser.parse_args(argv).config
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8")
    try:
        text = path.read_text(encoding="utf-8")
        config = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        with suppress(KeyboardInterrupt):  # the till was interrupted too, and closes our input
            run(config, sys.stdin, sys.stdout)
    except (OSError, ConfigError, json.JSONDecodeError, tomllib.TOMLDecodeError) as bad:
        sys.stderr.write(f"devices-host: {bad}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
