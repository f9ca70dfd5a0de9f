"""The device-host process: JSON lines with the till on standard input and output, devices behind.

Never outlives its till: it ends when its input ends. Never answers a request twice or not at all.
"""

import argparse
import io
import json
import sys
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from drivers.contract import Call, DoneEvent, ErrorCode, ErrorEvent, Event, JobError
from drivers.host import common, display, drawer, printer, scale
from drivers.host.outlet import Outlet
from drivers.host.request import Handler, Request, RequestError, fields_of
from drivers.host.scanner import ScanGate
from drivers.registry import ConfigError, DeviceSet, build_devices
from drivers.transport import LiveCall

REQUESTS: dict[str, Handler] = {
    **common.REQUESTS,
    **printer.REQUESTS,
    **drawer.REQUESTS,
    **display.REQUESTS,
    **scale.REQUESTS,
}
"""One line a kind."""


class Host:
    """Carries requests to devices and events to the till."""

    def __init__(self, config: Mapping[str, Any], out: TextIO) -> None:
        self._outlet = Outlet(out)
        self._gate = ScanGate(self._outlet)
        self._calls: dict[int, LiveCall] = {}
        self.devices: DeviceSet = build_devices(config, self._gate.heard)
        self._verbs: dict[str, Handler] = {
            **REQUESTS,
            **self._gate.requests(),
            "cancel": self._cancel,
        }

    def take(self, line: str) -> None:
        """One request line. A bad one is answered, never fatal."""
        request_id: int | None = None
        try:
            fields = fields_of(line)
            request_id = fields["id"]
            request = self._request(fields)
            self._verb(request)(self.devices, request)
        except (RequestError, JobError) as bad:
            self._calls.pop(request_id or 0, None)
            self._outlet.tell(ErrorEvent("", ErrorCode.E_ILLEGAL, str(bad)), request_id)

    def _verb(self, request: Request) -> Handler:
        verb = self._verbs.get(request.do)
        if verb is None:
            raise RequestError(f"unknown request {request.do!r}")
        return verb

    def _request(self, fields: Mapping[str, Any]) -> Request:
        number: int = fields["id"]

        def tell(event: Event) -> None:
            self._outlet.tell(event, number)

        def ended() -> None:
            self._calls.pop(number, None)

        def begin(device: str) -> Call:
            call = self._calls[number] = LiveCall(device, tell, ended)
            return call

        return Request(fields, tell, begin)

    def _cancel(self, _devices: DeviceSet, request: Request) -> None:
        """Wishes the end of the long request `request`; one that has ended is no error."""
        call = self._calls.get(request.number("request"))
        if call is not None:
            call.cancel()
        request.reply(DoneEvent())


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
    """`devices-host --config devices.toml` (or .json); 2 when the configuration is wrong."""
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
