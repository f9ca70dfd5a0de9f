"""The server is down and the points lie at the next till: real couriers, sockets and kill -9."""

import contextlib
import json
import queue
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pos_app.wiring.console_till import build_console_till, wait_for_sync
from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_shop import Shop, Stock, head_office
from pos_app.wiring.memory import open_memory

SCRIPT = Path(__file__).with_name("courier_that_dies.py")
DEADLINE_S = 60
CARD = "2990000000019"
GOODS = ("2000000000206", "2000000000893", "2100180010009")
POLICY = '{"share_ppm": 1000000, "headroom_ppm": 100000000, "recall": false}'


@pytest.fixture
def shop(tmp_path):
    """Three tills of one store; what a member has lies at one of them."""
    stock = Stock(settings={"allowance.placement": POLICY})
    with Shop(tmp_path / "shop", stock) as shop:
        yield shop


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


class Places:
    """The tills of the store: `giver` holds the member's points, `taker` and `dark` hold none."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.ports = {name: free_port() for name in ("t1", "t2", "t3")}
        places = {name: shop.till(name) for name in self.ports}
        for _ in range(2):
            for place in places.values():
                first_sync(place.data, place.server)
        self.member = self._member(places["t1"])
        holding = {name: self.left(place) for name, place in places.items()}
        self.giver = max(holding, key=lambda name: holding[name])
        self.taker, self.dark = (name for name in places if name != self.giver)
        assert holding[self.giver] > 300, holding
        assert holding[self.taker] == holding[self.dark] == 0
        self.places = {
            name: replace(place, lan=self._lan(name, places)) for name, place in places.items()
        }

    def _lan(self, own: str, names) -> tuple[str, ...]:
        peers = [word for n in names if n != own for word in ("--lan-peer", self.url(n))]
        return ("--lan-listen", self.address(own), *peers)

    def address(self, name: str) -> str:
        return f"127.0.0.1:{self.ports[name]}"

    def url(self, name: str) -> str:
        return f"http://{self.address(name)}"

    @staticmethod
    def _member(place) -> str:
        memory = open_memory(place.data)
        mirror = memory.mirror()
        found = mirror.member_by_key("card", CARD)
        mirror.close()
        memory.close()
        return found.member_id

    def left(self, place) -> int:
        memory = open_memory(place.data)
        found = sum(a.left for a in memory.journal.allowances(self.member))
        memory.close()
        return found

    def rights(self) -> int:
        return sum(self.left(place) for place in self.places.values())

    def start_server(self) -> None:
        """At the address that the tills know."""
        self.shop.start_server(int(self.shop.url.rpartition(":")[2]))


def until(driver, what: str, ready) -> None:
    assert driver.wait_for(ready, DEADLINE_S), what


def signed_on(place):
    driver = build_console_till(place)
    till = driver.till.terminal
    assert till.sign_on("anna", "1111").ok
    assert till.open_session(100_000).ok
    return driver


def balance(shop: Shop, member: str) -> int:
    with contextlib.closing(sqlite3.connect(shop.data / "server.db")) as db:
        return db.execute("SELECT balance FROM account WHERE member = ?", (member,)).fetchone()[0]


def test_a_member_redeems_here_what_lies_at_the_next_till_while_the_server_is_down(shop):
    places = Places(shop)
    before, rights = balance(shop, places.member), places.rights()
    a, b = (signed_on(places.places[name]) for name in (places.giver, places.taker))
    try:
        shop.stop_server()
        link = b.till.courier.status
        until(b, "the neighbour", lambda: link().peers == 1 and not link().online)
        till = b.till.terminal
        for code in (*GOODS, CARD):
            assert till.type_text(code).ok, code
        until(b, "points from the next till", lambda: till.view().member.allowance > 0)
        assert till.redeem(100).ok
        assert till.view().transaction.points_redeemed == 100
        assert till.pay("cash", 5_000_00).ok
        assert places.rights() == rights - 100

        # The giver goes dark before the server is back: its chain has told nobody yet.
        a.till.terminal.close()
        places.start_server()
        until(b, "the server", lambda: b.till.courier.status().online)
        wait_for_sync(b, 30)
        assert b.till.memory.journal.unsent() == 0
        until(b, "the balance", lambda: balance(shop, places.member) < before)
        earned = sum(
            entry.points
            for entry in b.till.memory.journal.last_document().entries
            if entry.points > 0
        )
        assert balance(shop, places.member) == before - 100 + earned
        assert head_office(shop.data, "doctor") == ["the books are right"]
    finally:
        b.till.terminal.close()
    # The giver wakes up and tells the same move once more.
    for name in (places.giver, places.dark, places.taker):
        first_sync(places.places[name].data, shop.url)
    assert balance(shop, places.member) == before - 100 + earned
    assert head_office(shop.data, "doctor") == ["the books are right"]
    assert open_conflicts(shop) == []


def open_conflicts(shop: Shop) -> list[str]:
    with contextlib.closing(sqlite3.connect(shop.data / "server.db")) as db:
        rows = db.execute("SELECT kind FROM conflict WHERE state = 'open'").fetchall()
    return [kind for (kind,) in rows if kind != "unusual"]


class CourierProcess:
    """A courier with one neighbour, and what it says."""

    def __init__(self, places: Places, own: str, peer: str, point: str) -> None:
        place = places.places[own]
        arguments = (place.data, place.server, places.address(own), places.url(peer), point)
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.lines: queue.Queue[dict] = queue.Queue()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def ask(self, **fields) -> None:
        self.process.stdin.write(json.dumps({"id": 1, **fields}).encode() + b"\n")
        self.process.stdin.flush()

    def hear(self, wanted) -> dict:
        end = time.monotonic() + DEADLINE_S
        while True:
            line = self.lines.get(timeout=max(0.1, end - time.monotonic()))
            if wanted(line):
                return line

    def end(self) -> int:
        """End of input, or the death it has died."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        code = self.process.wait(DEADLINE_S)
        self._reading.join()
        self.process.stdout.close()
        return code


