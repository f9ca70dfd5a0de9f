"""What a row says of a person, sealed under the member's own key wherever the database keeps it.

A stored row is the row without the person and, as its last field, `sealed`: the wrapped key and
the ciphertext. Who holds the database alone reads a pseudonym; erasing a member leaves no key.
Never decides what a till may hear: a row goes out as it was put in.
"""

import base64
import hashlib
import hmac

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Raw, Struct

from pos_app.gear.secrets import SealBroken, random_bytes, unwrap, wrap
from sync.wire.codec import canonical
from sync.wire.messages import FeedRow
from sync.wire.rows import MemberRow

ERASED = "erased"
"""`Member.blocked` of one whose person was destroyed: nobody hears of the row any more."""
MEMBER = "member"
WRAPPED_BYTES = 12 + 32 + 16
_NONCE_BYTES = 12
_FIELD, _END = b',"sealed":"', b'"}'
_NAMELESS = b'"display_name":"",'
_NOBODY = b'"display_name":""'


class _Person(Struct, omit_defaults=True):
    """The fields of a MemberRow that tell who it is."""

    display_name: str
    phone_last4: str = ""
    card_last4: str = ""
    keys: tuple[tuple[str, str], ...] = ()
    pin: str = ""


def person_of(row: MemberRow) -> bytes:
    """The personal fields, as JSON without its braces."""
    who = _Person(row.display_name, row.phone_last4, row.card_last4, row.keys, row.pin)
    return canonical(who)[1:-1]


def without_person(row: MemberRow) -> MemberRow:
    """The same row with the personal fields empty."""
    return msgspec.structs.replace(
        row, display_name="", phone_last4="", card_last4="", keys=(), pin=""
    )


def seal(master: bytes, wrapped: bytes, member_id: str, person: bytes) -> str:
    """Wrapped key and ciphertext as one text; "" for nobody. A new key if `wrapped` is empty.

    The nonce comes from the content: what has not changed is sealed to the same text.
    """
    if person == _NOBODY:
        return ""
    whose = member_id.encode()
    wrapped = wrapped or wrap(master, random_bytes(32), whose)
    key = unwrap(master, wrapped, whose)
    nonce = hmac.digest(key, person, hashlib.sha256)[:_NONCE_BYTES]
    return base64.b64encode(wrapped + nonce + AESGCM(key).encrypt(nonce, person, whose)).decode()


def wrapped_in(sealed: str) -> bytes:
    """The wrapped key of a sealed text; empty for nobody."""
    return base64.b64decode(sealed)[:WRAPPED_BYTES]


def stored(row: MemberRow, sealed: str) -> bytes:
    """A row as the database keeps it."""
    return sealed_text(without_person(row), sealed)


def sealed_text(row: MemberRow, sealed: str) -> bytes:
    """The same for a row that names nobody any more."""
    rest = canonical(row)
    return rest[:-1] + _FIELD + sealed.encode() + _END if sealed else rest


def sealed_of(text: bytes) -> str:
    """The sealed part of a stored row; "" for none."""
    at = text.rfind(_FIELD)
    return text[at + len(_FIELD) : -len(_END)].decode() if at >= 0 else ""


def opened(master: bytes, member_id: str, text: bytes) -> bytes:
    """A stored row as it was put in: the reverse of `stored`; a row of older days is returned.

    One whose key does not open it says nothing of the person.
    """
    at = text.rfind(_FIELD)
    if at < 0:
        return text
    rest, sealed = text[:at], base64.b64decode(text[at + len(_FIELD) : -len(_END)])
    try:
        key = unwrap(master, sealed[:WRAPPED_BYTES], member_id.encode())
        person = unwrap(key, sealed[WRAPPED_BYTES:], member_id.encode())
    except SealBroken:
        return rest + b"}"
    return rest.replace(_NAMELESS, b"", 1) + b"," + person + b"}"


def opened_row(master: bytes, row: FeedRow) -> FeedRow:
    """A row of the feed as a till hears it."""
    if row.kind == MEMBER and not row.deleted:
        row.body = Raw(opened(master, row.id, bytes(row.body)))
    return row
