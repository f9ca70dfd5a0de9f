"""The goods, people, programme and keys of the small shop that most tests of the till stand in."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher

from pos_app.domain.identification.check_digits import gs1_check_digit
from pos_app.domain.loyalty.trust import Trust, issuer_id, till_key_id
from pos_app.domain.rights import DEFAULT_ROLES
from pos_app.gear.secrets import (
    Ed25519Signatures,
    Ed25519Signer,
    PepperedPhoneHasher,
    generate_sealing_keys,
    generate_signing_keys,
)
from sync.wire.rows import LotRow, MemberRow
from tests.sync.mirror.feeds import operator, row

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")
PEPPER = b"p" * 32
SEALING = generate_sealing_keys()
SERVER, TILL, OTHER_TILL = (generate_signing_keys() for _ in range(3))
SERVER_SIGNER, TILL_SIGNER = Ed25519Signer(SERVER.private), Ed25519Signer(TILL.private)
KEYS = {till_key_id(one.public): one.public for one in (TILL, OTHER_TILL)}
TRUST = Trust(Ed25519Signatures(), {issuer_id(SERVER.public): SERVER.public}.get, KEYS.get)
HASHER = PepperedPhoneHasher(PEPPER)
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PINS = {"ivan": "1111", "petr": "2222", "maria": "3333"}
HASHES = {name: CHEAP.hash(pin) for name, pin in PINS.items()}
MARIA = ("maria", "3333")
ANNAS_PIN = CHEAP.hash("4821")


def ean(body: str) -> str:
    return body + gs1_check_digit(body)


MILK, BREAD, SWEETS = ean("460000000001"), ean("460000000002"), ean("460000000003")
VODKA, TOBACCO, GIFT = ean("460000000004"), ean("460000000005"), ean("460000000006")
SOON, CHEESE, APPLES_PLU = ean("460000000007"), ean("460000000008"), "101"
UNKNOWN = ean("461999999999")
CARDS = {
    name: ean(f"29000000000{n}")
    for n, name in enumerate(("anna", "boris", "vera", "gleb", "dina", "olga", "tanya"), 1)
}
STRANGE_CARD = ean("290000009999")
PHONES = {
    "anna": "+79161234567",
    "boris": "+79161230002",
    "vera": "+79161230003",
    "gleb": "+79161231111",
    "dina": "+79261231111",
    "olga": "+79161230006",
    "tanya": "+79161230007",
}
STRANGE_PHONE = "8 (916) 555-44-33"

PROGRAM: dict[str, Any] = {
    "schema": 1,
    "program": "small",
    "version": 1,
    "valid_from": "2026-01-01T00:00:00+03:00",
    "name": {"ru": "Малая", "en": "Small"},
    "currency": {"code": "RUB", "minor_digits": 2},
    "tiers": {
        "period": "rolling_12_months",
        "list": [
            {"id": "base", "name": {"ru": "Участник", "en": "Member"}, "from": "0"},
            {"id": "silver", "name": {"ru": "Серебро", "en": "Silver"}, "from": "5000.00"},
        ],
    },
    "member_discounts": [
        {
            "id": "tier-discount",
            "name": {"ru": "Скидка уровня", "en": "Tier discount"},
            "kind": "tier",
            "by_tier": {"silver": "5"},
        }
    ],
    "promotions": [
        {
            "id": "sweets-3-for-2",
            "name": {"ru": "Сладости: 3 по цене 2", "en": "Sweets: 3 for 2"},
            "kind": "buy_n_pay_m",
            "buy": 3,
            "pay": 2,
            "goods": {"categories": ["Сладкое"]},
        },
        {
            "id": "autumn-bread",
            "name": {"ru": "Хлеб по купону", "en": "Bread for a coupon"},
            "kind": "amount",
            "amount": "5.00",
            "goods": {"categories": ["Хлеб"]},
            "coupon_needed": "autumn",
        },
        {
            "id": "next-off",
            "name": {"ru": "Молочное по купону", "en": "Dairy for a coupon"},
            "kind": "percent",
            "percent": "10",
            "goods": {"categories": ["Молочное"]},
            "coupon_needed": "next",
        },
        {
            "id": "come-again",
            "name": {"ru": "Приходите ещё", "en": "Come again"},
            "kind": "coupon",
            "coupon": "next",
            "conditions": [{"kind": "contains", "goods": {"categories": ["Фрукты"]}}],
        },
    ],
    "earn": {
        "rules": [{"id": "base-earn", "name": {"ru": "5 %", "en": "5 %"}, "percent": "5"}],
        "vesting_days": 1,
        "expires_after_days": 365,
    },
    "redeem": {
        "point_value": "1.00",
        "max_share": "30",
        "min_left_per_line": "0.01",
        "step": 10,
        "chip_step": 100,
        "confirm_above": 500,
    },
    "coupons": [
        {
            "id": "autumn",
            "name": {"ru": "Осенний", "en": "Autumn"},
            "kind": "code",
            "use": "multi_use",
            "codes": [{"code": "AUTUMN-7"}],
            "until": "2026-11-30",
        },
        {
            "id": "next",
            "name": {"ru": "На следующую покупку", "en": "For the next visit"},
            "kind": "printed",
            "after_days": 1,
            "days": 30,
            "offline": "accept",
        },
        {
            "id": "own",
            "name": {"ru": "Именной", "en": "Personal"},
            "kind": "printed",
            "bearer": False,
            "days": 30,
        },
        {
            "id": "leaflet",
            "name": {"ru": "Из листовки", "en": "From a leaflet"},
            "kind": "code",
            "codes": [{"prefix": "LF", "digits": 8, "check": "luhn"}],
        },
    ],
}


def member_id(name: str) -> str:
    return f"01930000-0001-7000-8000-{list(CARDS).index(name) + 1:012x}"


def member_row(name: str, ver: int, points: int = 0, **more: Any) -> Any:
    lots = (LotRow(f"lot-{name}", points, "2026-01-01", "2026-12-31"),) if points else ()
    state = MemberRow(
        id=member_id(name),
        **{
            "display_name": name.capitalize(),
            "tier": "base",
            "phone_last4": PHONES[name][-4:],
            "card_last4": CARDS[name][-4:],
            "keys": (
                ("phone", HASHER.phone_hmac(PHONES[name]).hex()),
                ("card", CARDS[name]),
                ("code", f"{name}-qr"),
            ),
            "lots": lots,
            "as_of": "2026-11-20T11:00:00+00:00",
            **more,
        },
    )
    return row("store:s1", ver, "member", state.id, state)


def goods(n: int, code: str, name: str, price: int, category: str, **more: Any) -> Any:
    prices = ({"since_on": more.pop("since", "2026-01-01"), "price": price},)
    fields = {"codes": (code,) if code else (), "plu": "", "prices": prices}
    body = {"id": f"item{n}", "name": name, "categories": (category,), **fields, **more}
    return row("chain", n, "item", f"item{n}", body)


def catalogue() -> tuple[Any, ...]:
    return (
        goods(1, MILK, "Молоко 1 л", 89_90, "Молочное", tax_class="food"),
        goods(2, BREAD, "Хлеб ржаной", 45_00, "Хлеб", tax_class="food"),
        goods(3, SWEETS, "Конфеты «Мишка»", 100_00, "Сладкое"),
        goods(4, VODKA, "Водка 0,5 л", 500_00, "Алкоголь", age_limit=18, regulated="alcohol",
              floor=409_00),
        goods(5, TOBACCO, "Сигареты", 200_00, "Табак", age_limit=18, regulated="tobacco"),
        goods(6, GIFT, "Подарочная карта 1000", 1000_00, "Карты", regulated="gift_card"),
        goods(7, SOON, "Ёлка", 900_00, "Сад", since="2026-12-01"),
        goods(8, CHEESE, "Сыр российский", 1000_00, "Молочное"),
        goods(9, "", "Яблоки", 120_00, "Фрукты", unit="g", plu=APPLES_PLU),
        goods(10, "", "Булочка", 30_00, "Хлеб", plu="102"),
        goods(11, ean("200000000011"), "Молоко топлёное", 99_00, "Молочное"),
        goods(12, "123456", "Пакет", 5_00, "Прочее"),
    )  # fmt: skip


def members() -> tuple[Any, ...]:
    return (
        member_row("anna", 1, 1250, pin=ANNAS_PIN),
        member_row("boris", 2, 500, confirmed=False),
        member_row("vera", 3, 300, blocked="stolen"),
        member_row("gleb", 4, 50),
        member_row("dina", 5, 60),
        member_row("olga", 6, 70),
        member_row("tanya", 7, 100, tier="silver", spend_by_month={"2026-10": 6000_00}),
    )


def staff() -> tuple[Any, ...]:
    def one(n: int, name: str, role: str, **more: Any) -> Any:
        rights = tuple(sorted(right.value for right in DEFAULT_ROLES[role]))
        fields = {"role": role, "rights": rights, "pin_hash": HASHES[name], **more}
        found = operator(n, n + 100, **fields)
        body = {**json.loads(bytes(found.body)), "id": name, "name": name.capitalize()}
        return row("store:s1", n + 100, "operator", name, body)

    return (
        one(1, "ivan", "cashier", own_member=member_id("olga"), discount_limit_ppm=0),
        one(2, "petr", "senior", discount_limit_ppm=100_000),
        one(3, "maria", "manager", discount_limit_ppm=500_000),
    )


def program_row(ver: int, document: Mapping[str, Any]) -> Any:
    name, version = document["program"], document["version"]
    body = {
        "program": name,
        "version": version,
        "valid_from": document["valid_from"],
        "hash": "h",
        "document": document,
    }
    return row("chain", ver, "program", f"{name}@{version}", body)
