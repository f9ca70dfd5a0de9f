"""Gift cards and limited coupons as accounts: what they hold, and what of it is promised.

Derived state beside append-only entries and deeds, kept so that a grant, a void or a move works on
them as on a member's points. Never the truth, and never a person.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from pos_app.domain.loyalty.gift_card import GiftCard
from pos_app.domain.loyalty.owner import COUPON, GIFT_CARD
from pos_app.domain.mechanics.coupons import find_coupon
from sync.server.engine import bulk
from sync.server.engine.schema import bearer
from sync.server.engine.services import MICROSECOND, Services
from sync.server.settings.tiering import program_in_force
from sync.translate.gift_cards import gift_card_row
from sync.translate.instants import instant_text, optional_day, optional_instant
from sync.wire.codec import canonical
from sync.wire.rows import GiftCardRow


class BearerDoc(Struct, omit_defaults=True):
    """`blocked`: why nothing is granted; `posted`: terminal -> its last event contained;
    `most`: uses that a coupon has in all; `stores`: where a card was last, newest first; `groups`:
    whose scopes carry its row; `as_of`: of when its row is."""

    issued: bool = False
    blocked: str = ""
    posted: dict[str, int] = {}
    most: int = 0
    stores: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    as_of: str = ""


@dataclass(slots=True)
class Bearer:
    """`balance`: minor units on a gift card, or uses left of a coupon; below zero is overdrawn."""

    owner: str
    balance: int = 0
    expires_on: str = ""
    doc: BearerDoc = field(default_factory=BearerDoc)

    def free(self, reserved: int) -> int:
        """What nobody has promised yet."""
        return 0 if self.doc.blocked else self.balance - reserved

    @property
    def is_card(self) -> bool:
        """Whether tills mirror it as a gift card; a coupon is told as a setting."""
        return not self.owner.startswith(COUPON)

    def stamp(self, now: datetime) -> None:
        """Its state is of now; never of before the last one, wherever the server's clock went."""
        before = optional_instant(self.doc.as_of or None)
        back = before is not None and now < before
        self.doc.as_of = instant_text(before + MICROSECOND if before and back else now)

    def shown(self) -> GiftCardRow:
        """A gift card as tills mirror it."""
        doc = self.doc
        card = GiftCard(
            self.owner,
            self.balance,
            expires_on=optional_day(self.expires_on or None),
            issued=doc.issued,
            blocked=doc.blocked,
            posted=doc.posted,
            as_of=optional_instant(doc.as_of or None),
        )
        return gift_card_row(card)


def load(
    connection: Connection, bucket: int, owners: Iterable[str]
) -> Iterable[tuple[Bearer, int]]:
    """(bearer, reserved) of those that are there."""
    rows = connection.execute(
        sa.select(bearer).where(
            bearer.c.bucket == bucket, bulk.among(connection, bearer.c.owner, owners)
        )
    )
    for row in rows:
        doc = msgspec.json.decode(row.state, type=BearerDoc)
        yield Bearer(row.owner, row.balance, row.expires_on, doc), row.reserved


def row_of(bucket: int, one: Bearer, reserved: int) -> dict[str, Any]:
    """The row of the table."""
    return {
        "bucket": bucket,
        "owner": one.owner,
        "kind": "gift_card" if one.is_card else "coupon",
        "balance": one.balance,
        "reserved": reserved,
        "expires_on": one.expires_on,
        "state": canonical(one.doc).decode(),
    }


def of_card(one: Bearer, card: GiftCard) -> None:
    """Bring a bearer to what the card's entries fold to."""
    one.balance = card.balance_minor
    one.expires_on = card.expires_on.isoformat() if card.expires_on else ""
    one.doc.issued = card.issued


def unheard(connection: Connection, services: Services, owner: str) -> Bearer | None:
    """A limited coupon that no receipt has named yet; None for anything else.

    A printed one may come from a till that is dark: the terminal that asks has read its signature.
    """
    most = uses_most(connection, services, owner)
    return Bearer(owner, most, doc=BearerDoc(most=most)) if most else None


def uses_most(connection: Connection, services: Services, owner: str) -> int:
    """How often the programme in force lets one code or serial be used; 0: no limit, no coupon."""
    if not owner.startswith(COUPON):
        return 0
    program = program_in_force(connection, services.now())
    coupon_id = owner.removeprefix(COUPON).partition("/")[0]
    found = find_coupon(program.coupons, coupon_id) if program else None
    return found.max_uses if found else 0


def is_gift_card(owner: str) -> bool:
    """Whether the owner names a gift card by its hash."""
    return owner.startswith(GIFT_CARD)
