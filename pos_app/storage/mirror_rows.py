"""Bodies of mirrored rows as domain objects. A body nobody can read is None, never an exception.

The shapes are those of `sync.wire.rows`, read leniently: unknown fields of a newer server are
skipped, an unknown right or unit does not stop the till.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct

from pos_app.domain.item import DatedPrice, Item
from pos_app.domain.loyalty.choosing import Chosen
from pos_app.domain.loyalty.gift_card import GiftCard
from pos_app.domain.loyalty.ledger import Lot
from pos_app.domain.loyalty.member import Member
from pos_app.domain.quantity import Unit
from pos_app.domain.rights import Operator, Right

T = TypeVar("T")


class _Price(Struct):
    since_on: date
    price: int


class _Item(Struct):
    id: str
    name: str
    prices: tuple[_Price, ...]
    categories: tuple[str, ...] = ()
    brand: str = ""
    unit: str = "piece"
    tax_class: str = "standard"
    codes: tuple[str, ...] = ()
    plu: str = ""
    age_limit: int = 0
    marking: str = ""
    regulated: str = ""
    floor: int = 0
    discountable: bool = True
    points_allowed: bool = True
    earns: bool = True
    volume_ml: int = 0
    ceiling: int = 0


class _Lot(Struct):
    id: str
    points: int
    available_on: date
    expires_on: date | None = None


class _Chosen(Struct):
    categories: tuple[str, ...]
    at: datetime


class _Member(Struct):
    id: str
    display_name: str
    tier: str = ""
    tier_until: date | None = None
    phone_last4: str = ""
    card_last4: str = ""
    lots: tuple[_Lot, ...] = ()
    debt: int = 0
    spend_by_month: dict[str, int] = {}
    lifetime_spend: int = 0
    segments: frozenset[str] = frozenset()
    birthday: tuple[date, date] | None = None
    birthday_next: tuple[date, date] | None = None
    enrolled_on: date | None = None
    confirmed: bool = True
    blocked: str = ""
    home_store: str = ""
    as_of: datetime | None = None
    posted: dict[str, int] = {}
    tallies: dict[str, dict[str, int]] = {}
    choices: dict[str, _Chosen] = {}
    pin: str = ""


class _GiftCard(Struct):
    id: str
    balance: int = 0
    issued: bool = False
    expires_on: date | None = None
    blocked: str = ""
    posted: dict[str, int] = {}
    as_of: datetime | None = None


class _Operator(Struct):
    id: str
    name: str
    role: str
    pin_hash: str
    rights: frozenset[str]
    language: str = "ru"
    discount_limit_ppm: int = 0
    own_member: str | None = None


class _Program(Struct):
    document: Raw


class _Setting(Struct):
    value: Any


_ITEM = msgspec.json.Decoder(_Item)
_MEMBER = msgspec.json.Decoder(_Member)
_GIFT_CARD = msgspec.json.Decoder(_GiftCard)
_OPERATOR = msgspec.json.Decoder(_Operator)
_PROGRAM = msgspec.json.Decoder(_Program)
_SETTING = msgspec.json.Decoder(_Setting)
_RIGHTS = {right.value: right for right in Right}


def item_of(body: bytes) -> Item:
    """An item of the catalogue."""
    row = _ITEM.decode(body)
    return Item(
        item_id=row.id,
        name=row.name,
        prices=tuple(
            DatedPrice(p.since_on, p.price) for p in sorted(row.prices, key=lambda p: p.since_on)
        ),
        categories=row.categories,
        brand=row.brand,
        unit=Unit(row.unit),
        tax_class=row.tax_class,
        codes=row.codes,
        plu=row.plu,
        age_limit=row.age_limit,
        marking=row.marking,
        regulated=row.regulated,
        floor_minor=row.floor,
        discountable=row.discountable,
        points_allowed=row.points_allowed,
        earns=row.earns,
        volume_ml=row.volume_ml,
        ceiling_minor=row.ceiling,
    )


def member_of(body: bytes) -> Member:
    """A member as the server last told."""
    row = _MEMBER.decode(body)
    return Member(
        member_id=row.id,
        display_name=row.display_name,
        tier_id=row.tier,
        tier_until=row.tier_until,
        phone_last4=row.phone_last4,
        card_last4=row.card_last4,
        lots=tuple(Lot(x.id, x.points, x.available_on, x.expires_on) for x in row.lots),
        debt=row.debt,
        spend_by_month=row.spend_by_month,
        lifetime_spend_minor=row.lifetime_spend,
        segments=row.segments,
        birthday=row.birthday,
        birthday_next=row.birthday_next,
        enrolled_on=row.enrolled_on,
        confirmed=row.confirmed,
        blocked=row.blocked,
        home_store=row.home_store,
        as_of=row.as_of,
        posted=row.posted,
        tallies={(t, p): n for t, by in row.tallies.items() for p, n in by.items()},
        choices={m: Chosen(m, one.categories, one.at) for m, one in row.choices.items()},
        pin_verifier=row.pin,
    )


def gift_card_of(body: bytes) -> GiftCard:
    """A gift card as the server last told."""
    row = _GIFT_CARD.decode(body)
    return GiftCard(
        row.id, row.balance, 0, row.expires_on, row.issued, row.blocked, row.posted, row.as_of
    )


def operator_of(body: bytes) -> Operator:
    """Somebody who may sign on; rights of a newer program are left out."""
    row = _OPERATOR.decode(body)
    return Operator(
        operator_id=row.id,
        name=row.name,
        role=row.role,
        pin_hash=row.pin_hash,
        rights=frozenset(_RIGHTS[name] for name in row.rights if name in _RIGHTS),
        language=row.language,
        discount_limit_ppm=row.discount_limit_ppm,
        own_member_id=row.own_member,
    )


def document_of(body: bytes) -> bytes:
    """The program document inside its row, byte for byte."""
    return bytes(_PROGRAM.decode(body).document)


def value_of(body: bytes) -> Any:
    """The value of a setting."""
    return _SETTING.decode(body).value


def readable(bodies: Sequence[bytes], read: Callable[[bytes], T]) -> list[T]:
    """What can be read of these bodies."""
    found = []
    for body in bodies:
        try:
            found.append(read(body))
        except (msgspec.MsgspecError, ValueError):
            continue
    return found


Told = TypeVar("Told", Member, GiftCard)


def newest(rows: Sequence[Told]) -> Told | None:
    """Of one member (or card) in several scopes the state that the server told last."""
    if len(rows) < 2:
        return rows[0] if rows else None
    return max(rows, key=lambda one: one.as_of or datetime.min.replace(tzinfo=UTC))
