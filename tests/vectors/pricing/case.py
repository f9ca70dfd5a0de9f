"""One neutral case: what it states, its policies. Never how the product says the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from tests.vectors.outcome import NotModelled
from tests.vectors.pricing.cart import SHIPPING, CartLine, line_of
from tests.vectors.pricing.fields import Fields
from tests.vectors.pricing.options import Options
from tests.vectors.pricing.prices import Prices

NO_RESULT_ASKED = "unknown kind of case"


@dataclass(frozen=True)
class Case:
    """One case of the array. `limits` holds applications of each price rule on one receipt."""

    case_id: str
    digits: int
    programs: Sequence[Mapping[str, Any]]
    cart: Mapping[str, Any] | None
    events: Sequence[Mapping[str, Any]]
    allocation: Mapping[str, Any] | None
    customer: Mapping[str, Any]
    expected: Mapping[str, Any]
    options: Options
    tax: Mapping[str, Any] | None
    today: date | None
    max_applications: int
    portable: bool
    permute: bool

    def sold(self) -> list[CartLine]:
        """Every line of the cart, or of all sales."""
        if self.cart is not None:
            return lines_of(self.cart)
        return [line for event in self.events if "ref" in event for line in lines_of(event)]

    def stated_points(self) -> list[str]:
        """Points that the case starts from or asks for, as written."""
        carts = [self.cart or {}, *self.events]
        found = [self.customer.get("balance"), self.customer.get("lifetime_points")]
        found += [lot.get("points") for lot in self.customer.get("lots") or ()]
        found += [cart.get(key) for cart in carts for key in ("redeem_points", "points")]
        return [str(one) for one in found if one not in (None, "max")]

    def prices(self, *, gross: bool) -> Prices:
        """The money of the case over the lines of its cart or sales."""
        return prices_of(self.tax, self.digits, self.sold(), gross=gross)


def case_of(data: Mapping[str, Any]) -> Case:
    """Read one case; what it says beyond the schema is not modelled."""
    fields = Fields(data)
    fields.ignore("topic", "source", "policy", "notes", "peer_suspect", "run_check")
    money, limits = fields.child("currency"), fields.child("limits")
    money.ignore("code")
    today = fields.text("today")
    case = Case(
        case_id=fields.text("id"),
        digits=money.whole("minor_digits", 2),
        programs=tuple(fields.raw("programs", ())),
        cart=fields.raw("cart"),
        events=tuple(fields.raw("events", ())),
        allocation=fields.raw("allocation"),
        customer=fields.raw("customer", {}),
        expected=fields.raw("expected", {}),
        options=Options(fields.raw("policy_options")),
        tax=fields.raw("tax"),
        today=date.fromisoformat(today) if today else None,
        max_applications=limits.whole("max_applications"),
        portable=fields.flag("portable"),
        permute=fields.flag("permute_lines"),
    )
    for part in (fields, money, limits):
        part.finish()
    if not (case.allocation or case.events or case.cart is not None):
        raise NotModelled(NO_RESULT_ASKED)
    return case


def lines_of(cart: Mapping[str, Any]) -> list[CartLine]:
    """The lines of a cart or of a sale."""
    return [line_of(Fields(one)) for one in cart.get("lines") or ()]


def prices_of(
    tax: Mapping[str, Any] | None, digits: int, lines: Sequence[CartLine], *, gross: bool
) -> Prices:
    """The tax of the case, by line."""
    fields = Fields(tax)
    added = fields.choice("mode", ("included", "excluded"), "included") == "excluded"
    whole = fields.number("rate_percent")
    by_line = fields.flag("per_line") or not fields.has("rate_percent")
    fields.finish()
    rates = {
        line.line: Fraction(whole if line.tax_percent is None else line.tax_percent) / 100
        for line in lines
    }
    known = rates if tax else dict.fromkeys(rates, Fraction(0))
    return Prices(digits, {**known, SHIPPING: Fraction(0)}, added, gross, by_line)
