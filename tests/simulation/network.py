"""What lies between a till and the server: loses, doubles, cuts, delays, lies. Never invents.

The server works on in a task of its own when the till has given up, as a real one does.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from tests.simulation.life import Crash, Life

LATE_KEPT = 12
PORTAL = b"<html><title>Welcome to our Wi-Fi</title></html>"


@dataclass
class Weather:
    """Rates of one seed; each 0..1."""

    lose_request: float = 0.0
    lose_reply: float = 0.0
    double: float = 0.0
    late: float = 0.0
    cut: float = 0.0
    busy: float = 0.0
    portal: float = 0.0
    slow: float = 0.0
    delay_s: float = 0.05


@dataclass
class Copy:
    """A request somebody may send again."""

    method: str
    url: httpx.URL
    headers: httpx.Headers
    content: bytes

    def request(self) -> httpx.Request:
        return httpx.Request(self.method, self.url, headers=self.headers, content=self.content)


@dataclass
class Wire:
    """One till's line. `up`, `replies`: the link and its way back."""

    chance: Random
    weather: Weather
    counts: Counter[str]
    note: Callable[[str], None]
    server: Callable[[], Any]
    up: bool = True
    replies: bool = True
    calm: bool = False
    lan: bool = True
    held: int = 0
    """Messages that slow weather holds now."""
    kept: list[Copy] = field(default_factory=list)

    def transport(self, life: Life) -> "Line":
        """The line as one process of the till uses it."""
        return Line(self, life)

    def happens(self, kind: str) -> bool:
        rate: float = getattr(self.weather, kind)
        if self.calm or not rate or self.chance.random() >= rate:
            return False
        self.counts[f"net:{kind}"] += 1
        self.note(f"net {kind}")
        return True

    async def pause(self) -> None:
        if self.calm:
            await asyncio.sleep(0.01)
            return
        slow = self.happens("slow")
        most = 90.0 if slow else self.weather.delay_s
        self.held += slow
        try:
            await asyncio.sleep(self.chance.random() * most)
        finally:
            self.held -= slow

    async def deliver(self, copy: Copy) -> tuple[int, httpx.Headers, bytes]:
        """What the server answers; ReadError when it dies or is not there."""
        server = self.server()
        if server is None:
            raise httpx.ConnectError("no server")
        return await asyncio.shield(server.serve(copy.request()))

    async def deliver_late(self) -> None:
        """An old copy arrives now."""
        if not self.kept:
            return
        copy = self.kept.pop(self.chance.randrange(len(self.kept)))
        self.counts["net:came_late"] += 1
        self.note(f"late {copy.url.path}")
        await self.nobody_reads(copy)

    async def nobody_reads(self, copy: Copy) -> None:
        try:
            await self.deliver(copy)
        except httpx.HTTPError:
            return

    async def nobody_reads_beside(self, peer: Any, copy: Copy) -> None:
        try:
            await peer.answers_beside(copy.request())
        except httpx.HTTPError:
            return

    async def carry(self, request: httpx.Request) -> httpx.Response:
        copy = Copy(request.method, request.url, request.headers, request.content)
        await self.pause()
        if not self.up or self.happens("lose_request"):
            raise httpx.ConnectError("away")
        if self.happens("portal"):
            return httpx.Response(200, stream=httpx.ByteStream(PORTAL))
        if self.happens("busy"):
            return httpx.Response(503, stream=httpx.ByteStream(b"busy"))
        if self.happens("late"):
            self.kept = [*self.kept[-LATE_KEPT:], copy]
        twice = self.happens("double")
        if twice and self.chance.random() < 0.5:
            await self.nobody_reads(copy)
        status, headers, body = await self.deliver(copy)
        await self.pause()
        if twice:
            await self.nobody_reads(copy)
        if not self.up or not self.replies or self.happens("lose_reply"):
            raise httpx.ReadError("the answer was lost")
        if body and self.happens("cut"):
            body = body[: self.chance.randrange(len(body))]
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


class Line(httpx.AsyncBaseTransport):
    """httpx's end of a wire, in a process that may die before a request or after its reply."""

    def __init__(self, wire: Wire, life: Life) -> None:
        self._wire, self._life = wire, life

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._life.point("send")
        try:
            async with asyncio.timeout(request.extensions["timeout"]["read"]):
                response = await self._wire.carry(request)
        except TimeoutError as late:
            raise httpx.ReadTimeout("no byte for too long") from late
        self._life.point("reply")
        return response


class Beside(httpx.AsyncBaseTransport):
    """The line from one till of a store to another; it loses, doubles and delays like any."""

    def __init__(self, wire: Wire, life: Life, peer: Any) -> None:
        self._wire, self._life, self._peer = wire, life, peer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._life.point("ask")
        wire = self._wire
        copy = Copy(request.method, request.url, request.headers, request.content)
        await wire.pause()
        if wire.happens("lose_request"):
            raise httpx.ConnectError("away")
        if wire.happens("double"):
            await wire.nobody_reads_beside(self._peer, copy)
        answer = await asyncio.shield(self._peer.answers_beside(copy.request()))
        if wire.happens("lose_reply"):
            raise httpx.ReadError("the answer was lost")
        status, headers, body = answer
        self._life.point("answered")
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


__all__ = ["Beside", "Copy", "Crash", "Line", "Weather", "Wire"]
