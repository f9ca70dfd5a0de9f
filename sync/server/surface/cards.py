"""Virtual cards: who may have one, its certificate, the member's PIN. Never a card's private key.

A link is the server's own word, good for a quarter of an hour and for one key: the phone answers it
with a public key that it proves, and gets a certificate that every till can read with no network.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.loyalty import pin
from pos_app.domain.loyalty.card_code import CardCertificate, certify, read_certificate
from pos_app.domain.loyalty.compact import (
    Unpacker,
    from_text,
    packed_name,
    packed_second,
    to_text,
)
from pos_app.domain.loyalty.trust import issuer_id, till_key_id
from pos_app.domain.ports import PinHasher
from pos_app.gear.secrets import Ed25519Signatures, Ed25519Signer, random_bytes
from sync.server.books.book import Book
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of, member_scope
from sync.server.engine.refusal import Refusal, refuse
from sync.server.engine.schema import nonce
from sync.server.engine.services import Services
from sync.server.publishing import feed
from sync.server.surface.steps import find_member
from sync.translate.instants import instant_text
from sync.wire.codec import card_text
from sync.wire.messages import CardReply, CardRequest

LINK_MINUTES = 15
CARD_DAYS = 90
RENEWED_UP_TO_DAYS = 30
"""A card that ended so long ago at most renews itself; an older one wants a new link."""
EARLIER = timedelta(minutes=5)
"""A certificate begins a little before now: no two clocks agree."""
_LINK = b"kopilka card link 1\n"
_NONCE_BYTES, _SIGNATURE_BYTES = 8, 64
_OWNER = "card"


def new_link(connection: Connection, services: Services, member_id: str) -> str:
    """What a member's phone is shown to get a card. Raises Refusal 404 for nobody."""
    known = _living(connection, member_id)
    until = services.now() + timedelta(minutes=LINK_MINUTES)
    body = packed_name(known) + packed_second(until) + random_bytes(_NONCE_BYTES)
    return to_text(body + Ed25519Signer(services.keys.signing).sign(_LINK + body))


def issue(connection: Connection, services: Services, request: CardRequest) -> CardReply | Refusal:
    """A certificate for a link, or a new one for a card that proves its key."""
    key, proof = _bytes(request.public_key), _bytes(request.proof)
    text = card_text(request.link or request.certificate, request.public_key)
    if not Ed25519Signatures().genuine(key, text, proof):
        return refuse(401, "bad_proof")
    if request.link:
        member_id = _by_link(connection, services, request.link, key)
    else:
        member_id = _by_certificate(services, request.certificate, key)
    known = find_member(connection, "id", member_id) if member_id else None
    if known is None or feed.body_of(connection, member_scope(known), "member", known) is None:
        return refuse(401, "no_card", "the link or the card is old, used or of nobody")
    return _reply(services, known, key)


def _reply(services: Services, member_id: str, key: bytes) -> CardReply:
    now, keys = services.now(), services.keys
    valid = (now - EARLIER, now + timedelta(days=CARD_DAYS))
    card = certify(member_id, key, valid, keys.signing_public, Ed25519Signer(keys.signing))
    return CardReply(
        certificate=card.packed().hex(),
        member=member_id,
        valid_until=instant_text(card.valid_until),
        server_time=services.server_time(),
    )


def _by_link(connection: Connection, services: Services, link: str, key: bytes) -> str:
    """The member of a link that nobody else has answered; empty for any other."""
    try:
        data = from_text(link)
        body, signature = data[:-_SIGNATURE_BYTES], data[-_SIGNATURE_BYTES:]
        source = Unpacker(body)
        member_id, until = source.name(), source.second()
        once = source.take(_NONCE_BYTES).hex()
    except ValueError:
        return ""
    public = services.keys.signing_public
    if not Ed25519Signatures().genuine(public, _LINK + body, signature):
        return ""
    if services.now() > until:
        return ""
    return member_id if _first_or_same(connection, services, once, key) else ""


def _first_or_same(connection: Connection, services: Services, once: str, key: bytes) -> bool:
    """A link serves one key; the same key again lost its reply."""

    def row(owner: str) -> dict[str, Any]:
        now_us = services.now_us()
        return {"bucket": bucket_of(owner), "terminal": owner, "nonce": once, "at": now_us}

    whose = f"{_OWNER} {till_key_id(key)}"
    if bulk.insert_new(connection, nonce, [row(_OWNER)]):
        bulk.insert(connection, nonce, [row(whose)])
        return True
    found = connection.execute(
        sa.select(nonce.c.at).where(
            nonce.c.bucket == bucket_of(whose), nonce.c.terminal == whose, nonce.c.nonce == once
        )
    )
    return found.one_or_none() is not None


def _by_certificate(services: Services, text: str, key: bytes) -> str:
    """The member of our own certificate of that very key, not too old; empty for any other."""
    try:
        card = read_certificate(_bytes(text))
    except ValueError:
        return ""
    old = services.now() - timedelta(days=RENEWED_UP_TO_DAYS)
    ours = card.card_key == key and _is_ours(services, card, old)
    return card.member_id if ours else ""


def _is_ours(services: Services, card: CardCertificate, not_before: datetime) -> bool:
    """Signed again it would be the same: Ed25519 signatures are deterministic (RFC 8032)."""
    keys = services.keys
    if card.issuer != issuer_id(keys.signing_public) or card.valid_until < not_before:
        return False
    valid = (card.valid_from, card.valid_until)
    signer = Ed25519Signer(keys.signing)
    return certify(card.member_id, card.card_key, valid, keys.signing_public, signer) == card


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def set_pin(
    connection: Connection, services: Services, pins: PinHasher, member_id: str, typed: str
) -> None:
    """The member's PIN from now on; an empty one takes it away. Raises Refusal 404, 422."""
    if typed and not pin.is_shaped(typed):
        raise refuse(422, "bad_pin", "4 to 8 digits")
    known = _living(connection, member_id)
    book = Book(connection, services, bucket_of(known))
    book.load([known])
    held = book.held[known]
    verifier = pins.hash_pin(typed) if typed else ""
    book.change(held, replace(held.member, pin_verifier=verifier))
    book.flush()


def _living(connection: Connection, member_id: str) -> str:
    found = find_member(connection, "id", member_id)
    if found is None or feed.body_of(connection, member_scope(found), "member", found) is None:
        raise refuse(404, "unknown_member", member_id)
    return found
