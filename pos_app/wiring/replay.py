"""Plays a stream of receipts through real tills and a real server, and settles. Never a shortcut.

One line of the stream is one receipt: at, store, till, member, id_method, lines [[ean, qty,
price]...], redeem_want, offline (see `docs/operations.md`).
"""

import csv
import json
import sys
import tempfile
import time
from collections import Counter as Tally
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pos_app.domain.events import ControlTotals
from pos_app.wiring.console_till import ConsoleTill, build_console_till, wait_for_sync
from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_shop import OPERATORS, Shop, Stock, head_office, packaged
from pos_app.workstation.answer import Answer
from pos_app.workstation.day_settle import COMPARED

NOTE_MINOR = 500_00
ANSWER_S = 5.0
SETTLE_S = 60.0


@dataclass
class Outcome:
    """What came of the stream."""

    receipts: int = 0
    refused: Tally[str] = field(default_factory=Tally)
    identified: int = 0
    redeemed_receipts: int = 0
    offline: int = 0
    seconds: float = 0.0


class Refused(RuntimeError):
    """A till refused something that a cashier must be able to do."""


class ReplayTill:
    """One till of the stream."""

    def __init__(self, driver: ConsoleTill, phones: dict[str, str]) -> None:
        self.driver = driver
        self.terminal = driver.till.terminal
        self._phones = phones
        self.online = True
        self.beside: list[ReplayTill] = []

    def play(self, receipt: dict[str, Any], outcome: Outcome) -> None:
        """One customer."""
        self._link(not receipt["offline"])
        for ean, quantity, _price in receipt["lines"]:
            code = str(ean) if quantity == 1 else f"{quantity}*{ean}"
            self._must(self.terminal.type_text(code))
        if receipt["member"]:
            self._identify(receipt, outcome)
        view = self.terminal.view()
        if view.demand is not None and view.demand.kind == "age":
            self._must(self.terminal.confirm("age", "seen"))
        due = self.terminal.view().transaction
        assert due is not None
        cash = -(-due.due_minor // NOTE_MINOR) * NOTE_MINOR
        self._must(self.terminal.pay("cash", cash) if due.due_minor else self.terminal.complete())
        outcome.receipts += 1
        outcome.offline += not self.online
        self.driver.work(0)

    def _identify(self, receipt: dict[str, Any], outcome: Outcome) -> None:
        card = str(receipt["member"])
        if receipt["id_method"] == "phone" and card in self._phones:
            answer = self.terminal.member("phone", self._phones[card])
        else:
            aim = "]Q1" if receipt["id_method"] == "qr" else "]E0"
            answer = self.terminal.scan(card.encode(), aim)
        self._must(answer)
        if self.online:
            self.driver.wait_for(self._answered, ANSWER_S)
        outcome.identified += 1
        if receipt["redeem_want"] and self.terminal.view().member is not None:
            self._must(self.terminal.redeem("max"))
            view = self.terminal.view().transaction
            outcome.redeemed_receipts += bool(view and view.points_redeemed)

    def _answered(self) -> bool:
        """The other tills of the chain are there meanwhile: what is asked back of them comes."""
        for other in self.beside:
            other.driver.work(0)
        return bool(self.driver.till.courier.is_quiet())

    def _link(self, online: bool) -> None:
        if online != self.online:
            self.terminal.link(online)
            self.online = online
            self.driver.wait_for(self._link_is(online), ANSWER_S)

    def _link_is(self, online: bool) -> Any:
        return lambda: self.driver.till.courier.status().online == online

    def _must(self, answer: Answer) -> None:
        if answer.refusal is not None:
            raise Refused(answer.refusal.code)


def receipts_of(path: Path) -> Iterator[dict[str, Any]]:
    """The stream, line by line."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def phones_of(path: Path) -> dict[str, str]:
    """Card -> phone of the members file."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["card_ean"]: row["phone"] for row in csv.DictReader(file) if row["phone"]}


def run_replay(
    receipts: Path, catalogue: Path | None, members: Path | None, work: Path | None
) -> int:
    """Play, settle, print; 0 when both sides agree and nothing was refused or lost."""
    with tempfile.TemporaryDirectory() as spare:
        return _Replay(receipts, catalogue, members, work or Path(spare)).run()


class _Replay:
    def __init__(
        self, receipts: Path, catalogue: Path | None, members: Path | None, work: Path
    ) -> None:
        self._receipts = receipts
        stores = {f"s{r['store']}": f"Магазин {r['store']}" for r in receipts_of(receipts)}
        # What was sold was sold: the law of the hour of the replay is not that of the sale.
        lawless = {"country": '""'}
        self._stock = Stock(catalogue, members, None, dict(sorted(stores.items())), lawless)
        self._work = work
        self._phones = phones_of(members or packaged("demo", "members.csv"))
        self._tills: dict[str, ReplayTill] = {}

    def run(self) -> int:
        with Shop(self._work, self._stock) as shop:
            try:
                outcome = self._play(shop)
                good = self._settle(shop, outcome)
            finally:
                for till in self._tills.values():
                    till.terminal.close()
        return 0 if good else 1

    def _play(self, shop: Shop) -> Outcome:
        outcome = Outcome()
        for receipt in receipts_of(self._receipts):
            self._till(shop, receipt)
        started = time.monotonic()
        for receipt in receipts_of(self._receipts):
            till = self._till(shop, receipt)
            try:
                till.play(receipt, outcome)
            except Refused as refusal:
                outcome.refused[str(refusal)] += 1
                till.terminal.void_transaction("replay")
        outcome.seconds = time.monotonic() - started
        return outcome

    def _till(self, shop: Shop, receipt: dict[str, Any]) -> ReplayTill:
        name = f"s{receipt['store']}-till-{receipt['till']}"
        if name not in self._tills:
            place = shop.till(name, store=f"s{receipt['store']}")
            first_sync(place.data, place.server)  # the country's law is read when a till is built
            driver = build_console_till(place)
            till = ReplayTill(driver, self._phones)
            wait_for_sync(driver, SETTLE_S)
            operator, _, _, pin = OPERATORS[0]
            till.terminal.sign_on(operator, pin)
            till.terminal.open_session(1_000_00)
            self._tills[name] = till
            for one in self._tills.values():
                one.beside = [other for other in self._tills.values() if other is not one]
        return self._tills[name]

    def _settle(self, shop: Shop, outcome: Outcome) -> bool:
        """Everything is pushed and posted; then both sides' totals are held together."""
        good = not outcome.refused
        unsent = 0
        for till in self._tills.values():
            till._link(True)
            wait_for_sync(till.driver, SETTLE_S)
        for name, till in sorted(self._tills.items()):
            ours, theirs = self._totals(till)
            unsent += till.terminal.view().link.unsent
            differ = [k for k, v in COMPARED.items() if theirs.get(k, 0) != getattr(ours, v)]
            good = good and not differ
            _say(f"{name}: {_totals_line(ours)} {'agree' if not differ else f'DIFFER {differ}'}")
        rate = outcome.receipts / outcome.seconds if outcome.seconds else 0.0
        doctor = head_office(shop.data, "doctor")
        _say("\n".join(doctor))
        _say(
            f"receipts {outcome.receipts} (offline {outcome.offline}, identified "
            f"{outcome.identified}, points redeemed on {outcome.redeemed_receipts}); "
            f"refused {sum(outcome.refused.values())} {dict(outcome.refused) or ''}; "
            f"unsent {unsent}; {outcome.seconds:.1f} s, {rate:.1f} receipts/s"
        )
        return good and unsent == 0

    def _totals(self, till: ReplayTill) -> tuple[ControlTotals, dict[str, Any]]:
        session = till.terminal.station.session
        assert session is not None
        replies: list[Any] = []
        day = {"business_on": session.business_on.isoformat()}
        till.driver.till.courier.request("settlement", day, replies.append, 30_000)
        till.driver.wait_for(lambda: bool(replies), SETTLE_S)
        theirs = replies[0].get("totals") if replies else None
        return session.day_totals, theirs if isinstance(theirs, dict) else {}


def _totals_line(totals: ControlTotals) -> str:
    return (
        f"{totals.receipts} receipts, {totals.sales_minor / 100:.2f} sold, "
        f"{totals.points_earned} earned, {totals.points_redeemed} redeemed,"
    )


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
