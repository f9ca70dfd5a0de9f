"""Cashback categories chosen in an app or a web shop. Never another rule than the till's.

The last choice of a month wins, whether a till or an integrator tells it; the same one again
changes nothing.
"""

from dataclasses import replace

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pos_app.domain.loyalty.choosing import Choices, Chosen, months_open, why_not, with_choice
from pos_app.domain.sentence import Sentence, say
from sync.server.access.integrators import known_integrator
from sync.server.access.keyring import owner
from sync.server.books.book import Book
from sync.server.books.merging import resolve
from sync.server.engine.buckets import bucket_of
from sync.server.engine.days import days_now
from sync.server.engine.refusal import refuse
from sync.server.engine.services import Services
from sync.server.server import Server
from sync.server.settings.tiering import program_in_force
from sync.server.surface.guard import answer_plain, guarded
from sync.wire.choices import PATH, ChoiceReply, ChoiceRequest
from sync.wire.codec import decode

BODY_BYTES_MAX = 16 * 1024
TEXT_MOST = 128
KINDS = ("id", "phone", "card", "code")


def choose(connection: Connection, services: Services, request: ChoiceRequest) -> ChoiceReply:
    """Write one choice. Raises Refusal 404 for a member nobody knows."""
    member_id = _found(connection, request)
    book = Book(connection, services, bucket_of(member_id))
    book.load([member_id])
    held = book.held.get(member_id)
    if held is None:
        raise refuse(404, "unknown_member")
    categories = tuple(dict.fromkeys(request.categories))
    known = held.member.choices
    reason = _reason(connection, services, request, known)
    if reason is not None:
        return ChoiceReply("refused", _holds(known, request.month), reason.key)
    if set(_holds(known, request.month)) != set(categories):
        new = Chosen(request.month, categories, services.now())
        changed = replace(held.member, choices=with_choice(known, new), as_of=services.now())
        book.change(held, changed)
        book.flush()
    return ChoiceReply("chosen", _holds(held.member.choices, request.month))


def _reason(
    connection: Connection, services: Services, request: ChoiceRequest, known: Choices
) -> Sentence | None:
    """The till's own judgement, under the programme in force."""
    if request.month not in months_open(days_now(connection, services).today):
        return say("choice.month")
    program = program_in_force(connection, services.now())
    choice = program.cashback.choice if program else None
    return why_not(choice, known, request.month, request.categories)


def _holds(known: Choices, month: str) -> tuple[str, ...]:
    held = known.get(month)
    return held.categories if held else ()


def _found(connection: Connection, request: ChoiceRequest) -> str:
    texts = (request.member, request.month, *request.categories)
    if request.kind not in KINDS or any(len(t) > TEXT_MOST or "\0" in t for t in texts):
        raise refuse(404, "unknown_member", f"kind is one of {', '.join(KINDS)}")
    known = request.member
    if request.kind != "id":
        known = owner(connection, (request.kind, request.member)) or ""
    if not known:
        raise refuse(404, "unknown_member")
    return resolve(connection, {known})[known]


def choice_routes(server: Server) -> list[Route]:
    """`POST /v1/choice`: ChoiceRequest -> ChoiceReply, plain JSON, an integrator's secret."""

    async def chosen(request: Request) -> Response:
        name = request.headers.get("authorization", "")
        await server.database.read(lambda c: known_integrator(c, name))
        message = decode(ChoiceRequest, await _body(request))
        done = await server.database.write(lambda c: choose(c, server.services, message))
        server.bell.ring_feed()
        return answer_plain(done)

    return [Route(PATH, guarded(chosen, answer_plain), methods=["POST"])]


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES_MAX:
            raise refuse(413, "too_large")
    return bytes(body)
