"""The printer of a new till: its place, a strip on paper, the line that can be read.

Never guesses a port or a code page; without a printer a till sells all the same.

The shopkeeper picks the printer from what was found or types its address, holds the strip in the
hand and taps the line that is Russian.
"""

from collections.abc import Mapping
from typing import Any

from pos_app.domain.sentence import say
from pos_app.workstation.first_pages import Choice, Pages, SetupHands, Step
from pos_app.workstation.ports import Reply

STRIP_MS = 60_000
CHANGE_MS = 20_000
TCP_PORT = 9100
PORT_MOST = 65_535
LATER, NETWORK, AGAIN, PRESENT = "later", "network", "again", "present"
NONE_READABLE = "none"
PLACE_KEYS = {"serial": "port", "file": "path"}
NAME = "printer"


class FirstPrinter:
    """The pages PRINTER, ADDRESS and STRIP of the assistant."""

    def __init__(self, setup: Pages, hands: SetupHands) -> None:
        self._setup, self._hands = setup, hands
        self._tables: list[dict[str, Any]] = []
        self._ports: tuple[Mapping[str, Any], ...] = ()
        self._name = NAME

    def begin(self) -> None:
        """What is configured and found just now, as choices."""
        self._setup.turn(Step.PRINTER)
        self._request("config", {}, self._found)

    def _found(self, reply: Mapping[str, Any]) -> None:
        if "error" not in reply:
            payload = reply["payload"]
            self._tables = [dict(one) for one in payload["device"]]
            self._ports = tuple(one for one in payload["ports"] if one["driver"] in PLACE_KEYS)
        self._setup.turn(Step.PRINTER, choices=self._choices())
        if "error" in reply:
            self._setup.tell(say("first.devices_silent", why=str(reply["error"])))

    def _choices(self) -> tuple[Choice, ...]:
        present = [
            Choice((PRESENT, str(one.get("name") or NAME)), key="first.printer_present",
                   detail=_where(one), icon="printer")
            for one in self._tables if one.get("kind") == "printer"
        ]  # fmt: skip
        found = [
            Choice((str(one["driver"]), str(one["port"])), title=str(one["about"]),
                   detail=str(one["port"]), icon="printer")
            for one in self._ports
        ]  # fmt: skip
        network = Choice((NETWORK, ""), key="first.printer_network", icon="wifi")
        later = Choice((LATER, ""), key="first.printer_later", icon="x")
        return (*present, *found, network, later)

    def choose(self, value: tuple[str, str]) -> None:
        """A way to the printer, or an answer to the strip."""
        way, place = value
        if self._setup.state.step is Step.STRIP:
            self._read(way, place)
        elif way == LATER:
            self._setup.ready()
        elif way == NETWORK:
            self._setup.turn(Step.ADDRESS)
        elif way == PRESENT:
            self._name = place
            self._print()
        else:
            self._configure({"driver": way, PLACE_KEYS[way]: place})

    def address(self, text: str) -> None:
        """A printer of the network: `192.0.2.10` or `192.0.2.10:9100`."""
        host, _, port = text.strip().partition(":")
        number = port or str(TCP_PORT)
        digits = number.isascii() and number.isdigit()
        if not host or " " in host or not digits or not 0 < int(number) <= PORT_MOST:
            self._setup.tell(say("first.wrong_printer"))
            return
        self._configure({"driver": "tcp", "host": host, "port": int(number)})

    def _configure(self, way: Mapping[str, Any]) -> None:
        self._name = NAME
        others = [one for one in self._tables if (one.get("name") or one.get("kind")) != NAME]
        self._tables = [*others, {"kind": "printer", "name": NAME, **way}]
        self._setup.tell(say("first.printing"), is_wrong=False)
        fields = {"tables": self._tables}
        self._request("configure", fields, self._configured, CHANGE_MS)

    def _configured(self, reply: Mapping[str, Any]) -> None:
        if "error" in reply:
            self._setup.tell(say("first.printer_wrong", why=str(reply["error"])))
        else:
            self._print()

    def _print(self) -> None:
        self._setup.tell(say("first.printing"), is_wrong=False)
        fields = {"device": self._name, "job_id": self._hands.new_id()}
        self._request("code_page_strip", fields, self._printed, STRIP_MS)

    def _printed(self, reply: Mapping[str, Any]) -> None:
        if "error" in reply:
            self._setup.tell(say("first.printer_silent", why=str(reply["error"])))
            return
        self._request("strip_choices", {"device": self._name}, self._ask_line)

    def _ask_line(self, reply: Mapping[str, Any]) -> None:
        if "error" in reply:
            self._setup.tell(say("first.printer_silent", why=str(reply["error"])))
            return
        lines = [one for one in reply["payload"]["choices"] if one != NONE_READABLE]
        choices = [Choice(("line", str(one)), title=str(one)) for one in lines]
        none = Choice(("line", NONE_READABLE), key="first.none_readable", icon="type")
        again = Choice((AGAIN, ""), key="first.print_again", icon="refresh-cw")
        self._setup.turn(Step.STRIP, choices=(*choices, none, again))

    def _read(self, way: str, line: str) -> None:
        if way == AGAIN:
            self._print()
            return
        for table in self._tables:
            if (table.get("name") or table.get("kind")) == self._name:
                table["code_pages"] = [line]
                if line == NONE_READABLE:  # then every line is drawn
                    table.setdefault("font", self._hands.font_path())
        self._request("configure", {"tables": self._tables}, self._stored, CHANGE_MS)

    def _stored(self, reply: Mapping[str, Any]) -> None:
        if "error" in reply:
            self._setup.tell(say("first.printer_wrong", why=str(reply["error"])))
        else:
            self._setup.ready()

    def _request(
        self, do: str, fields: Mapping[str, Any], on_reply: Reply, deadline_ms: int = 10_000
    ) -> None:
        """The device host has deadlines of its own: a host that dies answers with an error."""

        def answered(reply: Mapping[str, Any]) -> None:
            self._setup.wait(None)
            on_reply(reply)

        self._setup.wait(lambda: None)
        self._hands.device(do, fields, answered, deadline_ms)


def _where(table: Mapping[str, Any]) -> str:
    keys = ("name", "driver", "host", "port", "path", "queue")
    return " ".join(str(table[key]) for key in keys if key in table)
