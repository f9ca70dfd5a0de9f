"""The till's view and answers as plain JSON: decimal strings, ISO dates. Never a computation."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Protocol

from pos_app.domain.money import Currency, Money, format_decimal
from pos_app.domain.quantity import Quantity
from pos_app.domain.sentence import Points, Rate, Sentence
from pos_app.workstation.answer import Answer
from pos_app.workstation.day_view import DayView
from pos_app.workstation.view import LineView, MemberView, TillView, TransactionView


class Speaker(Protocol):
    """One language's voice."""

    def say(self, sentence: Sentence) -> str:
        """A sentence in words."""


def answer_json(answer: Answer, view: TillView, speaker: Speaker) -> dict[str, Any]:
    """{"ok", "state", "events", "data"} or {"ok": false, "error", "state"}."""
    state = state_json(view, speaker)
    if answer.refusal is not None:
        message = speaker.say(answer.refusal.text)
        error = {"code": answer.refusal.code, "message": message}
        return {"ok": False, "error": error, "state": state}
    events = [
        {"code": n.code, "message": speaker.say(n.text), "tone": n.tone.value}
        for n in answer.notices
    ]
    digits = view.currency.minor_digits
    data = {name: plain(value, digits, speaker) for name, value in answer.data.items()}
    named = {k.removesuffix("_minor"): _named(k, v, digits) for k, v in data.items()}
    return {"ok": True, "state": state, "events": events, "data": named}


AMOUNT = "_minor"
POINTS = ("points", "pending", "allowance")


def _named(name: str, value: Any, digits: int) -> Any:
    """Amounts and points are decimal strings, whatever dataclass they came in."""
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    if name.endswith(AMOUNT):
        return format_decimal(value, digits)
    return str(value) if name in POINTS or name.startswith("points_") else value


def plain(value: Any, digits: int, speaker: Speaker) -> Any:
    """Any value of a view or a report as JSON; `*_minor` fields become decimal strings."""
    if isinstance(value, Sentence):
        return speaker.say(value)
    if isinstance(value, (Money, Quantity)):
        return value.decimal()
    if isinstance(value, Points):
        return str(value.value)
    if isinstance(value, Rate):
        return format_decimal(value.ppm, 4)
    if isinstance(value, Currency):
        return value.code
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return _container(value, digits, speaker)


def _container(value: Any, digits: int, speaker: Speaker) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        pairs = {f.name: getattr(value, f.name) for f in fields(value)}
        return _container(pairs, digits, speaker)
    if isinstance(value, Mapping):
        return {
            _name(str(k), value): _by_tender(v, digits)
            if k == "by_tender"
            else _named(str(k), plain(v, digits, speaker), digits)
            for k, v in value.items()
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value) if isinstance(value, (set, frozenset)) else value
        return [plain(one, digits, speaker) for one in items]
    return value


def _name(name: str, fields: Mapping[str, Any]) -> str:
    """`due_minor` is `due`; where a count has that name, its money is `returns_amount`."""
    short = name.removesuffix(AMOUNT)
    taken = short in fields or short.startswith("points_")
    return f"{short}_amount" if short != name and taken else short


def _by_tender(pairs: Any, digits: int) -> dict[str, str]:
    """Pairs (kind, minor units) as an object of decimal strings."""
    return {kind: format_decimal(amount, digits) for kind, amount in pairs}


def _payment(told: Any) -> Any:
    """The squares of a code are for a screen; its text is enough for a program."""
    return {k: v for k, v in told.items() if k != "squares"} if isinstance(told, dict) else told


