"""Personal data at rest: each member's profile under its own key. Never logged, never in a feed.

Erasing a member is forgetting the wrapped key: what backups still hold opens for nobody.
"""

from collections.abc import Mapping

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pos_app.gear.secrets import random_bytes

_NONCE_BYTES = 12
Profile = Mapping[str, str]


def encrypt(profiles_key: bytes, member_id: str, profile: bytes) -> tuple[str, str]:
    """(ciphertext, wrapped key), both hex: AES-256-GCM, the member's id as associated data."""
    key, whose = random_bytes(32), member_id.encode()
    return _seal(key, profile, whose).hex(), _seal(profiles_key, key, whose).hex()


def decrypt(profiles_key: bytes, member_id: str, profile: tuple[str, str]) -> bytes | None:
    """The profile; None when there is none, or its key was forgotten."""
    ciphertext, wrapped = (bytes.fromhex(part) for part in profile)
    if not ciphertext or not wrapped:
        return None
    whose = member_id.encode()
    try:
        return _open(_open(profiles_key, wrapped, whose), ciphertext, whose)
    except InvalidTag:
        return None


def packed(profile: Profile) -> bytes:
    """A profile's fields as bytes."""
    return msgspec.json.encode(dict(profile))


def _seal(key: bytes, plaintext: bytes, whose: bytes) -> bytes:
    nonce = random_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, whose)


def _open(key: bytes, sealed: bytes, whose: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], whose)
