"""What people do at a till, by the gestures of its port. Never past it.

Each deed is a coroutine: time passes between gestures, replies come, and the till may die at any
of them. What was answered "completed" is a paper in a customer's hand.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.simulation.shop import (
    CARDS,
    CHOICE,
    CODES,
    COUPON_CODES,
    GIFT_CODES,
    GIFT_MINOR,
    OPERATOR,
    PHONES,
    PIN,
    ean,
)
from tests.simulation.till import TillMachine


@dataclass(frozen=True, slots=True)
class Paper:
    """A receipt that a customer holds."""

    till: str
    transaction: str
    receipt: str


class Cashier:
    """Works at one till. `papers` are of the whole shop."""

    def __init__(self, machine: TillMachine, papers: list[Paper], faults: list[str]) -> None:
        self.machine, self.papers, self.faults = machine, papers, faults
        self.deeds: dict[str, Callable[[Random], Awaitable[None]]] = {
            "anonymous": self.anonymous,
            "member": self.member,
            "return": self.goods_back,
            "enrol": self.enrol,
            "suspend": self.suspend,
            "resume": self.resume,
            "void": self.void,
            "void_tender": self.void_tender,
            "sync": self.sync,
            "close_session": self.close_session,
            "look": self.look,
            "gift_sale": self.gift_sale,
            "gift_pay": self.gift_pay,
            "gift_look": self.gift_look,
            "coupon": self.coupon,
            "choose": self.choose,
            "adjust": self.adjust,
            "merge": self.merge,
        }

    async def does(self, kind: str, chance: Random) -> None:
        """One deed from a till that stands ready."""
        if not await self.ready(chance):
            return
        self.machine.counts[f"deed:{kind}"] += 1
        await self.deeds[kind](chance)
        self.do(lambda till: till.tick())
        if self.machine.till is not None and self.machine.station.open is not None:
            self.do(lambda till: till.void_transaction("left"))

    def do(self, work: Callable[[Any], Any]) -> Any:
        """One gesture; the answer, or None when the till is dead. Refusals are answers."""
        try:
            return self.machine.gesture(work)
        except Exception as fault:
            self.faults.append(f"{self.machine.name}: a gesture raised {fault!r}")
            raise

    def done(self, answer: Any) -> bool:
        if answer is None:
            return False
        if not answer.ok:
            self.machine.counts[f"refused:{answer.refusal.code}"] += 1
        return bool(answer.ok)

    async def ready(self, chance: Random) -> bool:
        """Started, signed on, with an open session."""
        machine = self.machine
        if machine.till is None:
            await asyncio.sleep(chance.random() * 10)
            if not machine.start():
                return False
        if machine.till is not None and machine.station.operator is None:
            said = self.do(lambda till: till.sign_on(OPERATOR, PIN))
            if said is not None:
                machine.counts["cut_short"] += sum(n.code == "cut_short" for n in said.notices)
        if machine.till is not None and machine.station.session is None:
            opened = self.do(lambda till: till.open_session(100_00))
            if opened is not None and not opened.ok and opened.refusal.code == "clock_doubted":
                self.machine.counts["clocks_confirmed"] += 1
                self.do(lambda till: till.open_session(100_00, (OPERATOR, PIN)))
        return machine.till is not None and machine.station.session is not None

    # --- selling ------------------------------------------------------------------------------

    async def goods(self, chance: Random) -> None:
        for _ in range(chance.randint(1, 3)):
            code = chance.choice(CODES)
            self.do(lambda till, c=code: till.scan(c.encode()))
            await self.moment(chance)

    async def moment(self, chance: Random) -> None:
        """Some seconds at the counter; the window's heart beats meanwhile."""
        await asyncio.sleep(chance.random() * 2)
        self.do(lambda till: till.tick())

    async def anonymous(self, chance: Random) -> None:
        await self.goods(chance)
        self.pay(chance)

    async def member(self, chance: Random) -> None:
        if chance.random() < 0.5:
            await self.goods(chance)
        await self.identified(chance)
        await self.goods(chance)
        if chance.random() < 0.65:
            wish = "max" if chance.random() < 0.4 else chance.randint(1, 120)
            self.done(self.do(lambda till: till.redeem(wish)))
            await self.moment(chance)
        self.pay(chance)

    async def identified(self, chance: Random) -> None:
        # Few members, so that tills meet.
        by, key = "card", chance.choice(CARDS[: chance.choice((1, 2, 3, len(CARDS)))])
        if chance.random() < 0.25:
            by, key = "phone", chance.choice(PHONES)
        self.done(self.do(lambda till: till.member(by, key)))
        await asyncio.sleep(chance.random() * 4)

    def pay(self, chance: Random) -> None:
        kind = chance.choice(("cash", "card"))
        answer = self.do(lambda till: till.pay(kind))
        self.completed(answer)

    def completed(self, answer: Any) -> None:
        if self.done(answer) and "receipt_number" in answer.data:
            data = answer.data
            self.papers.append(
                Paper(self.machine.name, data["transaction_id"], data["receipt_number"])
            )
            self.machine.counts["sales"] += 1

    async def goods_back(self, chance: Random) -> None:
        mine = [p for p in self.papers if p.till == self.machine.name][-6:]
        if not mine:
            return
        paper = chance.choice(mine)
        lines = None if chance.random() < 0.6 else [(1, "1")]
        answer = self.do(lambda till: till.return_sale(paper.receipt, lines, "not_suitable"))
        if not self.done(answer):
            return
        await self.moment(chance)
        self.completed(self.do(lambda till: till.complete()))
        self.machine.counts["returns"] += 1

    async def enrol(self, chance: Random) -> None:
        await self.goods(chance)
        phone = chance.choice(PHONES)
        card = ean(f"29900000010{chance.randint(0, 3)}") if chance.random() < 0.5 else None
        self.done(self.do(lambda till: till.enrol(phone, card, "New", ("program",))))
        await self.moment(chance)
        self.pay(chance)

    async def suspend(self, chance: Random) -> None:
        await self.goods(chance)
        if chance.random() < 0.5:
            await self.identified(chance)
        self.done(self.do(lambda till: till.suspend("later")))

    async def resume(self, chance: Random) -> None:
        view = self.do(lambda till: till.view())
        if view is None or not view.suspended:
            return
        draft = chance.choice(view.suspended)
        self.done(self.do(lambda till: till.resume(draft.id)))
        await self.moment(chance)
        self.pay(chance)

    async def void(self, chance: Random) -> None:
        await self.identified(chance)
        await self.goods(chance)
        self.do(lambda till: till.redeem("max"))
        await self.moment(chance)
        self.done(self.do(lambda till: till.void_transaction("changed mind")))

    async def void_tender(self, chance: Random) -> None:
        await self.identified(chance)
        await self.goods(chance)
        self.do(lambda till: till.redeem(chance.randint(1, 60)))
        self.done(self.do(lambda till: till.tender("cash", 100)))
        await self.moment(chance)
        self.done(self.do(lambda till: till.void_tender(0)))
        if chance.random() < 0.7:
            self.pay(chance)

    # --- gift cards -----------------------------------------------------------------------

    async def gift_sale(self, chance: Random) -> None:
        code, amount = chance.choice(GIFT_CODES), chance.choice(GIFT_MINOR)
        if self.done(self.do(lambda till: till.sell_gift_card(code, amount))):
            await self.moment(chance)
            self.completed(self.do(lambda till: till.pay("cash")))

    async def gift_pay(self, chance: Random) -> None:
        code = chance.choice(GIFT_CODES)
        await self.goods(chance)
        self.done(self.do(lambda till: till.gift_card(code)))
        await asyncio.sleep(chance.random() * 4)
        if self.done(self.do(lambda till: till.tender("gift_card", None, code))):
            self.machine.counts["gift_payments"] += 1
            if chance.random() < 0.15:
                self.done(self.do(lambda till: till.void_tender(0)))
        self.pay(chance)

    async def gift_look(self, chance: Random) -> None:
        code = chance.choice(GIFT_CODES)
        self.done(self.do(lambda till: till.gift_card(code)))
        await asyncio.sleep(chance.random() * 4)
        self.do(lambda till: till.gift_card(""))

    # --- coupons and chosen categories --------------------------------------------------------

    async def coupon(self, chance: Random) -> None:
        """A leaflet's code, which each of the shop's tills may be shown."""
        await self.goods(chance)
        code = chance.choice(COUPON_CODES)
        if self.done(self.do(lambda till: till.coupon(code))):
            self.machine.counts["coupons"] += 1
        await asyncio.sleep(chance.random() * 4)
        self.pay(chance)

    async def choose(self, chance: Random) -> None:
        await self.identified(chance)
        await self.goods(chance)
        category = chance.choice(CHOICE)
        if self.done(self.do(lambda till: till.choose_categories((category,)))):
            self.machine.counts["choices"] += 1
        self.pay(chance)

    # --- a manager's hand on members ------------------------------------------------------------

    def found(self, chance: Random, most: int) -> str:
        """A member's id as this till knows it; "" for one it does not, or must ask for."""
        card = chance.choice(CARDS[:most])
        answer = self.do(lambda till: till.find_members(card))
        rows = answer.data.get("found_members", ()) if self.done(answer) else ()
        return str(rows[0].id) if rows else ""

    async def adjust(self, chance: Random) -> None:
        member = self.found(chance, 3)
        points = chance.choice((-200, -40, -7, 5, 60))
        if member and self.done(self.do(lambda till: till.adjust_points(member, points, "why"))):
            self.machine.counts["adjusted"] += 1
        await asyncio.sleep(chance.random() * 4)

    async def merge(self, chance: Random) -> None:
        """Sometimes two tills say it of the same two, each the other way round."""
        kept, gone = self.found(chance, len(CARDS)), self.found(chance, len(CARDS))
        await self.moment(chance)
        if (
            kept
            and gone
            and self.done(self.do(lambda till: till.merge_members(kept, gone, "one person")))
        ):
            self.machine.counts["merged"] += 1

    # --- the rest -----------------------------------------------------------------------------

    async def sync(self, chance: Random) -> None:
        self.do(lambda till: till.sync_now())
        await asyncio.sleep(chance.random() * 20)

    async def close_session(self, chance: Random) -> None:
        if chance.random() < 0.5:
            self.done(self.do(lambda till: till.close_session(100_00, "not_found")))
        else:
            self.done(self.do(lambda till: till.end_of_day(100_00, "not_found")))
        await self.moment(chance)

    async def look(self, chance: Random) -> None:
        """A customer asks for the balance and goes."""
        key = chance.choice(CARDS)
        self.do(lambda till: till.balance("card", key))
        await self.identified(chance)
        await self.moment(chance)
