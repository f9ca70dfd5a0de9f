"""The programme as one validated, versioned document. Never half-understood: faults refuse it.

A receipt records (program id, version, content hash), so that it can be recomputed to the kopeck.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pos_app.domain.errors import Fault, ProgramRefused
from pos_app.domain.loyalty.birthday import Birthday, read_birthday
from pos_app.domain.loyalty.ledger import LotOrder, ProgramRef
from pos_app.domain.mechanics.activities import Activity, read_activity
from pos_app.domain.mechanics.cashback import Cashback, cashback_strangers, read_cashback
from pos_app.domain.mechanics.coupons import Coupon, read_coupon
from pos_app.domain.mechanics.discount import MemberDiscount, read_discount
from pos_app.domain.mechanics.draws import Draw, read_draws
from pos_app.domain.mechanics.early_access import EarlyAccess, read_early_access
from pos_app.domain.mechanics.earn import Earn, read_earn
from pos_app.domain.mechanics.entitlements import Entitlement, read_entitlement
from pos_app.domain.mechanics.gift_cards import GiftCards, read_gift_cards
from pos_app.domain.mechanics.memberships import Membership, membership_strangers, read_membership
from pos_app.domain.mechanics.offers import Offer, offer_strangers, read_offers
from pos_app.domain.mechanics.partners import Partner, partner_strangers, read_partners
from pos_app.domain.mechanics.policies import Policies, read_policies
from pos_app.domain.mechanics.redeem import Redeem, read_redeem
from pos_app.domain.mechanics.rewards import Reward, read_rewards, reward_strangers
from pos_app.domain.mechanics.segments import Segment, read_segments
from pos_app.domain.mechanics.stamps import StampCard, read_stamps, stamp_strangers
from pos_app.domain.mechanics.tiers import Tiers, read_tiers
from pos_app.domain.money import Currency
from pos_app.domain.promotion.promotion import (
    Promotion,
    coupon_strangers,
    read_promotion,
)
from pos_app.domain.reading import Reader

VERSION_MOST = 1_000_000_000
SCHEMA = 1
LOT_ORDERS = tuple(order.value for order in LotOrder)
DIGITS_MOST = 4
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Program:
    """A programme, whole. `ref` identifies it on every receipt."""

    ref: ProgramRef
    names: dict[str, str]
    valid_from: datetime
    currency: Currency
    tiers: Tiers
    member_discounts: tuple[MemberDiscount, ...]
    promotions: tuple[Promotion, ...]
    earn: Earn
    redeem: Redeem
    node_budget: int = 20_000
    cash_rounding_minor: int = 0
    return_policy: str = "difference"
    policies: Policies = Policies()
    coupons: tuple[Coupon, ...] = ()
    cashback: Cashback = Cashback()
    stamps: tuple[StampCard, ...] = ()
    offers: tuple[Offer, ...] = ()
    draws: tuple[Draw, ...] = ()
    rewards: tuple[Reward, ...] = ()
    birthday: Birthday = Birthday()
    memberships: tuple[Membership, ...] = ()
    entitlements: tuple[Entitlement, ...] = ()
    activities: tuple[Activity, ...] = ()
    partners: tuple[Partner, ...] = ()
    segments: tuple[Segment, ...] = ()
    gift_cards: GiftCards = GiftCards()
    goodwill_return_deducts: bool = False
    lot_order: LotOrder = LotOrder.EARLIEST_EXPIRY_FIRST
    early_access: tuple[EarlyAccess, ...] = ()


def content_hash(document: Any) -> str:
    """SHA-256 of the canonical JSON of a document, in hex."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def load(data: bytes | str) -> Program:
    """A program from its JSON; ProgramRefused with every fault (path and reason) otherwise."""
    try:
        document = json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise ProgramRefused((Fault("document", f"is not JSON: {error}"),)) from error
    faults: list[Fault] = []
    program = read_program(Reader(document, "", faults), content_hash(document))
    _judge(program, faults)
    if faults:
        raise ProgramRefused(tuple(faults))
    return program


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON lets the last of two equal names win; a rule must not vanish that way."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(n for n in names if names.count(n) > 1)!r} is named twice")
    return found


