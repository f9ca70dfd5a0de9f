"""Whose signatures a till believes with no network. Never holds a private key.

The server signs member cards and the keys of tills; a till signs the coupons that it prints.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pos_app.domain.ports import Signatures, Signer

_TILL_KEY = b"kopilka till key 1\n"
_TILL_STORE = b"kopilka till store 1\n"
_ISSUER_ID_LETTERS = 8
_TILL_ID_LETTERS = 24


def issuer_id(public_key: bytes) -> str:
    """Names a key of the server on a member's card: 8 hex letters."""
    return hashlib.sha256(public_key).hexdigest()[:_ISSUER_ID_LETTERS]


def till_key_id(public_key: bytes) -> str:
    """Names a till's key on a coupon: 24 hex letters, the id of the terminal that has it."""
    return hashlib.sha256(public_key).hexdigest()[:_TILL_ID_LETTERS]


@dataclass(frozen=True, slots=True)
class Trust:
    """Public keys by id. `issuer`: the server's, of now and of before; `till`: certified ones."""

    signatures: Signatures
    issuer: Callable[[str], bytes | None]
    till: Callable[[str], bytes | None]


def certify_till(public_key: bytes, issuer: Signer, store_id: str = "") -> dict[str, str]:
    """What every till of the chain is told of a till's key: {"key", "signature"}, in hex.

    With a store also {"store", "in_store"}: where it stands, under a signature of its own.
    """
    signature = issuer.sign(_TILL_KEY + public_key)
    told = {"key": public_key.hex(), "signature": signature.hex()}
    if store_id:
        in_store = issuer.sign(_store_text(public_key, store_id))
        told |= {"store": store_id, "in_store": in_store.hex()}
    return told


def _store_text(public_key: bytes, store_id: str) -> bytes:
    return _TILL_STORE + public_key + b"\n" + store_id.encode()


def certified_till(
    value: Any, key_id: str, issuers: Mapping[str, bytes], signatures: Signatures
) -> bytes | None:
    """The key behind an id, if an issuer has certified it; None for anything else."""
    if not isinstance(value, Mapping):
        return None
    try:
        key, signature = (bytes.fromhex(str(value[name])) for name in ("key", "signature"))
    except (KeyError, ValueError):
        return None
    if till_key_id(key) != key_id:
        return None
    known = issuers.values()
    return key if any(signatures.genuine(i, _TILL_KEY + key, signature) for i in known) else None


def till_beside(
    value: Any, key_id: str, store_id: str, issuers: Mapping[str, bytes], signatures: Signatures
) -> bytes | None:
    """The key behind an id if an issuer says that this till stands in that store; else None."""
    key = certified_till(value, key_id, issuers, signatures)
    if key is None or value.get("store") != store_id:
        return None
    try:
        signature = bytes.fromhex(str(value.get("in_store", "")))
    except ValueError:
        return None
    text = _store_text(key, store_id)
    return key if any(signatures.genuine(i, text, signature) for i in issuers.values()) else None
