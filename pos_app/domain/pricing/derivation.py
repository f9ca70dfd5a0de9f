"""What a promotion takes off: units and amounts, with the arithmetic. Never which one is chosen."""

from pos_app.domain.money import PPM, format_decimal, share_half_up
from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.promotion.promotion import Promotion
from pos_app.domain.quantity import Unit, extended_minor


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
    if line.quantity.unit is Unit.PIECE:
        return promotion.price_minor
    return extended_minor(promotion.price_minor, line.quantity)


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


def compound_discount_minor(promotion: Promotion, line: BasketLine, net_minor: int) -> int:
    """Taken off what other promotions left of a whole line; its floor is the caller's to keep."""
    if promotion.kind == "percent":
        return share_half_up(net_minor, promotion.percent_ppm)
    if promotion.kind == "amount":
        return promotion.amount_minor * line.count
    return max(net_minor - _fixed_unit(promotion, line) * line.count, 0)


def compound_arithmetic(promotion: Promotion, line: BasketLine, net_minor: int, digits: int) -> str:
    """`161.82 x 5 % = 8.09`: on what was left."""
    amount = format_decimal(compound_discount_minor(promotion, line, net_minor), digits)
    if promotion.kind == "percent":
        net = format_decimal(net_minor, digits)
        return f"{net} x {percent_text(promotion.percent_ppm)} % = {amount}"
    if promotion.kind == "amount":
        return f"{line.count} x {format_decimal(promotion.amount_minor, digits)} = {amount}"
    fixed = format_decimal(_fixed_unit(promotion, line), digits)
    return f"{format_decimal(net_minor, digits)} - {line.count} x {fixed} = {amount}"


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