def read_program(doc: Reader, digest: str) -> Program:
    """The whole document; faults stay with the reader. The JSON Schema is taken from here."""
    if doc.integer("schema", SCHEMA) != SCHEMA:
        doc.fault("schema", f"this release reads schema {SCHEMA}")
    money = doc.child("currency")
    currency = Currency(money.text("code"), money.integer("minor_digits", 2, 0, DIGITS_MOST))
    money.finish()
    digits = currency.minor_digits
    program = Program(
        ref=ProgramRef(doc.text("program"), doc.integer("version", least=1), digest),
        names=doc.names("name"),
        valid_from=doc.instant("valid_from") or EPOCH,
        currency=currency,
        tiers=read_tiers(doc.child("tiers"), digits),
        member_discounts=tuple(read_discount(d, digits) for d in doc.children("member_discounts")),
        promotions=tuple(read_promotion(p, digits) for p in doc.children("promotions")),
        earn=read_earn(doc.child("earn"), digits),
        redeem=read_redeem(doc.child("redeem"), digits),
        node_budget=doc.integer("node_budget", 20_000, least=1),
        cash_rounding_minor=doc.decimal("cash_rounding", digits, "0"),
        return_policy=doc.choice("return_policy", ("difference", "proportional"), "difference"),
        policies=read_policies(doc.child("policies")),
        coupons=tuple(read_coupon(one) for one in doc.children("coupons")),
        cashback=read_cashback(doc.child("cashback"), digits),
        stamps=read_stamps(doc.child("stamps"), digits),
        offers=read_offers(doc.child("offers"), digits),
        draws=read_draws(doc.child("draws"), digits),
        rewards=read_rewards(doc.child("rewards"), digits),
        birthday=read_birthday(doc.child("birthday")),
        memberships=tuple(read_membership(one) for one in doc.children("memberships")),
        entitlements=tuple(read_entitlement(one) for one in doc.children("entitlements")),
        activities=tuple(read_activity(one, digits) for one in doc.children("activities")),
        partners=read_partners(doc.child("partners"), digits),
        segments=read_segments(doc.child("segments"), digits),
        early_access=tuple(read_early_access(e, digits) for e in doc.children("early_access")),
        gift_cards=read_gift_cards(doc.child("gift_cards"), digits),
        goodwill_return_deducts=doc.flag("goodwill_return_deducts", False),
        lot_order=LotOrder(doc.choice("lot_order", LOT_ORDERS, LOT_ORDERS[0])),
    )
    doc.finish()
    return program


def _judge(program: Program, faults: list[Fault]) -> None:
    """Contradictions between parts: doubled ids, tiers that do not exist."""
    known = {t.tier_id for t in program.tiers.tiers}
    seen: set[str] = set()
    if program.ref.version > VERSION_MOST:
        faults.append(Fault("version", f"more than {VERSION_MOST} is no version"))
    for path, rule_id, tiers in _named_parts(program):
        if rule_id in seen:
            faults.append(Fault(f"{path}.id", f"{rule_id!r} is used twice"))
        seen.add(rule_id)
        for tier in sorted(tiers - known):
            faults.append(Fault(path, f"there is no tier {tier!r}"))
    faults.extend(_strangers(program))


def _strangers(program: Program) -> Iterator[Fault]:
    """Rules, promotions and offers that one section names and no other has."""
    promotions = {p.promotion_id: p.when.segments for p in program.promotions}
    yield from cashback_strangers(program.cashback, {r.rule_id for r in program.earn.rules})
    yield from stamp_strangers(program.stamps, promotions)
    yield from reward_strangers(program.rewards, {t.tier_id for t in program.tiers.tiers})
    paths = {f"promotions[{i}]": p.when for i, p in enumerate(program.promotions)}
    paths |= {f"member_discounts[{i}]": d.when for i, d in enumerate(program.member_discounts)}
    paths |= {f"earn.rules[{i}]": r.when for i, r in enumerate(program.earn.rules)}
    segments = {path: when.segments for path, when in paths.items()}
    yield from offer_strangers(program.offers, segments)
    segments |= {f"entitlements[{i}]": e.when.segments for i, e in enumerate(program.entitlements)}
    yield from membership_strangers(program.memberships, segments)
    coupons = frozenset(c.coupon_id for c in program.coupons)
    yield from partner_strangers(program.partners, segments, coupons)
    yield from coupon_strangers(program.promotions, coupons)


Part = tuple[str, str, frozenset[str]]
"""(path, id with its kind where ids of kinds may be equal, tiers that it names)."""


def _named_parts(program: Program) -> list[Part]:
    return [*_priced_parts(program), *_member_parts(program)]


def _priced_parts(program: Program) -> Iterator[Part]:
    for i, p in enumerate(program.promotions):
        yield f"promotions[{i}]", p.promotion_id, p.when.tiers
    for i, d in enumerate(program.member_discounts):
        yield f"member_discounts[{i}]", d.discount_id, d.when.tiers | set(d.by_tier)
    for i, r in enumerate(program.earn.rules):
        yield f"earn.rules[{i}]", r.rule_id, r.when.tiers | set(r.by_tier)


def _member_parts(program: Program) -> Iterator[Part]:
    nobody: frozenset[str] = frozenset()
    named: dict[str, list[tuple[str, frozenset[str]]]] = {
        "tiers.list": [(f"tier {t.tier_id}", nobody) for t in program.tiers.tiers],
        "coupons": [(f"coupon {c.coupon_id}", nobody) for c in program.coupons],
        "memberships": [
            (f"membership {m.membership_id}", frozenset({m.tier_id} - {""}))
            for m in program.memberships
        ],
        "segments.list": [(f"segment {s.segment_id}", s.tiers) for s in program.segments],
        "entitlements": [
            (f"entitlement {e.entitlement_id}", e.when.tiers) for e in program.entitlements
        ],
        "early_access": [(f"early access {e.access_id}", e.tiers) for e in program.early_access],
        "activities": [(f"activity {a.activity_id}", nobody) for a in program.activities],
        "partners.list": [(f"partner {p.partner_id}", nobody) for p in program.partners],
    }
    for path, parts in named.items():
        for i, (rule_id, tiers) in enumerate(parts):
            yield f"{path}[{i}]", rule_id, tiers
