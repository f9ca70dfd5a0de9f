"""A cashier at a real till with a real courier and server, for the complaints of the field."""

import csv
import json
import sqlite3
import time
from contextlib import closing

from pos_app.wiring.console_till import build_console_till, wait_for_sync
from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_shop import Shop, Stock, head_office, packaged
from pos_app.workstation.day_settle import COMPARED

PATIENCE_S = 30
RIGHT_BOOKS = ["the books are right"]
GIFTS = tuple(f"K1G:WINTER-000{n}-7731" for n in (2, 3))


def gift_shop(folder) -> Shop:
    """The demo shop, selling gift cards of 1 000.00."""
    document = json.loads(packaged("demo", "program.json").read_text(encoding="utf-8"))
    document["gift_cards"] = {"denominations": [{"amount": "1000.00"}], "days": 365}
    program = folder / "program.json"
    program.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return Shop(folder, Stock(program=program))


def goods(*, unit: str = "шт") -> list[str]:
    """Codes of the demo's goods that anybody may buy."""
    with packaged("demo", "catalog.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["age18"] == "0" and r["unit"] == unit]
    return [row["ean"] for row in rows]


def member(place: int) -> str:
    """The card of a member of the lowest tier with more than 700 points."""
    with packaged("demo", "members.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["tier"] == "base" and int(r["points"]) > 700]
    return rows[place]["card_ean"]


class Clerk:
    """One till of the shop, with a cashier at it. `first`: fetch the mirror before."""

    def __init__(self, shop: Shop, name: str, *, first: bool = True) -> None:
        self.shop, self.place = shop, shop.till(name)
        if first:
            first_sync(self.place.data, self.place.server)
        self.sit()

    def sit(self) -> "Clerk":
        """A process of this till, signed on; the session of before goes on."""
        self.driver = build_console_till(self.place)
        self.till = self.driver.till.terminal
        self.done(self.till.sign_on("anna", "1111"))
        if self.till.view().session is None:
            self.done(self.till.open_session(0))
        self.until(lambda: self.driver.till.courier.status().online)
        return self

    def again(self) -> "Clerk":
        """The process ends and another one starts on the same files."""
        self.till.close()
        return self.sit()

    @staticmethod
    def done(answer):
        assert answer.ok, answer.refusal
        return answer

    @property
    def view(self):
        return self.till.view()

    @property
    def sale(self):
        return self.view.transaction

    @property
    def memory(self):
        return self.driver.till.memory

    def until(self, ready) -> None:
        assert self.driver.wait_for(ready, PATIENCE_S)

    def cable(self, *, plugged: bool) -> None:
        self.till.link(plugged)
        self.until(lambda: self.driver.till.courier.status().online == plugged)

    def sync(self) -> None:
        """Everything there is goes and comes, what follows from it too."""
        for _round in range(3):
            answer = wait_for_sync(self.driver, PATIENCE_S)
            assert "error" not in answer.data["sync"], answer
            self.driver.work(0.2)

    def buys(self, *codes: str) -> "Clerk":
        for code in codes:
            self.done(self.till.type_text(code))
        return self

    def paid(self, kind: str = "cash", amount: int | None = None):
        """The document of what is open."""
        self.done(self.till.pay(kind, amount))
        return self.till.station.journal.last_document()

    def shows(self, card: str) -> "Clerk":
        """A member's card, and everything the server has for it."""
        self.done(self.till.scan(card.encode()))
        self.until(lambda: self.view.member is not None)
        return self

    def may_redeem(self, card: str) -> "Clerk":
        """The card until the server has answered with points: a busy one may be asked again."""
        for _ in range(10):
            self.shows(card)
            if self.driver.wait_for(lambda: self.view.member.may_redeem, 4):
                return self
        raise AssertionError("no points were granted")

    def member_now(self, card: str):
        return self.till.station.mirror.member_by_key("card", card)

    def balance(self, card: str) -> int:
        """As the server has told it, with nothing of this till still under way."""
        found = self.member_now(card)
        terminal = self.till.station.journal.identity().terminal_id

        def all_told() -> bool:
            one = self.member_now(card)
            posted = one.posted.get(terminal, 0)
            return not self.till.station.journal.unposted(one.member_id, posted)

        if not all_told():
            self.sync()
            self.until(all_told)
            found = self.member_now(card)
        return found.account().balance

    def settled(self) -> dict:
        """The server's totals of the day, which are this till's."""
        totals = self.till.station.session.day_totals
        day = self.till.station.session.business_on.isoformat()
        while True:
            replies: list = []
            courier = self.driver.till.courier
            courier.request("settlement", {"business_on": day}, replies.append, 30_000)
            self.until(lambda: bool(replies))  # noqa: B023  # awaited before the next round
            (reply,) = replies
            if reply["posted_seq"] >= reply["head"]:
                break
        theirs = reply["totals"]
        differ = {k for k, name in COMPARED.items() if theirs.get(k, 0) != getattr(totals, name)}
        assert (differ, dict(totals.by_tender)) == (set(), theirs.get("by_tender", {}))
        return theirs

    def leave(self) -> None:
        self.till.close()


def at_the_server(shop: Shop, transaction_id: str) -> list[dict]:
    """What the server keeps of a receipt: once, or (after some patience) not at all."""
    end = time.monotonic() + PATIENCE_S
    rows: list = []
    while not rows and time.monotonic() < end:
        with closing(sqlite3.connect(shop.data / "server.db")) as db:
            asked = "SELECT document FROM sale WHERE id = ?"
            rows = db.execute(asked, (transaction_id,)).fetchall()
    return [json.loads(row[0]) for row in rows]


def right_books(shop: Shop) -> bool:
    return head_office(shop.data, "doctor") == RIGHT_BOOKS
