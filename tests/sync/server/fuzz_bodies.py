"""Batches and events that were valid once: mutated as bytes, and mutated as JSON inside a chain
that is right, so that the poster meets what the door cannot see.

Everything is drawn from a seed; the same seed throws the same inputs.
"""

import copy
import json
from pathlib import Path
from random import Random
from typing import Any

import zstandard

from sync.wire.codec import pack
from sync.wire.messages import PATHS
from tests.sync.server.fuzz import Target, packed

GOLDEN = Path(__file__).parents[2] / "data/events/v1"
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63), 2**200, -(2**200),
    0.5, 1e308, -0.0, "", "\0", "a\0b", "\ud800", "9" * 5000, "💳" * 40, "1/0", "7/0", "-1/3",
    "2026-02-30", "9999-12-31", "0001-01-01", "2026-11-22T09:30:15", "2026-11-22T09:30:15+99:00",
    "1e999", "NaN", [], {}, [[]], [None], {"": ""}, ["x"] * 300, "sale", "return", "earn",
    "redeem", "reverse", "../../etc/passwd", "'; DROP TABLE sale; --", "%s%n",
)  # fmt: skip
EVENTS_A_BATCH = 12


def corpus(target: Target) -> list[tuple[str, int, dict[str, Any]]]:
    """(kind, version, document) of every kind of event, told by the target's own till."""
    anna = target.anna
    known = [
        (path.name.partition(".")[0], 1, json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(GOLDEN.glob("*.json"))
    ]
    for envelope in target.till.chain:
        known.append((envelope.kind, envelope.v, json.loads(envelope.body)))
    text = json.dumps(known)
    text = text.replace("01935c6e-0000-7000-8000-000000000001", anna)
    text = text.replace('"terminal": "t"', f'"terminal": "{target.till.terminal}"')
    return [(kind, version, document) for kind, version, document in json.loads(text)]


def mutate(random: Random, document: Any) -> Any:
    """One to three places of it changed, removed, doubled or swapped."""
    document = copy.deepcopy(document)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        places = list(_places(document))
        if not places:
            return random.choice(ODD)
        holder, key = random.choice(places)
        deed = random.randrange(12)
        if deed == 0 and isinstance(holder, dict):
            del holder[key]
        elif deed == 1 and isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        elif deed == 2:
            other, name = random.choice(places)
            holder[key] = copy.deepcopy(other[name]) if name in _keys(other) else None
        elif deed in (3, 4) and isinstance(holder[key], int):
            holder[key] = -holder[key] + random.randrange(-1, 2)
        elif deed > 4:
            alike = [odd for odd in ODD if type(odd) is type(holder[key])]
            seen = [h[k] for h, k in places if type(h[k]) is type(holder[key])]
            holder[key] = copy.deepcopy(random.choice([*alike, *seen]))
        else:
            holder[key] = copy.deepcopy(random.choice(ODD))
    return document


def _keys(holder: Any) -> Any:
    return holder if isinstance(holder, dict) else range(len(holder))


def _places(value: Any) -> Any:
    if isinstance(value, dict):
        for key in value:
            yield value, key
            yield from _places(value[key])
    elif isinstance(value, list):
        for index in range(len(value)):
            yield value, index
            yield from _places(value[index])


def fresh_ids(random: Random, text: str) -> str:
    """Most of the time the ids of a golden event are new, else it only `exists` already."""
    return text.replace("01935c6e-0000", f"01935c6e-{random.randrange(65536):04x}")


def events(target: Target, seed: int, count: int) -> int:
    """So many mutated events in right chains; how many were thrown."""
    random, known, thrown = Random(seed), corpus(target), 0
    while thrown < count:
        batch = []
        for _ in range(min(EVENTS_A_BATCH, count - thrown)):
            kind, version, document = random.choice(known)
            body = json.dumps(mutate(random, document), separators=(",", ":"))
            version = 99 if random.random() < 0.02 else version
            batch.append((kind, version, fresh_ids(random, body).encode()))
        response = target.push_facts(batch)
        assert response.status_code == 200, (
            f"a right chain is never refused: {response.status_code}"
        )
        thrown += len(batch)
        target.counts["mutated events in a right chain"] += len(batch) - 1
    target.finish()
    return thrown


def truncated(target: Target) -> int:
    """A valid batch cut at every byte; none of them may be taken, and then the whole one is."""
    target.till.sell(member=target.anna, earn=5)
    head, _ = target._head()
    whole = pack(target.till.batch(head + 1))
    for length in range(len(whole)):
        response = target.ask("POST", PATHS["push"], whole[:length])
        assert response.status_code == 400, length
    assert target.ask("POST", PATHS["push"], whole).status_code == 200
    return len(whole)


def flipped(target: Target, seed: int, count: int) -> int:
    """Bits of a valid batch turned over, in the frame and in the JSON under it."""
    random = Random(seed)
    head, _ = target._head()
    target.till.sell(member=target.anna, earn=5)
    batch = target.till.batch(head + 1)
    whole, plain = pack(batch), zstandard.decompress(pack(batch))
    for turn in range(count):
        data = bytearray(plain if turn % 2 else whole)
        for _ in range(random.choice((1, 1, 2, 8))):
            data[random.randrange(len(data))] ^= 1 << random.randrange(8)
        body = zstandard.compress(bytes(data)) if turn % 2 else bytes(data)
        response = target.ask("POST", PATHS["push"], body)
        if response.status_code == 200 and target._head()[0] != head:
            break  # only what the chain does not cover was hit: it counts as sent
    del target.till.chain[target._head()[0] :]
    return count


def monsters() -> list[bytes]:
    """Bombs, depth, sizes and types that no till sends."""
    deep = b'{"events":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    bomb = zstandard.compress(b"\0" * (64 * 1024 * 1024))
    claimed = zstandard.ZstdCompressor(write_content_size=True).compress(b" " * 20_000_000)
    numbers = [b'{"protocol":' + n + b"}" for n in (b"1e400", b"-" + b"9" * 4000, b"0x1", b"1.0")]
    frames = zstandard.compress(b"{}") + zstandard.compress(b"{}")
    plain = [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"',
        b"\xff\xfe",
        b"\0" * 100,
        b"{" * 5000,
        deep,
        *numbers,
    ]
    return [bomb, claimed, frames, b"", b"(\xb5/\xfd", *map(zstandard.compress, plain), *plain]


def monstrous(target: Target) -> int:
    """Every monster at every door."""
    thrown = 0
    for path in [*PATHS.values(), "/v1/activity", "/v1/choice"]:
        for body in monsters():
            assert target.ask("POST", path, body).status_code in range(200, 500)
            thrown += 1
    return thrown


def _same_life(message: Any) -> Any:
    """A signed push of a later incarnation fences this one for good: not what is tried here."""
    if isinstance(message, dict) and message.get("incarnation") not in (0, 1, None, ""):
        message["incarnation"] = "1"
    return message


def requests(target: Target, seed: int, count: int) -> int:
    """Valid requests of every other kind, mutated as JSON."""
    random, till = Random(seed), target.till
    base = {"protocol": 1, "terminal": till.terminal, "epoch": till.epoch}
    known = {
        "pull": base | {"cursor": {"m:000": 0, "catalog": 1}, "max_bytes": 1000, "wait_ms": 0},
        "allowance": base | {"grant": "g-1", "member": target.anna, "points": 10, "kind": "placed"},
        "lookup": base | {"kind": "card", "key": "2990000000019"},
        "settlement": base | {"business_on": "2026-11-22"},
        "enrol": {"protocol": 1, "code": "ABCD1234", "public_key": "ab" * 32, "proof": "cd" * 64,
                  "name": "Till", "incarnation": 1},
        "push": target.batch("0" * 64, []),
    }  # fmt: skip
    plain = {
        "/v1/activity": {"event": "e-1", "activity": "review", "kind": "card",
                         "member": "2990000000019", "friend_kind": "id", "friend": target.anna},
        "/v1/choice": {"kind": "id", "member": target.anna, "month": "2026-11",
                       "categories": ["tea"]},
        PATHS["card"]: {"protocol": 1, "public_key": "ab" * 32, "proof": "cd" * 64,
                        "link": "x" * 20, "certificate": "00"},
    }  # fmt: skip
    for _ in range(count):
        if random.random() < 0.3:
            path = random.choice(sorted(plain))
            body = json.dumps(mutate(random, plain[path])).encode()
        else:
            step = random.choice(sorted(known))
            path, body = PATHS[step], packed(_same_life(mutate(random, known[step])))
        target.ask("POST", path, body)
    target.finish()
    return count
