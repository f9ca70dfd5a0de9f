"""What a promotion takes off: units and amounts, with the arithmetic. Never which one is chosen."""

from pos_app.domain.money import PPM, format_decimal, share_half_up
from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.promotion.promotion import Promotion


def unit_saving_scaled(promotion: Promotion, line: BasketLine) -> int:
    """Millionths of a minor unit saved on one unit by a percent, amount or fixed price."""
    unit = line.unit_minor
    room = (unit - line.floor_unit_minor) * PPM
    if promotion.kind == "percent":
        return min(unit * promotion.percent_ppm, room)
    if promotion.kind == "amount":
        return min(promotion.amount_minor * PPM, room)
    return min(max(unit - _fixed_unit(promotion, line), 0) * PPM, room)


def _fixed_unit(promotion: Promotion, line: BasketLine) -> int:
    """The fixed price of one indivisible unit (a weighed line: by weight)."""
    if line.quantity.unit.per_price == 1:
        return promotion.price_minor
    return (promotion.price_minor * line.quantity.value * 2 + line.quantity.unit.per_price) // (
        2 * line.quantity.unit.per_price
    )


def simple_discount_minor(promotion: Promotion, line: BasketLine, units: int) -> int:
    """Taken off `units` units of a line, rounded once, half up on the discount, above the floor."""
    gross = line.unit_minor * units
    room = (line.unit_minor - line.floor_unit_minor) * units
    if promotion.kind == "percent":
        wanted = share_half_up(gross, promotion.percent_ppm)
    elif promotion.kind == "amount":
        wanted = promotion.amount_minor * units
    else:
        wanted = max(gross - _fixed_unit(promotion, line) * units, 0)
    return min(wanted, room)


def simple_arithmetic(promotion: Promotion, line: BasketLine, units: int, digits: int) -> str:
    """`3 x 89.90 x 10 % = 26.97`: recomputable by hand."""

    def money(minor: int) -> str:
        return format_decimal(minor, digits)

    amount = simple_discount_minor(promotion, line, units)
    gross = f"{units} x {money(line.unit_minor)}" if units != 1 else money(line.unit_minor)
    if promotion.kind == "percent":
        return f"{gross} x {percent_text(promotion.percent_ppm)} % = {money(amount)}"
    if promotion.kind == "amount":
        return f"{units} x {money(promotion.amount_minor)} = {money(amount)}"
    fixed = _fixed_unit(promotion, line)
    return f"{gross} - {units} x {money(fixed)} = {money(amount)}"


def percent_text(ppm: int) -> str:
    """`7.5`, `10`: millionths as a percentage without useless zeros."""
    text = format_decimal(ppm, 4)
    return text.rstrip("0").rstrip(".") if "." in text else text


def group_discount_minor(promotion: Promotion, units: list[BasketLine]) -> int:
    """Taken off one full group; `units` holds one entry a unit, dearest first."""
    if promotion.kind == "bundle":
        return max(sum(line.unit_minor for line in units) - promotion.price_minor, 0)
    free = units[promotion.pay :]
    return sum(line.unit_minor - line.floor_unit_minor for line in free)
