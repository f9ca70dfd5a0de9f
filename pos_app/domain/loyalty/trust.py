"""Whose signatures a till believes with no network. Never holds a private key.

The server signs member cards and the keys of tills; a till signs the coupons that it prints.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pos_app.domain.ports import Signatures, Signer

_TILL_KEY = b"kopilka till key 1\n"
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


def certify_till(public_key: bytes, issuer: Signer) -> dict[str, str]:
    """What every till of the chain is told of a till's key: {"key", "signature"}, in hex."""
    signature = issuer.sign(_TILL_KEY + public_key)
    return {"key": public_key.hex(), "signature": signature.hex()}


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
