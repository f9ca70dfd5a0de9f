"""A server in process that is thrown anything at: every input is counted, and judged at once.

What must hold after each: no 5xx; a refused batch left nothing; and now and then, after posting,
the doctor finds the books right.
"""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import sqlalchemy as sa
import zstandard

from sync.server.access.integrators import add_integrator
from sync.server.engine import schema as tables
from sync.server.watch import doctor
from sync.wire.codec import chain_hash
from sync.wire.messages import PATHS
from tests.sync.server.conftest import House
from tests.sync.server.till import Till

FACTS = ("event", "inbox", "ledger", "sale", "account", "member", "allowance", "gift_card_entry")
DOCTOR_EVERY = 200


class Broken(AssertionError):
    """The server did what it must never do."""


@dataclass
class Target:
    """`ask` sends anything; `finish` posts what was taken and asks the doctor."""

    house: House
    till: Till
    secret: str
    anna: str
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def tried(self) -> int:
        """Inputs so far."""
        return self.counts.total()

    def ask(
        self, method: str, path: str, body: bytes, more: dict[str, str] | None = None
    ) -> httpx.Response:
        """One request, signed by the real terminal; judged."""
        return self.house.run(self._ask(method, path, body, more or {}))

    async def _ask(
        self, method: str, path: str, body: bytes, more: dict[str, str]
    ) -> httpx.Response:
        request = self.house.client.build_request(method, path, content=body, headers=more)
        target = request.url.raw_path.decode("ascii")
        for name, text in self.till.signed(target, body, method).items():
            request.headers.setdefault(name, text)
        request.headers.setdefault("authorization", f"Bearer {self.secret}")
        before = await self._facts() if path == PATHS["push"] else ()
        response = await self.house.client.send(request)
        self.counts[f"{method} {route(path)} {response.status_code}"] += 1
        if response.status_code >= 500:
            raise Broken(f"{method} {path}: {response.status_code} {response.content[:200]!r}")
        if before and response.status_code != 200 and await self._facts() != before:
            raise Broken(f"a batch answered {response.status_code} left something behind")
        if self.tried % DOCTOR_EVERY == 0:
            await self._finish()
        return response

    def push_facts(self, bodies: list[tuple[str, int, bytes]]) -> httpx.Response:
        """These (kind, version, body) as a correct batch of the chain: their content is the
        poster's trouble."""
        head, digest = self._head()
        previous, events = bytes.fromhex(digest), []
        for kind, version, body in bodies:
            head += 1
            event_id = self.till.ids.new_id()
            previous = chain_hash(previous, head, event_id, kind, body)
            events.append(
                {"seq": head, "id": event_id, "kind": kind, "v": version,
                 "body": body.decode(), "hash": previous.hex()}
            )  # fmt: skip
        return self.ask("POST", PATHS["push"], packed(self.batch(digest, events)))

    def batch(self, previous: str, events: list[dict[str, Any]]) -> dict[str, Any]:
        """A PushRequest as plain data."""
        return {
            "protocol": 1, "terminal": self.till.terminal, "incarnation": self.till.incarnation,
            "epoch": self.till.epoch, "previous_hash": previous, "events": events,
        }  # fmt: skip

    def _head(self) -> tuple[int, str]:
        (row,) = self.house.run(self.house.rows(tables.terminal))
        return row.head, row.head_hash

    def finish(self) -> None:
        """Everything taken is posted, and the books are right."""
        self.house.run(self._finish())

    async def _finish(self) -> None:
        await self.house.post()
        faults = await self.house.read(lambda c: [str(fault) for fault in doctor.examine(c)])
        if faults:
            raise Broken(f"the doctor: {faults[:3]}")
        waiting = [r for r in await self.house.rows(tables.event) if r.outcome == "queued"]
        if waiting:
            raise Broken(f"{len(waiting)} events were never posted or parked")

    async def _facts(self) -> tuple[int, ...]:
        """Rows per table of facts; a quarantine of a fenced incarnation is none."""

        def count(c: sa.Connection) -> tuple[int, ...]:
            found = []
            for name in FACTS:
                table = tables.metadata.tables[name]
                query = sa.select(sa.func.count()).select_from(table)
                if name == "inbox":
                    query = query.where(table.c.state != "fenced")
                found.append(c.execute(query).scalar_one())
            return tuple(found)

        return await self.house.read(count)


def route(path: str) -> str:
    """Without what was made up."""
    known = [*PATHS.values(), "/v1/activity", "/v1/choice", "/livez", "/readyz", "/metrics"]
    return path if path in known else "other"


def packed(message: Any) -> bytes:
    """Any JSON as a till would send it."""
    return zstandard.compress(json.dumps(message).encode("utf-8", "surrogatepass"))


def open_target(address: str) -> Target:
    """A store, a till with a member that has points, an integrator."""
    house = House(address)

    async def story() -> tuple[Till, str, str]:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        till.sell(member=anna, earn=400)
        await house.push(till)
        return till, await house.write(add_integrator, "web-shop"), anna

    return Target(house, *house.run(story()))


@contextmanager
def quieted() -> Iterator[None]:
    """Parked events and refused pushes are expected here by the thousand."""
    names = ("sync.server.poster.intake", "sync.server.poster.posting", "sync.server.access")
    loggers = [logging.getLogger(name) for name in names]
    before = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for one, level in zip(loggers, before, strict=True):
            one.setLevel(level)
