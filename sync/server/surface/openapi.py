"""The HTTP surface as an OpenAPI 3.1 document, taken from the message types. Never typed by hand.

What a message may hold is said by `sync.wire`; this page adds routes, signatures and outcomes. A
committed copy lies in `resources/openapi.json`, and a test says when it is old.
"""

import json
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Struct

from sync.wire import activities, choices, office
from sync.wire.messages import (
    HEADER_NONCE,
    HEADER_SIGNATURE,
    HEADER_TERMINAL,
    HEADER_TIME,
    HEADER_TRACE,
    PATHS,
    AllowanceReply,
    AllowanceRequest,
    CardReply,
    CardRequest,
    EnrolReply,
    EnrolRequest,
    EscrowReply,
    EscrowRequest,
    FeedRow,
    LookupReply,
    LookupRequest,
    Problem,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    ReconcileReply,
    ReconcileRequest,
    ReportReply,
    ReportRequest,
    SettlementReply,
    SettlementRequest,
    SnapshotManifest,
)
from sync.wire.version import CURRENT

Json = dict[str, Any]
SIGNED, PROVED, INTEGRATOR, NOBODY, TOKEN = "signed", "proved", "integrator", "nobody", "token"
OUTCOMES = {
    400: "Bytes that are not the message they should be",
    401: "Unknown or revoked terminal, wrong signature, a request that was here before",
    404: "No such member, grant, file or operation",
    409: "A gap: `head` is the last event the server has; or not now, as `code` says",
    410: "This incarnation of the till was replaced, or the code is used up",
    412: "Another epoch of the server: `epoch` and `head` are those in force",
    413: "Too many bytes or events: send fewer",
    416: "A range beyond the file",
    422: "Another content for what is known already; a chain that does not fit",
    426: "A protocol that this server does not speak",
    429: "Too often: see Retry-After",
    500: "A fault of the server's program",
    503: "The server cannot now: see Retry-After",
}
EVERYWHERE = (400, 404, 413, 500, 503)
WORDS = f"""Requests and replies of tills are JSON in one zstd frame (`Content-Encoding: zstd`).
A terminal signs each request with Ed25519 over the lines

    method, path with query, SHA-256 of the body as it travels (hex), time, nonce

joined by a line feed, and sends the signature as hex. A nonce is accepted once. Batches of events
are acknowledged by a signed head (`PushReply`); sending one again changes nothing. Every answer
that is not a 2xx is a `Problem` with a stable `code`. Protocol {CURRENT}."""
SIGNATURE_HEADERS = {
    HEADER_TERMINAL: ("The terminal's id from enrolment", True),
    HEADER_TIME: ("The terminal's clock, ISO 8601; signed, never trusted", True),
    HEADER_NONCE: ("8 to 64 characters, never used before", True),
    HEADER_SIGNATURE: ("Ed25519 over the text above, 128 hex digits", True),
    HEADER_TRACE: ("Names the request in both logs, 8 to 64 of 0-9 a-f -", False),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One route. `fails` beside EVERYWHERE; `media` of a reply that is not a message."""

    name: str
    method: str
    path: str
    words: str
    who: str = SIGNED
    request: type[Struct] | None = None
    reply: type[Struct] | None = None
    fails: tuple[int, ...] = ()
    query: tuple[str, ...] = ()
    media: str = ""


def _tills() -> list[Operation]:
    auth = (401, 426)
    return [
        Operation("enrol", "post", PATHS["enrol"], "A new terminal proves its key with a one-time "
                  "code", PROVED, EnrolRequest, EnrolReply, (401, 410, 422, 426, 429)),
        Operation("push", "post", PATHS["push"], "Events of a terminal, in the order of its chain",
                  SIGNED, PushRequest, PushReply, (*auth, 409, 410, 412, 422, 429)),
        Operation("pull", "post", PATHS["pull"], "Rows above a cursor; waits up to `wait_ms`",
                  SIGNED, PullRequest, PullReply, auth),
        Operation("allowance", "post", PATHS["allowance"], "Points that may be spent offline",
                  SIGNED, AllowanceRequest, AllowanceReply, (*auth, 409, 410, 412, 422)),
        Operation("reconcile", "post", PATHS["reconcile"], "The grants a terminal holds, told "
                  "again in another epoch", SIGNED, ReconcileRequest, ReconcileReply,
                  (*auth, 410, 412)),
        Operation("lookup", "post", PATHS["lookup"], "A member the mirror does not hold",
                  SIGNED, LookupRequest, LookupReply, (*auth, 429)),
        Operation("settlement", "post", PATHS["settlement"], "Control totals of a business day",
                  SIGNED, SettlementRequest, SettlementReply, auth),
        Operation("report", "post", PATHS["report"], "Figures of a period for a manager",
                  SIGNED, ReportRequest, ReportReply, (*auth, 422)),
        Operation("history", "post", PATHS["history"], "A member's ledger and receipts",
                  SIGNED, office.HistoryRequest, office.HistoryReply, (*auth, 422, 429)),
        Operation("conflicts", "post", PATHS["conflicts"], "Conflicts of the terminal's store",
                  SIGNED, office.ConflictsRequest, office.ConflictsReply, auth),
        Operation("sign_off", "post", PATHS["sign_off"], "A manager's word on a conflict",
                  SIGNED, office.SignOffRequest, office.SignOffReply, (*auth, 409, 412, 422)),
        Operation("escrow", "post", PATHS["escrow"], "The key of the till's files, sealed for us",
                  SIGNED, EscrowRequest, EscrowReply, (*auth, 422)),
        Operation("snapshot", "get", PATHS["snapshot"], "The newest mirror file",
                  SIGNED, None, SnapshotManifest, (401,), ("schema", "box")),
    ]  # fmt: skip


def _others() -> list[Operation]:
    return [
        Operation("activity", "post", activities.PATH, "Something a member did elsewhere",
                  INTEGRATOR, activities.ActivityRequest, activities.ActivityReply, (401, 422)),
        Operation("choice", "post", choices.PATH, "Cashback categories of a month",
                  INTEGRATOR, choices.ChoiceRequest, choices.ChoiceReply, (401, 422)),
        Operation("card", "post", PATHS["card"], "A certificate for the key of a virtual card",
                  NOBODY, CardRequest, CardReply, (401, 410, 422, 426)),
        Operation("livez", "get", "/livez", "The process answers", NOBODY, media="json"),
        Operation("readyz", "get", "/readyz", "Whether to send it requests, and why not",
                  NOBODY, media="json"),
        Operation("openapi", "get", "/openapi.json", "This document", TOKEN, media="json"),
        Operation("metrics", "get", "/metrics", "Numbers for Prometheus", TOKEN, media="text"),
    ]  # fmt: skip


def document() -> Json:
    """The whole document."""
    operations = [*_tills(), *_others()]
    types = {kind.__name__: kind for one in operations for kind in (one.request, one.reply) if kind}
    row = _told(FeedRow, body=(Any, None))
    types["PullReply"] = _told(PullReply, rows=(tuple[row, ...], msgspec.NODEFAULT))  # type: ignore[valid-type]  # made right above
    _, schemas = msgspec.json.schema_components(
        [*types.values(), Problem], ref_template="#/components/schemas/{name}"
    )
    paths: Json = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method] = _operation(one)
    paths[f"{PATHS['snapshot']}/{{name}}"] = {"get": _file()}
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {"title": "Kopilka server", "version": str(CURRENT), "description": WORDS},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": {name: _header(name) for name in SIGNATURE_HEADERS},
            "securitySchemes": {
                INTEGRATOR: {"type": "http", "scheme": "bearer", "description": "name:secret"},
                TOKEN: {"type": "http", "scheme": "bearer", "description": "of who watches"},
            },
        },
    }


def _told(kind: type[Struct], **instead: tuple[Any, Any]) -> type[Struct]:
    """The message with other (type, default) of some fields: a default that is raw JSON has no
    place in a schema."""
    fields = []
    for one in msgspec.structs.fields(kind):
        told, default = instead.get(one.name, (one.type, one.default))
        if default is msgspec.NODEFAULT and one.default_factory is not msgspec.NODEFAULT:
            default = msgspec.field(default_factory=one.default_factory)
        required = default is msgspec.NODEFAULT
        fields.append((one.name, told) if required else (one.name, told, default))
    return msgspec.defstruct(kind.__name__, fields, namespace={"__doc__": kind.__doc__})


def text() -> str:
    """The document as it is committed and served."""
    return json.dumps(document(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _operation(one: Operation) -> Json:
    said: Json = {
        "operationId": one.name,
        "summary": one.words,
        "parameters": _parameters(one),
        "responses": {"200": _reply(one)}
        | {str(status): _problem(one, status) for status in sorted({*EVERYWHERE, *one.fails})},
    }
    if one.who in (INTEGRATOR, TOKEN):
        said["security"] = [{one.who: []}]
    if one.request is not None:
        said["requestBody"] = {"required": True, "content": _message(one.request)}
    return said


def _parameters(one: Operation) -> list[Json]:
    found: list[Json] = []
    if one.who == SIGNED:
        found += [{"$ref": f"#/components/parameters/{name}"} for name in SIGNATURE_HEADERS]
    found += [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
        for name in one.query
    ]
    if one.request is not None and one.who in (SIGNED, PROVED):
        packed = {"type": "string", "const": "zstd"}
        found.append(
            {"name": "content-encoding", "in": "header", "required": True, "schema": packed}
        )
    return found


def _header(name: str) -> Json:
    words, required = SIGNATURE_HEADERS[name]
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": words,
        "schema": {"type": "string"},
    }


def _message(kind: type[Struct]) -> Json:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{kind.__name__}"}}}


def _reply(one: Operation) -> Json:
    if one.reply is None:
        media = "text/plain" if one.media == "text" else "application/json"
        shape: Json = {"type": "string"} if one.media == "text" else {"type": "object"}
        return {"description": one.words, "content": {media: {"schema": shape}}}
    found: Json = {"description": one.words, "content": _message(one.reply)}
    if one.who in (SIGNED, PROVED):
        found["headers"] = {"Content-Encoding": {"schema": {"type": "string", "const": "zstd"}}}
    return found


def _problem(one: Operation, status: int) -> Json:
    found: Json = {"description": OUTCOMES[status], "content": _message(Problem)}
    if one.media == "json" and status == 503:
        found["content"] = {"application/json": {"schema": {"type": "object"}}}
    if status in (429, 503):
        found["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return found


def _file() -> Json:
    """A mirror file by its content's name, whole or a range of it."""
    name = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
    span = {"name": "range", "in": "header", "required": False, "schema": {"type": "string"}}
    binary = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    one = Operation("file", "get", "", "A mirror file, or a range of its bytes")
    said = _operation(one)
    said["operationId"] = "snapshot_file"
    said["parameters"] += [name, span]
    said["responses"] |= {
        "200": {"description": "The whole file", "content": binary},
        "206": {"description": "The bytes of the range", "content": binary},
        "401": _problem(one, 401),
        "416": {"description": OUTCOMES[416]},
    }
    return said
