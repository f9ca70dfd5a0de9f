"""Three business days at one till, sold, taken back and closed; then the manager's reports.

The till, its courier and the server are the real ones, two databases and a wire between them; only
time is virtual, so that a night passes at once. Every sum is counted here, from prices and slips.
"""

import asyncio
import shutil
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from pos_app.domain.reporting.period_report import PeriodReport
from tests.simulation.installed import HERE, installed
from tests.simulation.life import Points
from tests.simulation.network import Weather, Wire
from tests.simulation.server import ServerMachine
from tests.simulation.shop import CARDS, CODES, OPERATOR, PIN, PRICES, new_shop
from tests.simulation.till import TillMachine
from tests.sync.client import virtual

MORNING_S = 7_200.0
NIGHT_S = 86_400.0
FLOAT_MINOR = 100_00
SYNC_S = 900.0
EARN_PERCENT = 10


@dataclass
class Day:
    """What one day came to, by this test's own reckoning."""

    receipts: int = 0
    returns: int = 0
    sales_minor: int = 0
    returns_minor: int = 0
    earned: int = 0
    redeemed: int = 0
    pieces: Counter[str] = field(default_factory=Counter)

    @property
    def net_minor(self) -> int:
        return self.sales_minor - self.returns_minor

    @property
    def cash_minor(self) -> int:
        """Points pay their part: a rouble each."""
        return self.net_minor - self.redeemed * 100


class Shop:
    """A cashier at the till and what the test counts."""

    def __init__(self, folder) -> None:
        chance, counts = Random(3), Counter()
        self.server = ServerMachine(
            folder / "server", virtual.clock(), Points(), chance, lambda _text: None, counts
        )
        wire = Wire(chance, Weather(), counts, lambda _text: None, lambda: self.server, calm=True)
        self.till = TillMachine(
            "t1", folder / "t1", wire, virtual.clock(), Points(), chance, counts
        )
        self.heard = []
        self.days: dict[date, Day] = {}

    async def start(self) -> None:
        await self.server.start()
        assert self.till.start()
        self.till.terminal.subscribe(self.heard.append)
        await asyncio.sleep(60)

    async def stop(self) -> None:
        await self.till.stop()
        await self.server.stop()
        assert not self.server.faults
        assert not self.till.broken

    def done(self, work):
        answer = self.till.gesture(work)
        assert answer.ok, answer.refusal
        return answer

    def view(self):
        return self.till.gesture(lambda till: till.view())

    @property
    def today(self) -> Day:
        return self.days[self.view().session.business_on]

    def open(self) -> None:
        if self.view().operator is None:
            self.done(lambda till: till.sign_on(OPERATOR, PIN))
        if self.view().session is None:
            self.done(lambda till: till.open_session(FLOAT_MINOR))
        self.days.setdefault(self.view().session.business_on, Day())

    async def sells(self, *goods: int, card: str = "", points: int = 0) -> str:
        """The number of the receipt; what it must have been is added up."""
        today, total = self.today, sum(PRICES[one] for one in goods)
        for one in goods:
            self.done(lambda till, code=CODES[one]: till.scan(code.encode()))
            today.pieces[CODES[one]] += 1
        if card:
            self.done(lambda till: till.scan(card.encode()))
            await asyncio.sleep(30)
        if points:
            self.done(lambda till: till.redeem(points))
        assert self.view().transaction.total_minor == total - points * 100
        self.done(lambda till: till.pay("cash"))
        today.receipts += 1
        today.sales_minor += total
        today.redeemed += points
        if card:
            today.earned += (total - points * 100) * EARN_PERCENT // 10_000
        await asyncio.sleep(120)
        return self.view().last_sale.transaction_id

    async def takes_back(self, sale: str, code: str, minor: int) -> None:
        self.done(lambda till: till.return_sale(sale, None, "not_suitable"))
        self.done(lambda till: till.complete())
        self.today.returns += 1
        self.today.returns_minor += minor
        self.today.pieces[code] -= 1
        await asyncio.sleep(120)

    async def closes(self, cash_minor: int) -> None:
        """Counted to the kopeck, closed, told to the server; then a night."""
        self.done(lambda till: till.close_session(FLOAT_MINOR + cash_minor))
        await asyncio.sleep(SYNC_S)
        assert self.view().link.unsent == 0
        await asyncio.sleep(NIGHT_S - SYNC_S)

    async def report(self, since: date, until: date) -> PeriodReport:
        self.heard.clear()
        answer = self.done(lambda till: till.period_report(since, until))
        await asyncio.sleep(120)
        return next(one.data["period"] for one in (answer, *self.heard) if one.data.get("period"))


