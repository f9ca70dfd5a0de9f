"""Requests made by schemathesis from the server's own OpenAPI document, signed by a real terminal.

Half of them are mended so far that they get past the door: the right terminal, epoch and chain,
with whatever content was made up.
"""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core import NotSet

from sync.server.surface.openapi import document
from sync.wire.codec import chain_hash
from tests.sync.server.fuzz import Target, packed

PLAIN = ("/v1/activity", "/v1/choice", "/v1/card")
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def operations() -> list[Any]:
    """Every operation of the document."""
    found = schemathesis.openapi.from_dict(document()).get_all_operations()
    return [one.ok() for one in found]


def fuzz(target: Target, operation: Any, mode: GenerationMode, examples: int) -> None:
    """So many requests of one operation; one without parameters cannot be asked wrongly."""
    raw = operation.definition.raw
    if mode is GenerationMode.NEGATIVE and not (raw.get("parameters") or raw.get("requestBody")):
        return

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),  # a server has state: a smaller input says less
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=operation.as_strategy(generation_mode=mode),
        honest=st.sampled_from((True, True, True, False)),
    )
    def throw(case: Any, honest: bool) -> None:
        send(target, operation, case, honest)

    throw()


def send(target: Target, operation: Any, case: Any, honest: bool) -> None:
    """One made-up request; its answer must be one that the document knows."""
    body = case.body
    path = case.formatted_path or "/"
    if honest and isinstance(body, dict):
        body = mended(target, operation.path, body)
    if isinstance(body, NotSet):
        data = b""
    elif operation.path in PLAIN:
        data = as_json(body)
    else:
        data = packed_any(body)
    query = "&".join(f"{k}={v}" for k, v in (case.query or {}).items() if safe(f"{k}{v}"))
    response = target.ask(operation.method.upper(), f"{path}?{query}" if query else path, data)
    known = operation.definition.raw["responses"]
    if response.status_code not in (404, 405, 307):
        assert str(response.status_code) in known, f"{response.status_code} is not in the document"
    if "application/json" in response.headers.get("content-type", ""):
        response.json()


def safe(text: str) -> bool:
    return text.isascii() and text.isprintable() and not set(text) & set("#&?%+ ")


def as_json(body: Any) -> bytes:
    import json

    return body if isinstance(body, bytes) else json.dumps(body).encode("utf-8", "surrogatepass")


def packed_any(body: Any) -> bytes:
    import zstandard

    return zstandard.compress(body) if isinstance(body, bytes) else packed(body)


def mended(target: Target, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The same content from somebody who is known."""
    till = target.till
    body = dict(body)
    if path != "/v1/enrol":
        body |= {"terminal": till.terminal, "epoch": till.epoch, "protocol": 1}
    if path in PLAIN:
        body.pop("terminal")
        body.pop("epoch")
    if path == "/v1/pull":
        body["wait_ms"] = 0
    if path == "/v1/push" and isinstance(body.get("events"), list):
        head, digest = target._head()
        body |= {"incarnation": till.incarnation, "previous_hash": digest}
        body["events"] = [e for e in map(dict, filter(is_object, body["events"]))]
        chain(target, head, digest, body["events"])
    return body


def is_object(value: Any) -> bool:
    return isinstance(value, dict)


def chain(target: Target, head: int, digest: str, events: list[dict[str, Any]]) -> None:
    """Right numbers, ids and hashes around made-up kinds and bodies."""
    previous = bytes.fromhex(digest)
    for number, event in enumerate(events, head + 1):
        event |= {"seq": number, "id": target.till.ids.new_id()}
        kind, text = event.get("kind"), event.get("body")
        if isinstance(kind, str) and isinstance(text, str):
            kind = kind or "transaction_completed"
            event["kind"] = kind = kind if kind.isascii() else "transaction_completed"
            content = text.encode("utf-8", "surrogatepass")
            previous = chain_hash(previous, number, event["id"], kind, content)
            event["hash"] = previous.hex()