POINTS = (
    ("giver", "give.before_commit"),
    ("giver", "give.after_commit"),
    ("giver", "door.answered/lan/v1/take"),
    ("taker", "plan_move.after_commit"),
    ("taker", "take.after_commit"),
)


def test_killed_anywhere_the_points_are_once_and_the_books_are_right(shop):
    """Case 53: kill -9 of either side at every step, again and again, on the same files."""
    places = Places(shop)
    rights = places.rights()
    shop.stop_server()
    wanted = {"do": "identify", "kind": "id", "key": places.member, "want_points": 50}
    for side, point in POINTS:
        names = {"giver": places.giver, "taker": places.taker}
        giver = CourierProcess(
            places, names["giver"], names["taker"], point if side == "giver" else "none"
        )
        taker = CourierProcess(
            places, names["taker"], names["giver"], point if side == "taker" else "none"
        )
        taker.hear(lambda line: line.get("peers") == 1)
        taker.ask(**wanted)
        dying = giver if side == "giver" else taker
        assert dying.process.wait(DEADLINE_S) == -9, point
        if side == "giver":
            taker.hear(lambda line: line.get("id") == 1)
        giver.end()
        taker.end()
        # What was on its way when one of them died is at nobody, and never at two.
        assert places.rights() in (rights, rights - 50), point
        # Both are back, and what was asked is settled.
        giver = CourierProcess(places, names["giver"], names["taker"], "none")
        taker = CourierProcess(places, names["taker"], names["giver"], "none")
        taker.hear(lambda line: line.get("peers") == 1)
        taker.ask(**wanted)
        assert taker.hear(lambda line: line.get("id") == 1)["moved"] >= 50, point
        assert (giver.end(), taker.end()) == (0, 0)
        assert places.rights() == rights, point
    places.start_server()
    for name in (places.taker, places.giver, places.taker):
        first_sync(places.places[name].data, shop.url)
    assert head_office(shop.data, "doctor") == ["the books are right"]
    assert open_conflicts(shop) == []
    assert places.rights() == rights
