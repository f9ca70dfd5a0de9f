"""The device-host process: JSON lines with the till on standard input and output, devices behind.

Never outlives its till: it ends when its input ends. Never answers a request twice or not at all.
"""

import argparse
import io
import json
import sys
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any, TextIO

from drivers.config_file import ConfigError, device_tables, read_config
from drivers.contract import (
    Call,
    Device,
    DoneEvent,
    ErrorCode,
    ErrorEvent,
    Event,
    JobError,
    Locus,
    ProgressEvent,
    ResultEvent,
    StatusUpdateEvent,
)
from drivers.host.changeover import Changeover, name_of
from drivers.host.check import check_handler
from drivers.host.claim import TILL, Claim
from drivers.host.kinds import REQUESTS
from drivers.host.outlet import Out, Outlet
from drivers.host.request import Handler, Request, RequestError, fields_of
from drivers.host.scanner import ScanGate
from drivers.host.statistics import Statistics
from drivers.host.tracer import Tracer
from drivers.registry import DeviceSet, fields_of_table, found_ports, kinds
from drivers.transport import Direction, LiveCall
from drivers.transport.tape import Tape

CLOSE_S = 8.0


class Host:
    """Carries requests to devices and events to the till.

    `path` is the file that a changed configuration is written to; without one nothing is kept.
    `tape`: a recording in place of every line.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        out: Out,
        *,
        path: Path | None = None,
        tracer: Tracer | None = None,
        tape: Tape | None = None,
    ) -> None:
        self._outlet = Outlet(out)
        self._statistics = Statistics()
        self._gate = ScanGate(self._outlet)
        self._calls: dict[int, LiveCall] = {}
        self._tracer = tracer or Tracer(None)
        self._changeover = Changeover(config, path, self.heard, self._began, tape)
        self._verbs: dict[str, Handler] = {
            **REQUESTS,
            **self._gate.requests(),
            "cancel": self._cancel,
            "health": self._health,
            "check": check_handler(self._gate, self._health),
            "configure": self._configure,
            "config": self._config,
            "device_fields": self._fields,
        }

    @property
    def devices(self) -> DeviceSet:
        """Those that are configured now."""
        return self._changeover.devices

    def open_all(self, only: Collection[str] = ()) -> None:
        """Starts every device, or those named; a missing one is looked for, never fatal."""
        for device in self.devices.all():
            if not only or device.name in only:
                self._began(device)

    def close_all(self) -> None:
        """Lets every device go, side by side: one that hangs holds only itself up."""
        closers = [Thread(target=one.close, daemon=True) for one in self.devices.all()]
        for closer in closers:
            closer.start()
        for closer in closers:
            closer.join(CLOSE_S)
        self._tracer.close()

    def heard(self, event: Event) -> None:
        """What a device tells, from its own thread."""
        self._statistics.heard(event)
        if isinstance(event, StatusUpdateEvent) and event.state:
            self._changeover.learn(event.device, event.state.get("learned"))
        self._gate.heard(event)

    def tell(self, event: Event) -> None:
        """What the host itself has to say."""
        self._outlet.tell(event)

    def _began(self, device: Device) -> None:
        tables = self._changeover.line_of(device.name)
        trace = self.devices.traces.get(name_of(tables[0])) if tables else None
        if trace is not None:
            self._tracer.follow(device, tables, trace)
            trace.add(Direction.BEGUN)
        device.open()

    def _noted(self, fields: Mapping[str, Any]) -> None:
        """A request that makes a device do something stands in its trace, for the replay."""
        name = fields.get("device")
        if fields.get("do") == "cancel":
            call = self._calls.get(fields.get("request", 0))
            name = call.device if call else None
        elif fields.get("do") not in (*REQUESTS, "check"):
            return
        tables = self._changeover.line_of(str(name))
        trace = self.devices.traces.get(name_of(tables[0])) if tables else None
        if trace is not None:
            trace.add(Direction.ASKED, json.dumps(fields, ensure_ascii=False).encode())

    def take(self, line: str) -> None:
        """One request line. A bad one is answered, never fatal."""
        request_id: int | None = None
        fields: dict[str, Any] | None = None
        try:
            fields = fields_of(line)
            request_id = fields["id"]
            if self._changeover.holds(fields.get("device"), lambda: self.take(line)):
                return
            self._noted(fields)
            request = self._request(fields)
            self._verb(request)(self.devices, request)
        except (RequestError, JobError, ConfigError) as bad:
            self._calls.pop(request_id or 0, None)
            if fields is not None:
                self._changeover.answered(fields.get("device"))
            words = bad.words if isinstance(bad, ConfigError) else {}
            event = ErrorEvent("", ErrorCode.E_ILLEGAL, str(bad), words=words)
            self._outlet.tell(event, request_id)

    def _verb(self, request: Request) -> Handler:
        verb = self._verbs.get(request.do)
        if verb is None:
            raise RequestError(f"unknown request {request.do!r}")
        return verb

    def _request(self, fields: Mapping[str, Any]) -> Request:
        number: int = fields["id"]

        device = fields.get("device")
        self._changeover.asked(device)

        def tell(event: Event) -> None:
            if not isinstance(event, ProgressEvent):
                self._changeover.answered(device)
            self._outlet.tell(event, number)

        def ended() -> None:
            self._calls.pop(number, None)

        def begin(device: str) -> Call:
            call = self._calls[number] = LiveCall(device, tell, ended)
            return call

        return Request(fields, tell, begin)

    def _health(self, devices: DeviceSet, request: Request) -> None:
        """A row of every device, or of the one that is named."""
        named = request.get("device")
        rows = tuple(
            self._statistics.row(one, devices.traces.get(one.name))
            for one in devices.health()
            if named in (None, one.name)
        )
        request.reply(DoneEvent(health=rows))

    def _config(self, _devices: DeviceSet, request: Request) -> None:
        """The tables as they are now; `ports` is what could be connected."""
        tables = self._changeover.tables
        found = {"device": tables, "ports": found_ports(), "kinds": kinds()}
        request.reply(ResultEvent("", found))

    def _fields(self, _devices: DeviceSet, request: Request) -> None:
        """What may stand in the `table` of a device, and what is wrong with it."""
        found = fields_of_table(request.object("table"), self._changeover.tables)
        request.reply(ResultEvent("", found))

    def _configure(self, _devices: DeviceSet, request: Request) -> None:
        """Takes `tables`, writes them, and changes over behind; refused whole when one is wrong."""
        changed = self._changeover.take(request.get("tables"))
        request.reply(ResultEvent("", {"changed": list(changed)}))

    def _cancel(self, _devices: DeviceSet, request: Request) -> None:
        """Wishes the end of the long request `request`; one that has ended is no error."""
        call = self._calls.get(request.number("request"))
        if call is not None:
            call.cancel()
        request.reply(DoneEvent())


def run(
    config: Mapping[str, Any],
    stdin: TextIO,
    stdout: TextIO,
    *,
    path: Path | None = None,
    tracer: Tracer | None = None,
    fault: str = "",
) -> None:
    """Serves until `stdin` ends. `fault`: why the configuration could not be read, told first."""
    host = Host(config, stdout, path=path, tracer=tracer)
    if fault:
        host.tell(ErrorEvent("", ErrorCode.E_ILLEGAL, fault, Locus.INPUT))
    host.open_all()
    try:
        for line in stdin:
            if line.strip():
                host.take(line)
    finally:
        host.close_all()


def main(argv: list[str] | None = None) -> int:
    """`devices-host --config devices.toml` (or .json). A slip in it costs only its own device."""
    parser = argparse.ArgumentParser(prog="kopilka devices-host")
    parser.add_argument(
        "--config",
        "--devices",
        dest="config",
        type=Path,
        required=True,
        metavar="FILE",
        help="the device file, TOML or JSON",
    )
    parser.add_argument(
        "--trace", type=Path, metavar="FOLDER", help="write the bytes of each device"
    )
    parser.add_argument("--trace-full", action="store_true", help="do not mask what people are")
    chosen = parser.parse_args(argv)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8")
    config: Mapping[str, Any] = {}
    fault = ""
    try:
        config = read_config(chosen.config)
        device_tables(config, chosen.config)
    except ConfigError as bad:
        config, fault = {}, str(bad)
    tracer = Tracer(chosen.trace, full=chosen.trace_full)
    claim = Claim(chosen.config, TILL)
    with suppress(KeyboardInterrupt):  # the till was interrupted too, and closes our input
        run(config, sys.stdin, sys.stdout, path=chosen.config, tracer=tracer, fault=fault)
    claim.release()
    return 0
