"""Asks the server one signed question and believes only its own kind of answer. Never retries.

Anything that is not exactly the expected message counts as lost: a login page of the shop's
Wi-Fi, half a body, a redirect, garbage. Redirects are not followed and proxies' pages not read.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
from msgspec import Struct, structs

from pos_app.domain.loyalty.lease import Reading
from pos_app.domain.ports import Clock
from sync.client.errors import (
    OF_A_CHANGED_BODY,
    REFUSALS,
    Busy,
    Lost,
    Outdated,
    Refused,
    ServerFailed,
    Tampered,
    Trouble,
)
from sync.wire.codec import MAX_BODY_BYTES, GarbledMessage, decode, inflate, pack, signed_text
from sync.wire.messages import (
    HEADER_NONCE,
    HEADER_SIGNATURE,
    HEADER_TERMINAL,
    HEADER_TIME,
    HEADER_TRACE,
    PATHS,
    Problem,
)
from sync.wire.version import CURRENT, SPOKEN

T = TypeVar("T")
log = logging.getLogger(__name__)
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
OK = 200
PARTIAL = 206
CLIENT_ERROR = 400
NO_SUCH = (404, 405)
TOO_MANY = 429
UNPROCESSABLE = 422
SERVER_ERROR = 500
FAULTS_OF_THE_WIRE = (httpx.HTTPError, httpx.StreamError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who signs. `sign` gives 64 bytes (Ed25519)."""

    terminal: str
    sign: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes. `whole_s` bounds a request however slowly its bytes drip in.

    A file may take as long as it brings bytes: it is given up when `silent_s` pass without one,
    and resumed from there at the next try.
    """

    whole_s: float = 20.0
    silent_s: float = 10.0
    body_bytes: int = MAX_BODY_BYTES


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    retry_after: str


class Connection:
    """Signed requests over one httpx client. Enrolment sets `credentials`."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        clock: Clock,
        new_nonce: Callable[[], str],
        credentials: Credentials | None = None,
        limits: Limits | None = None,
    ) -> None:
        """`client` has the base URL; wiring chose its TLS."""
        self._client = client
        self._clock = clock
        self._new_nonce = new_nonce
        self._limits = limits or Limits()
        self.credentials = credentials
        self.allowed = True
        self.protocol = CURRENT
        self.on_contact: Callable[[bool], None] = lambda _reached: None
        self.on_server_time: Callable[[str], None] = lambda _text: None

    def reading(self) -> Reading:
        """The machine's clocks now."""
        clock = self._clock
        return Reading(clock.now_utc(), clock.monotonic_ms(), clock.boot_id())

    async def call(
        self, step: str, message: Struct, kind: type[T], wait_s: float = 0.0, trace: str = ""
    ) -> T:
        """POST a message; the reply of that type, or Trouble. `wait_s`: the server may take it.

        `step`: one of the server's, or the path itself where another till is asked.
        `trace` names the message in the logs of both sides; the nonce where there is none.
        """
        headers = {"content-type": "application/json", "content-encoding": "zstd"}
        if trace:
            headers[HEADER_TRACE] = trace
        while True:
            body = pack(self._in_its_words(message))
            request = self._signed("POST", PATHS.get(step, step), body, headers)
            try:
                return await self._exchange(request, kind, wait_s)
            except Outdated as refusal:
                if not self._step_down(message, refusal.problem):
                    raise

    def _in_its_words(self, message: Struct) -> Struct:
        """The message under the version that the server speaks; fields it lacks are ignored."""
        if getattr(message, "protocol", 0) <= self.protocol:
            return message
        return structs.replace(message, protocol=self.protocol)

    def _step_down(self, message: Struct, problem: Problem) -> bool:
        """A server that is older than this till: go on in its newest version that we know."""
        now = min(self.protocol, getattr(message, "protocol", 0))
        older = [v for v in SPOKEN if v < now and v in (problem.speaks or SPOKEN)]
        if not older:
            self.protocol = CURRENT
            return False
        self.protocol = max(older)
        return True

    async def fetch(self, path: str, kind: type[T]) -> T:
        """GET a message; `path` may carry a query, which is signed with it."""
        return await self._exchange(self._signed("GET", path, b"", {}), kind, 0.0)

    async def download(self, path: str, first: int, last: int) -> AsyncGenerator[bytes, None]:
        """The bytes first..last (inclusive) of a file as they come; Lost at any fault.

        Whoever reads checks them: more or fewer may come than were asked for.
        """
        request = self._signed("GET", path, b"", {"range": f"bytes={first}-{last}"})
        request.extensions["timeout"] = httpx.Timeout(self._limits.silent_s).as_dict()
        try:
            response = await self._send(request)
            try:
                if response.status_code != PARTIAL:
                    raise Lost(f"status {response.status_code} for a range")
                async for piece in response.aiter_raw():
                    yield piece
            finally:
                await response.aclose()
        except FAULTS_OF_THE_WIRE as error:
            raise Lost(f"{type(error).__name__}: {error}") from error

    def _signed(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> httpx.Request:
        headers = {**headers, "accept-encoding": "zstd"}
        if self.credentials is not None:
            time, nonce = self._clock.now_utc().isoformat(), self._new_nonce()
            text = signed_text(method, path, body, time, nonce)
            headers.setdefault(HEADER_TRACE, nonce)
            headers |= {
                HEADER_TERMINAL: self.credentials.terminal,
                HEADER_TIME: time,
                HEADER_NONCE: nonce,
                HEADER_SIGNATURE: self.credentials.sign(text).hex(),
            }
        return self._client.build_request(method, path, content=body, headers=headers)

    async def _exchange(self, request: httpx.Request, kind: type[T], wait_s: float) -> T:
        about = {"route": request.url.path, "trace": request.headers.get(HEADER_TRACE, "")}
        try:
            message = self._believe(await self._read(request, wait_s), kind)
        except Trouble as trouble:
            log.info("refused or lost", extra={**about, "outcome": trouble.code})
            self.on_contact(trouble.reached)
            raise
        log.info("answered", extra=about)
        self.on_contact(True)
        self.on_server_time(getattr(message, "server_time", ""))
        return message

    async def _send(self, request: httpx.Request) -> httpx.Response:
        if not self.allowed:
            raise Lost("the link is switched off")
        return await self._client.send(request, stream=True, follow_redirects=False)

    async def _read(self, request: httpx.Request, wait_s: float) -> _Answer:
        patient = self._limits.whole_s + wait_s
        request.extensions["timeout"] = httpx.Timeout(patient, connect=10.0).as_dict()
        try:
            async with asyncio.timeout(patient):
                response = await self._send(request)
                try:
                    body = await self._body(response)
                finally:
                    await response.aclose()
        except FAULTS_OF_THE_WIRE as error:
            raise Lost(f"{type(error).__name__}: {error}") from error
        if not self.allowed:
            raise Lost("the link was switched off meanwhile")
        return _Answer(response.status_code, body, response.headers.get("retry-after", ""))

    async def _body(self, response: httpx.Response) -> bytes:
        """Raw bytes, so that decompression is ours and bounded; zstd is told by its magic."""
        body = bytearray()
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > self._limits.body_bytes:
                raise Lost("longer than any reply")
        if not body.startswith(ZSTD_MAGIC):
            return bytes(body)
        try:
            return inflate(bytes(body), self._limits.body_bytes)
        except GarbledMessage as error:
            raise Lost(str(error)) from error

    def _believe(self, answer: _Answer, kind: type[T]) -> T:
        try:
            if answer.status == OK:
                return decode(kind, answer.body)
            if answer.status < CLIENT_ERROR:
                raise Lost(f"status {answer.status}")
            problem = decode(Problem, answer.body)
        except GarbledMessage as error:
            wait_s = self._retry_after_s(answer.retry_after)
            missing = answer.status in NO_SUCH
            why = f"status {answer.status}: {error}"
            raise Lost(why, retry_after_s=wait_s, missing=missing) from error
        raise self._trouble(answer, problem)

    def _trouble(self, answer: _Answer, problem: Problem) -> Trouble:
        wait_s = self._retry_after_s(answer.retry_after)
        if answer.status == TOO_MANY or (answer.status >= SERVER_ERROR and wait_s is not None):
            return Busy(answer.status, wait_s, problem.code)
        if answer.status >= SERVER_ERROR:
            return ServerFailed(answer.status)
        if answer.status == UNPROCESSABLE and problem.code in OF_A_CHANGED_BODY:
            return Tampered(answer.status, problem)
        return REFUSALS.get(answer.status, Refused)(answer.status, problem)

    def _retry_after_s(self, text: str) -> float | None:
        """Seconds, or an HTTP date (RFC 9110, 10.2.3); None for neither."""
        if text.isascii() and text.isdigit():
            return float(text[:6])
        try:
            until: datetime = parsedate_to_datetime(text)
        except ValueError:
            return None
        return max(0.0, (until - self._clock.now_utc()).total_seconds()) if until.tzinfo else None
