"""Small pieces of wording that several screens share. Never a decision."""

from collections.abc import Collection, Iterable, Sequence

from pos_app.ui.desk import Desk, Row
from pos_app.workstation.chip_view import CouponView
from pos_app.workstation.view import FoundItem, FoundMember, RewardView, TillView
from pos_app.workstation.waiting_view import SuspendedView
from resources.words import Words


def words_of(desk: Desk) -> Words:
    """The voice of the desk's present language, on the store's clock."""
    now = desk.view.now
    return Words(desk.settings.language, now.tzinfo if now else None)


def money(words: Words, view: TillView, minor: int) -> str:
    """`3 189,14 ₽` in the till's currency."""
    return words.money(minor, view.currency)


def amount(words: Words, view: TillView, minor: int) -> str:
    """`3 189,14`, for columns whose head names the currency."""
    return words.amount(minor, view.currency)


def item_row(desk: Desk, item: FoundItem) -> Row:
    """A found item: name, code, price."""
    words = words_of(desk)
    price = words.money(item.unit_price_minor, desk.view.currency)
    per = words.text(f"unit.per_{item.unit}") if words.knows(f"unit.per_{item.unit}") else ""
    return Row(item.name, item.code, price + per, item.item_id)


def member_row(member: FoundMember) -> Row:
    """A found member: name, what tells namesakes apart, tier."""
    tail = " · ".join(f"··{digits}" for digits in (member.phone_last4, member.card_last4) if digits)
    return Row(member.display_name, tail, member.tier_name, member.id)


def suspended_row(desk: Desk, one: SuspendedView) -> Row:
    """A waiting receipt: label or time, lines, total; and that the till was cut short over it,
    that it may have been paid since, or that it is half of an exchange."""
    words = words_of(desk)
    at = words.format(one.at)
    lines = words.text("ui.lines", n=one.lines)
    total = words.money(one.total_minor, desk.view.currency)
    told = [at, lines] if one.label else [at]
    told += [words.text("ui.cut_short")] if one.cut and not one.put_back else []
    told += [words.text("ui.put_back")] if one.put_back else []
    half = words.money(one.paid_minor, desk.view.currency) if one.paid_minor else ""
    told += [words.text("ui.half_waits", paid=half)] if half else []
    return Row(one.label or lines, " · ".join(told), total, one.id)


def reward_row(desk: Desk, one: RewardView) -> Row:
    """A reward: its name, why not now, what it costs; ticked when it is on the receipt."""
    words = words_of(desk)
    why = words.say(one.why_not) if one.why_not else ""
    return Row(one.name, why, words.number(one.points), one.id, "check" if one.claimed else "gift")


def coupon_row(desk: Desk, one: CouponView) -> Row:
    """A coupon: its name, what it saves or why it does nothing; ticked where it counts."""
    words = words_of(desk)
    said = words.say(one.why_not) if one.why_not else words.text("ui.coupon_applied")
    if one.saves_minor:
        said = words.money(-one.saves_minor, desk.view.currency)
    icon = "check" if one.applied else "triangle-alert"
    return Row(one.name, said, value=one.id, icon=icon)


def consent_rows(desk: Desk, consents: Sequence[str], signed: Collection[str]) -> list[Row]:
    """Documents that a new member may have signed; Ctrl and a row's number tick it."""
    words = words_of(desk)
    return [
        Row(words.text(f"consent.{one}"), value=one, icon="check" if one in signed else "minus")
        for one in consents
    ]


def name_row(desk: Desk, value: str, name: str) -> Row:
    """The name that a new member may tell; nobody has to."""
    words = words_of(desk)
    return Row(name or words.text("ui.enrol_name"), value=value, icon="check" if name else "minus")


def reason_rows(desk: Desk, reasons: Iterable[str]) -> list[Row]:
    """Reasons to choose from, in words."""
    words = words_of(desk)
    return [Row(words.text(f"reason.{reason}"), value=reason) for reason in reasons]
