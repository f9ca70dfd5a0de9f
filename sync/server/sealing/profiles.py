"""Personal data at rest: each member's profile under its own key. Never logged, never in a feed.

Erasing a member is forgetting the wrapped key: what backups still hold opens for nobody.
"""

from collections.abc import Mapping

import msgspec

from pos_app.gear.secrets import SealBroken, random_bytes, unwrap, wrap

Profile = Mapping[str, str]


def encrypt(
    profiles_key: bytes, member_id: str, profile: bytes, wrapped: str = ""
) -> tuple[str, str]:
    """(ciphertext, wrapped key), both hex: AES-256-GCM, the member's id as associated data.

    The key is the member's own (`wrapped`), or a new one.
    """
    whose = member_id.encode()
    kept = bytes.fromhex(wrapped) or wrap(profiles_key, random_bytes(32), whose)
    return wrap(unwrap(profiles_key, kept, whose), profile, whose).hex(), kept.hex()


def decrypt(profiles_key: bytes, member_id: str, profile: tuple[str, str]) -> bytes | None:
    """The profile; None when there is none, or its key was forgotten."""
    ciphertext, wrapped = (bytes.fromhex(part) for part in profile)
    if not ciphertext or not wrapped:
        return None
    whose = member_id.encode()
    try:
        return unwrap(unwrap(profiles_key, wrapped, whose), ciphertext, whose)
    except SealBroken:
        return None


def packed(profile: Profile) -> bytes:
    """A profile's fields as bytes."""
    return msgspec.json.encode(dict(profile))