def state_json(view: TillView, speaker: Speaker) -> dict[str, Any]:
    """`state` of console.md."""
    digits = view.currency.minor_digits

    def convert(value: Any) -> Any:
        return plain(value, digits, speaker)

    return {
        "operator": convert(view.operator),
        "session": convert(view.session),
        "training": view.training,
        "online": view.link.online,
        "unsent": view.link.unsent,
        "mirror_as_of": convert(view.link.mirror_as_of),
        "transaction": _transaction(view.transaction, digits, speaker),
        "member": _member(view.member, digits, speaker),
        "gift_card": convert(view.gift_card),
        "devices": convert(view.devices),
        "demand": convert(view.demand),
        "payment": _payment(convert(view.payment)),
        "undecided": convert(view.undecided),
        "suspended": convert(view.suspended),
        "last_sale": convert(view.last_sale),
        "paper": convert(view.paper),
        "offers": convert(view.offers),
        "hints": convert(view.hints),
        "rewards": convert(view.rewards),
        "day": _day(view.day, convert),
    }


def _day(day: DayView | None, convert: Callable[[Any], Any]) -> Any:
    """The steps of a day that ends; its Z is the answer of the gesture that closed it."""
    if day is None:
        return None
    told = convert({"business_on": day.business_on, "closed": day.closed, "value": day.value})
    return {**told, "steps": convert(day.steps)}


def _transaction(
    view: TransactionView | None, digits: int, speaker: Speaker
) -> dict[str, Any] | None:
    if view is None:
        return None

    def money(minor: int) -> str:
        return format_decimal(minor, digits)

    return {
        "id": view.id,
        "kind": view.kind,
        "phase": view.phase,
        "lines": [_line(line, digits, speaker) for line in view.lines],
        "list_total": money(view.list_total_minor),
        "discount_total": money(view.discount_total_minor),
        "points_redeemed": str(view.points_redeemed),
        "total": money(view.total_minor),
        "due": money(view.due_minor),
        "cash_due": money(view.cash_due_minor),
        "tenders": [{"kind": t.kind, "amount": money(t.amount_minor)} for t in view.tenders],
        "change_due": money(view.change_due_minor),
        "earn": str(view.points_earned),
        "teaser": plain(view.teaser, digits, speaker),
        "coupons": plain(view.coupons, digits, speaker),
        "confirmed": view.confirmed,
        "refunds": [{"kind": t.kind, "amount": money(t.amount_minor)} for t in view.refunds],
        "exchange": plain(view.exchange, digits, speaker),
    }


def _line(line: LineView, digits: int, speaker: Speaker) -> dict[str, Any]:
    def money(minor: int) -> str:
        return format_decimal(minor, digits)

    return {
        "line": line.line,
        "item": line.item_id,
        "code": line.code,
        "name": line.name,
        "quantity": line.quantity.decimal(),
        "unit_price": money(line.unit_price_minor),
        "list_amount": money(line.list_minor),
        "discounts": [
            {
                "rule": d.rule_id,
                "name": d.name,
                "amount": money(d.amount_minor),
                "why": speaker.say(d.why),
            }
            for d in line.discounts
        ],
        "amount": money(line.amount_minor),
        "points_earned": str(line.points_earned),
        "notes": [speaker.say(note) for note in line.notes],
    }


def _member(view: MemberView | None, digits: int, speaker: Speaker) -> dict[str, Any] | None:
    if view is None:
        return None
    return {
        "id": view.id,
        "display_name": view.display_name,
        "tier": view.tier_id,
        "tier_name": view.tier_name,
        "points": str(view.points),
        "pending": str(view.pending),
        "expiring": [{"points": str(e.points), "on": e.on.isoformat()} for e in view.expiring],
        "allowance": str(view.allowance),
        "as_of": plain(view.as_of, digits, speaker),
        "next_tier": None
        if view.next_tier_name is None
        else {
            "name": view.next_tier_name,
            "needs": format_decimal(view.next_tier_needs_minor or 0, digits),
        },
        "may_redeem": view.may_redeem,
        "max_points": str(max((c.points for c in view.chips), default=0)),
        "limit": plain(view.redeem_limit, digits, speaker),
        "blocked": plain(view.blocked, digits, speaker),
        "on_the_way": [speaker.say(one) for one in view.on_the_way],
    }
