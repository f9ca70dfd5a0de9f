"""Bytes of messages: canonical JSON, zstd, hashes of the chain. Never meaning."""

import hashlib
from typing import Any, TypeVar

import msgspec
import zstandard

T = TypeVar("T")
MAX_BODY_BYTES = 16 * 1024 * 1024
GENESIS = b"\0" * 32


class GarbledMessage(ValueError):
    """Bytes that are not the message they should be: treated as lost, never half-read."""


def canonical(message: Any) -> bytes:
    """Canonical JSON: sorted keys, no spaces; equal content gives equal bytes."""
    return msgspec.json.encode(message, order="sorted")


def decode(kind: type[T], data: bytes) -> T:
    """A message of that type; GarbledMessage for anything else."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise GarbledMessage(f"{kind.__name__}: {error}") from error


def pack(message: Any, level: int = 3) -> bytes:
    """A message as it travels: zstd over JSON, with the checksum that tells a bit gone wrong."""
    return zstandard.ZstdCompressor(level, write_checksum=True).compress(canonical(message))


def unpack(kind: type[T], data: bytes, limit: int = MAX_BODY_BYTES) -> T:
    """The reverse of `pack`; a bomb or garbage is a GarbledMessage."""
    return decode(kind, inflate(data, limit))


def inflate(data: bytes, limit: int = MAX_BODY_BYTES) -> bytes:
    """Decompress at most `limit` bytes."""
    try:
        stream = zstandard.ZstdDecompressor().decompressobj()
        out = stream.decompress(data) if len(data) <= limit else b""
    except zstandard.ZstdError as error:
        raise GarbledMessage(f"not zstd: {error}") from error
    if not out and data or len(out) > limit or not stream.eof or stream.unused_data:
        raise GarbledMessage("truncated or larger than the limit")
    return out


def chain_hash(previous: bytes, seq: int, event_id: str, kind: str, body: bytes) -> bytes:
    """SHA-256 over the previous hash, the event's place and its body (32 bytes)."""
    head = f"{seq}\n{event_id}\n{kind}\n".encode()
    return hashlib.sha256(previous + head + body).digest()


def body_hash(data: bytes) -> str:
    """SHA-256 of a request or reply body, in hex."""
    return hashlib.sha256(data).hexdigest()


def signed_text(method: str, path: str, body: bytes, time: str, nonce: str) -> bytes:
    """What a terminal signs for one request."""
    return f"{method}\n{path}\n{body_hash(body)}\n{time}\n{nonce}".encode()


def ack_text(terminal: str, incarnation: int, head: int, head_hash: str) -> bytes:
    """What the server signs in a PushReply: its receipt for everything up to `head`."""
    return f"{terminal}\n{incarnation}\n{head}\n{head_hash}".encode()


def given_text(terminal: str, event_id: str, version: int, body: bytes) -> bytes:
    """What a till signs of its `transfer_out`, so that the taker can show it to the server.

    Not its place in the chain: after a restore the same event stands at another.
    """
    return f"kopilka given\n{terminal}\n{event_id}\n{version}\n{body_hash(body)}".encode()


def batch_trace(last_hash: str) -> str:
    """What a batch is called in logs: the same whenever it is sent again."""
    return last_hash[:16]


def card_text(link: str, public_key: str) -> bytes:
    """What a virtual card signs to prove its key (`CardRequest.proof`); a renewal names the old
    certificate in the link's place."""
    return f"kopilka card\n{link}\n{public_key}".encode()


def enrol_text(code: str, public_key: str) -> bytes:
    """What a new terminal signs to prove its key (`EnrolRequest.proof`)."""
    return f"kopilka enrol\n{code}\n{public_key}".encode()
