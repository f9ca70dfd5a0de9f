"""Rows of the feed <-> what the rules know: items, members, operators. Never a history."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from pos_app.domain.item import DatedPrice, Item
from pos_app.domain.loyalty.choosing import Choices, Chosen
from pos_app.domain.loyalty.ledger import Lot
from pos_app.domain.loyalty.member import Member
from pos_app.domain.loyalty.tally import Tallies
from pos_app.domain.quantity import Unit
from pos_app.domain.rights import Operator, Right
from sync.translate.instants import (
    day,
    instant,
    instant_text,
    optional_day,
    optional_day_text,
    optional_instant,
    optional_instant_text,
)
from sync.wire.rows import ChosenRow, ItemRow, LotRow, MemberRow, OperatorRow, PriceRow

Keys = tuple[tuple[str, str], ...]


def item_row(item: Item) -> ItemRow:
    """An item; `extra` stays at home."""
    return ItemRow(
        id=item.item_id,
        name=item.name,
        prices=tuple(PriceRow(p.since_on.isoformat(), p.price_minor) for p in item.prices),
        categories=item.categories,
        brand=item.brand,
        unit=item.unit.value,
        tax_class=item.tax_class,
        codes=item.codes,
        plu=item.plu,
        age_limit=item.age_limit,
        marking=item.marking,
        regulated=item.regulated,
        floor=item.floor_minor,
        discountable=item.discountable,
        points_allowed=item.points_allowed,
        earns=item.earns,
        volume_ml=item.volume_ml,
        ceiling=item.ceiling_minor,
    )


def item_from_row(row: ItemRow) -> Item:
    """The reverse; ValueError for an unknown unit or a date that is none."""
    return Item(
        item_id=row.id,
        name=row.name,
        prices=tuple(DatedPrice(day(p.since_on), p.price) for p in row.prices),
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


def lot_row(lot: Lot) -> LotRow:
    """One lot."""
    return LotRow(
        lot.lot_id, lot.points, lot.available_on.isoformat(), optional_day_text(lot.expires_on)
    )


def lot_from_row(row: LotRow) -> Lot:
    """The reverse."""
    return Lot(row.id, row.points, day(row.available_on), optional_day(row.expires_on))


def member_row(member: Member, keys: Keys = ()) -> MemberRow:
    """A member with the keys it is found by: (kind, key) with kind phone, card, code."""
    return MemberRow(
        id=member.member_id,
        display_name=member.display_name,
        tier=member.tier_id,
        tier_until=optional_day_text(member.tier_until),
        phone_last4=member.phone_last4,
        card_last4=member.card_last4,
        keys=keys,
        lots=tuple(lot_row(lot) for lot in member.lots),
        debt=member.debt,
        spend_by_month=dict(member.spend_by_month),
        lifetime_spend=member.lifetime_spend_minor,
        segments=tuple(sorted(member.segments)),
        birthday=_window_text(member.birthday),
        birthday_next=_window_text(member.birthday_next),
        enrolled_on=optional_day_text(member.enrolled_on),
        confirmed=member.confirmed,
        blocked=member.blocked,
        home_store=member.home_store,
        as_of=optional_instant_text(member.as_of),
        posted=dict(member.posted),
        tallies=tallies_nested(member.tallies),
        choices=choice_rows(member.choices),
        pin=member.pin_verifier,
    )


def member_from_row(row: MemberRow) -> Member:
    """The reverse; the keys stay in the row."""
    return Member(
        member_id=row.id,
        display_name=row.display_name,
        tier_id=row.tier,
        tier_until=optional_day(row.tier_until),
        phone_last4=row.phone_last4,
        card_last4=row.card_last4,
        lots=tuple(lot_from_row(lot) for lot in row.lots),
        debt=row.debt,
        spend_by_month=MappingProxyType(dict(row.spend_by_month)),
        lifetime_spend_minor=row.lifetime_spend,
        segments=frozenset(row.segments),
        birthday=_window(row.birthday),
        birthday_next=_window(row.birthday_next),
        enrolled_on=optional_day(row.enrolled_on),
        confirmed=row.confirmed,
        blocked=row.blocked,
        home_store=row.home_store,
        as_of=optional_instant(row.as_of),
        posted=MappingProxyType(dict(row.posted)),
        tallies=MappingProxyType(tallies_flat(row.tallies)),
        choices=MappingProxyType(choices_from_rows(row.choices)),
        pin_verifier=row.pin,
    )


def _window_text(window: tuple[date, date] | None) -> tuple[str, str] | None:
    return (window[0].isoformat(), window[1].isoformat()) if window else None


def _window(window: tuple[str, str] | None) -> tuple[date, date] | None:
    return (day(window[0]), day(window[1])) if window else None


def tallies_nested(tallies: Tallies) -> dict[str, dict[str, int]]:
    """By tally, then by period."""
    found: dict[str, dict[str, int]] = {}
    for (tally, period), amount in tallies.items():
        found.setdefault(tally, {})[period] = amount
    return found


def tallies_flat(nested: Mapping[str, Mapping[str, int]]) -> dict[tuple[str, str], int]:
    """The reverse."""
    return {(tally, period): n for tally, by in nested.items() for period, n in by.items()}


def choice_rows(choices: Choices) -> dict[str, ChosenRow]:
    """By month."""
    return {
        month: ChosenRow(chosen.categories, instant_text(chosen.at))
        for month, chosen in choices.items()
    }


def choices_from_rows(rows: Mapping[str, ChosenRow]) -> dict[str, Chosen]:
    """The reverse."""
    return {month: Chosen(month, row.categories, instant(row.at)) for month, row in rows.items()}


def operator_row(operator: Operator) -> OperatorRow:
    """An operator with the verifier of the PIN, rights by name."""
    return OperatorRow(
        id=operator.operator_id,
        name=operator.name,
        role=operator.role,
        pin_hash=operator.pin_hash,
        rights=tuple(sorted(right.value for right in operator.rights)),
        language=operator.language,
        discount_limit_ppm=operator.discount_limit_ppm,
        own_member=operator.own_member_id,
    )


def operator_from_row(row: OperatorRow) -> Operator:
    """The reverse; a right that only a newer till knows is left out, not refused."""
    known = {right.value for right in Right}
    return Operator(
        operator_id=row.id,
        name=row.name,
        role=row.role,
        pin_hash=row.pin_hash,
        rights=frozenset(Right(name) for name in row.rights if name in known),
        language=row.language,
        discount_limit_ppm=row.discount_limit_ppm,
        own_member_id=row.own_member,
    )