def same(report: PeriodReport, days: list[Day]) -> None:
    """What the server says of a period is what these days came to."""
    sums = report.sums
    for name in ("receipts", "returns", "sales_minor", "returns_minor"):
        assert getattr(sums, name) == sum(getattr(day, name) for day in days), name
    assert sums.points_redeemed == sum(day.redeemed for day in days)
    assert sums.net_minor == sum(day.net_minor for day in days)
    assert sums.points_minor == 100 * sums.points_redeemed
    assert sum(one.receipts for one in report.hours) == sums.receipts
    assert dict(report.tenders) == ({"cash": sum(day.cash_minor for day in days)} if days else {})
    pieces = sum((day.pieces for day in days), Counter())
    assert {one.item_id: one.quantity for one in report.items} == +pieces
    assert [one.net_minor for one in report.days] == [day.net_minor for day in days]


async def three_days(shop: Shop) -> None:
    shop.open()
    await shop.sells(0, 1)
    await shop.sells(2, card=CARDS[0])
    await shop.sells(3, 3, card=CARDS[1], points=20)
    await shop.closes(shop.today.cash_minor)

    shop.open()
    await shop.sells(1, 1, 1)
    back = await shop.sells(2)
    await shop.sells(0, 2, card=CARDS[0], points=5)
    await shop.takes_back(back, CODES[2], PRICES[2])
    await shop.closes(shop.today.cash_minor)

    shop.open()
    await shop.sells(0, card=CARDS[0])
    await shop.takes_back(await shop.sells(3), CODES[3], PRICES[3])
    await shop.sells(3)
    await shop.closes(shop.today.cash_minor)


async def read_them(shop: Shop) -> None:
    first, second, third = shop.days
    assert (second - first, third - second) == (timedelta(1), timedelta(1))
    shop.open()  # a manager reads them the morning after
    periods = [(day, day) for day in shop.days if shop.days[day].receipts]
    for since, until in [*periods, (first, second), (second, third), (first, third)]:
        report = await shop.report(since, until)
        days = [shop.days[day] for day in shop.days if since <= day <= until]
        assert report.whole
        same(report, days)
        earned = sum(day.earned for day in days)
        assert report.sums.points_earned == earned
    before = await shop.report(first - timedelta(7), first - timedelta(1))
    assert (before.sums.receipts, before.sums.net_minor, before.items) == (0, 0, ())

    shop.till.gesture(lambda till: till.link(False))
    await asyncio.sleep(60)
    own = await shop.report(first, third)
    assert not own.whole, "with no link a till tells its own receipts, and says so"
    same(own, [shop.days[day] for day in (first, second, third)])


async def scene(folder) -> None:
    loop = asyncio.get_running_loop()
    loop.now_s = MORNING_S
    loop.set_exception_handler(lambda _loop, _context: None)  # what the server had begun, stopped
    shop = Shop(folder)
    await shop.start()
    try:
        await three_days(shop)
        await read_them(shop)
    finally:
        await shop.stop()


def test_reports_of_three_business_days_say_what_was_really_sold(monkeypatch):
    monkeypatch.setattr(HERE, "long_poll_ms", 900_000)  # a night has few questions
    folder = new_shop(1)
    try:
        with installed():
            virtual.run(scene(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
