"""A whole simulated counter: printer with drawer, scanner, display, and a control line.

The control line takes an order a line on a loopback socket and answers a JSON object each. Never
part of a till: a till meets these devices only by the ports in `config`.
"""

import base64
import json
import os
import socketserver
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Thread
from typing import Any

from drivers.fake.devices import VirtualDisplay, VirtualPrinterDevice, VirtualScanner
from drivers.fake.endpoints import LOOPBACK, Endpoint, PtyEndpoint, TcpEndpoint
from drivers.fake.extras import EXTRAS, Extra
from drivers.fake.notebook import Notebook
from drivers.fake.orders import help_lines, order_of
from drivers.fake.printer import DOTS_80_MM, VirtualPrinter
from drivers.fake.scale import FAULTS, NO_FAULT, VirtualScale
from drivers.fake.scale_dialects import MODELS
from drivers.fake.screen import ScreenModel

Answer = dict[str, object]


class VirtualRig:
    """Starts everything; use as a context manager or call `start` and `stop`.

    `font_path` is a fixed-pitch font with Cyrillic for paper and for lines drawn by the till.
    `keep`: a folder where registrar, bank and acquirer remember the day before.
    """

    def __init__(
        self,
        *,
        font_path: Path | None = None,
        display_model: str = "epson",
        dots: int = DOTS_80_MM,
        printer_on_pty: bool = False,
        scale_dialect: str = "",
        extras: Sequence[str] = (),
        keep: Path | None = None,
    ) -> None:
        self.extras: dict[str, Extra] = {name: EXTRAS[name]() for name in extras}
        if keep is not None:
            for name, extra in self.extras.items():
                extra.keep_in(Notebook(keep), name)
        self._font_path = font_path
        self._display_model = display_model
        self._dots = dots
        self._folder = tempfile.TemporaryDirectory(prefix="virtual-counter-")
        font = font_path.read_bytes() if font_path else None
        printer_end = self._endpoint("printer") if printer_on_pty else TcpEndpoint()
        self._printer = VirtualPrinterDevice(VirtualPrinter(font=font, dots=dots), printer_end)
        self.scanner = VirtualScanner(self._endpoint("scanner"))
        self._display = VirtualDisplay(self._endpoint("display"))
        self._scale_dialect = scale_dialect
        self._scale = VirtualScale(self._endpoint("scale"), scale_dialect or "massa100")
        self._control = _ControlServer(self.obey)
        self._ends: dict[str, Endpoint] = {
            "printer": printer_end,
            "scanner": self.scanner.endpoint,
            "display": self._display.endpoint,
            "scale": self._scale.endpoint,
        }
        self._verbs = self._orders()

    def _orders(self) -> dict[str, Callable[[Mapping[str, Any]], Answer]]:
        return {
            "scan": self._scan,
            "replay": self._replay,
            "papers": self._papers,
            "tear_off": lambda _: {"text": self.printer.tear_off()},
            "fault": self._fault,
            "display": lambda _: {"lines": list(self.screen.lines)},
            "drawer": self._drawer,
            "pan": self._pan,
            "extra": self._extra,
            "unplug": lambda order: self._plug(order, plugged=False),
            "replug": lambda order: self._plug(order, plugged=True),
            "config": lambda _: {"config": self.config()},
            "help": lambda _: {"orders": help_lines()},
            "quit": lambda _: {"quit": True},
        }

    @property
    def printer(self) -> VirtualPrinter:
        """The printer itself: papers, faults, drawer."""
        return self._printer.printer

    @property
    def screen(self) -> ScreenModel:
        """What the customer sees."""
        return self._display.screen

    @property
    def control_port(self) -> int:
        """The loopback port of the control line."""
        return self._control.port

    def start(self) -> "VirtualRig":
        """Begins to listen everywhere."""
        for device in (self._printer, self.scanner, self._display, self._scale):
            device.start()
        for extra in self.extras.values():
            extra.start()
        self._control.start()
        return self

    def stop(self) -> None:
        """Ends everything and removes the ports' links."""
        self._control.stop()
        for device in (self._printer, self.scanner, self._display, self._scale):
            device.stop()
        for extra in self.extras.values():
            extra.stop()
        self._folder.cleanup()

    def __enter__(self) -> "VirtualRig":
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def config(self) -> dict[str, object]:
        """A configuration for the registry that finds these devices."""
        printer: dict[str, object] = {"kind": "printer", "name": "printer", "model": "epson"}
        printer |= {"dots": self._dots, **self._ends["printer"].config()}
        if self._font_path is not None:
            printer["font"] = str(self._font_path)
        display = {"kind": "display", "name": "display", "model": self._display_model}
        drawer = {"kind": "drawer", "name": "drawer", "driver": "printer", "printer": "printer"}
        scale: dict[str, object] = {"kind": "scale", "name": "scale"}
        scale |= {"model": MODELS.get(self._scale_dialect), **self._ends["scale"].config()}
        return {
            "device": [
                {"kind": "scanner", "name": "scanner", **self._ends["scanner"].config()},
                printer,
                {**drawer, "open_high": True},
                {**display, **self._ends["display"].config()},
                *([scale] if self._scale_dialect else []),
                *(extra.table(name) for name, extra in self.extras.items()),
            ]
        }

    def control(self, order: Mapping[str, Any]) -> Answer:
        """One order of the control line; `{"ok": false, "error": ...}` when it is wrong."""
        verb = self._verbs.get(str(order.get("do")))
        if verb is None:
            return {"ok": False, "error": f"unknown order {order.get('do')!r}"}
        try:
            return {"ok": True, **verb(order)}
        except KeyError as missing:
            return {"ok": False, "error": f"{missing} is missing"}
        except (ValueError, TypeError) as bad:
            return {"ok": False, "error": str(bad)}

    def obey(self, line: str) -> Answer:
        """One order as it is typed or sent: words or a JSON object."""
        try:
            return self.control(order_of(line))
        except ValueError as bad:
            return {"ok": False, "error": str(bad)}

    def _endpoint(self, name: str) -> Endpoint:
        """A pseudo-terminal where there are any, else a socket."""
        if hasattr(os, "openpty"):
            return PtyEndpoint(Path(self._folder.name) / name)
        return TcpEndpoint()

    def _scan(self, order: Mapping[str, Any]) -> Answer:
        label = bytes.fromhex(order["hex"]) if "hex" in order else str(order["text"]).encode()
        self.scanner.scan(label)
        return {}

    def _replay(self, order: Mapping[str, Any]) -> Answer:
        chunks = [(int(t_ms), bytes.fromhex(digits)) for t_ms, digits in order["chunks"]]
        self.scanner.replay(chunks, keep_timing=bool(order.get("keep_timing", True)))
        return {}

    def _papers(self, order: Mapping[str, Any]) -> Answer:
        """All papers from number `since` (default 0) on; pictures only when asked for."""
        papers = []
        for paper in self.printer.papers[int(order.get("since", 0)) :]:
            said: dict[str, object] = {
                "text": paper.text,
                "codes": [[code.symbology, code.data] for code in paper.codes],
            }
            if order.get("png"):
                said["png"] = base64.b64encode(paper.png).decode()
            papers.append(said)
        return {"papers": papers}

    def _fault(self, order: Mapping[str, Any]) -> Answer:
        changes = {key: value for key, value in order.items() if key != "do"}
        self.printer.set_fault(**changes)
        return {}

    def _drawer(self, order: Mapping[str, Any]) -> Answer:
        if order.get("close"):
            self.printer.close_drawer()
        self.printer.drawer_shuts_ms = int(order.get("shuts_ms", self.printer.drawer_shuts_ms))
        return {"opened": self.printer.drawer_opened, "kicks": list(self.printer.kicks)}

    def _pan(self, order: Mapping[str, Any]) -> Answer:
        """What lies on the scale: load_g, settle_after, moving; `fault` spoils its answers."""
        hand = {key: order[key] for key in ("settle_after", "moving") if key in order}
        if "load_g" in order:
            self._scale.model.put(int(order["load_g"]), **hand)
        fault = str(order.get("fault", self._scale.model.fault))
        if fault not in ("", NO_FAULT, *FAULTS):
            raise ValueError(f"a scale's faults are {', '.join(FAULTS)}, and {NO_FAULT} ends them")
        self._scale.model.fault = "" if fault == NO_FAULT else fault
        return {"readings": self._scale.model.readings}

    def _extra(self, order: Mapping[str, Any]) -> Answer:
        """Faults of one extra by name; what it holds."""
        faults = {key: value for key, value in order.items() if key not in ("do", "device")}
        name = str(order["device"])
        if name not in self.extras:
            raise ValueError(f"there is no {name!r} on this counter: --with {name} adds it")
        return self.extras[name].order(faults)

    def _plug(self, order: Mapping[str, Any], *, plugged: bool) -> Answer:
        extra = self.extras.get(str(order["device"]))
        if extra is not None:
            extra.plug(plugged=plugged)
            return {}
        end = self._ends.get(str(order["device"]))
        if end is None:
            known = ", ".join((*self._ends, *self.extras))
            raise ValueError(f"there is no {order['device']!r} to plug: {known}")
        if plugged:
            end.replug()
        else:
            end.unplug()
        return {}


class _ControlServer:
    """JSON lines on a loopback socket."""

    def __init__(self, obey: Callable[[str], Answer]) -> None:
        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                for line in self.rfile:
                    self.wfile.write(_line(obey(line.decode("utf-8", "replace"))))

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

        self._server = Server((LOOPBACK, 0), Handler)
        self.port = int(self._server.server_address[1])
        self._thread = Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _line(answer: Answer) -> bytes:
    return json.dumps(answer).encode() + b"\n"
