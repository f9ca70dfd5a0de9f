"""What a benefit takes off: units and amounts, with the arithmetic. Never which one is chosen."""

from pos_app.domain.money import (
    PPM,
    divide_down,
    format_decimal,
    share_down,
    share_half_up,
)
from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.worksheet import Cells, spread_over
from pos_app.domain.promotion.benefit import Off, Reduction
from pos_app.domain.quantity import Unit, extended_minor


def part_minor(amount_minor: int, rate_ppm: int, rounding: str) -> int:
    """`rate_ppm` of an amount as a reduction, rounded once in the named way."""
    if rounding == "floor":
        return share_down(amount_minor, rate_ppm)
    if rounding == "price_half_up":
        # The price is rounded half up, so a half goes to the price and not to the reduction.
        return divide_down(2 * amount_minor * rate_ppm + PPM - 1, 2 * PPM)
    return share_half_up(amount_minor, rate_ppm)


def fixed_unit(price_minor: int, line: BasketLine) -> int:
    """The fixed price of one indivisible unit (a weighed line: by weight)."""
    if line.quantity.unit is Unit.PIECE:
        return price_minor
    return extended_minor(price_minor, line.quantity)


def unit_minor(
    one: Reduction, value: int, line: BasketLine, net_minor: int, rounding: str = "half_up"
) -> int:
    """Taken off one unit that costs `net_minor` now, above its floor."""
    room = max(net_minor - line.floor_unit_minor, 0)
    if one.kind == "percent":
        base = line.unit_minor if one.on_list else net_minor
        return min(part_minor(base, value, rounding), room)
    if one.kind == "amount":
        return min(value, room)
    return min(max(net_minor - fixed_unit(value, line), 0), room)


def unit_saving_scaled(one: Reduction, value: int, line: BasketLine, net_minor: int) -> int:
    """Millionths of a minor unit saved on one unit; not rounded where its line is rounded once."""
    if one.kind == "percent" and one.scope == "line":
        room = max(net_minor - line.floor_unit_minor, 0) * PPM
        return min((line.unit_minor if one.on_list else net_minor) * value, room)
    return unit_minor(one, value, line, net_minor) * PPM


def reduced(
    one: Reduction, value: int, line: BasketLine, cells: Cells, rounding: str
) -> tuple[Cells, int]:
    """Units of one line after a reduction, and what was taken, rounded at the declared scope."""
    if one.scope == "unit" or one.kind == "fixed_price":
        parts = [unit_minor(one, value, line, cell.net_minor, rounding) for cell in cells]
        after = tuple(
            cell._replace(net_minor=cell.net_minor - part)
            for cell, part in zip(cells, parts, strict=True)
        )
        taken = sum(cell.units * part for cell, part in zip(cells, parts, strict=True))
        return after, taken
    room = sum(cell.units * max(cell.net_minor - line.floor_unit_minor, 0) for cell in cells)
    wanted = line_minor(one, value, line, cells, rounding)
    amount = min(wanted, room)
    return spread_over(cells, amount, line.floor_unit_minor), amount


def line_minor(one: Reduction, value: int, line: BasketLine, cells: Cells, rounding: str) -> int:
    """What a reduction with the scope of a line wants of some of its units."""
    if one.kind == "amount":
        return value
    return part_minor(base_minor(one, line, cells), value, rounding)


def base_minor(one: Reduction, line: BasketLine, cells: Cells) -> int:
    """What a percentage is taken of: these units' list amount, or what is left of it."""
    if not one.on_list:
        return sum(cell.units * cell.net_minor for cell in cells)
    units = sum(cell.units for cell in cells)
    return line.list_minor if units == line.count else line.unit_minor * units


def off_minor(off: Off, line: BasketLine, net_minor: int) -> int:
    """Taken off one unit of a group, above its floor."""
    return min(off.minor(net_minor), max(net_minor - line.floor_unit_minor, 0))


def percent_text(ppm: int) -> str:
    """`7.5`, `10`: millionths as a percentage without useless zeros."""
    text = format_decimal(ppm, 4)
    return text.rstrip("0").rstrip(".") if "." in text else text


def arithmetic(one: Reduction, value: int, line: BasketLine, cells: Cells, amounts: "Said") -> str:
    """`3 x 89.90 x 10 % = 26.97`: recomputable by hand; `= 44.90 -> 40.00` where the legal price
    stopped it."""

    def money(minor: int) -> str:
        return format_decimal(minor, amounts.digits)

    base_cells = cells if not one.on_list else ()
    units = sum(cell.units for cell in cells)
    gross = " + ".join(times(cell.units, cell.net_minor, amounts.digits) for cell in base_cells)
    gross = gross or times(units, line.unit_minor, amounts.digits)
    total = money(amounts.amount_minor)
    if one.kind == "percent":
        gross = f"({gross})" if len(base_cells) > 1 else gross
        room = sum(cell.units * (cell.net_minor - line.floor_unit_minor) for cell in cells)
        wanted = share_half_up(base_minor(one, line, cells), value)
        if wanted > amounts.amount_minor == room:
            total = f"{money(wanted)} -> {total}"
        return f"{gross} x {percent_text(value)} % = {total}"
    if one.kind == "amount":
        return f"{units if one.scope == 'unit' else 1} x {money(value)} = {total}"
    return f"{gross} - {units} x {money(fixed_unit(value, line))} = {total}"


def times(count: int, minor: int, digits: int) -> str:
    """`3 x 89.90`, or `89.90` for one."""
    text = format_decimal(minor, digits)
    return text if count == 1 else f"{count} x {text}"


class Said:
    """The amount that an arithmetic ends in, and the decimals of its currency."""

    __slots__ = ("amount_minor", "digits")

    def __init__(self, amount_minor: int, digits: int) -> None:
        self.amount_minor = amount_minor
        self.digits = digits
