"""A period's figures as tables in words: what is shown, and what is saved. Never a computation.

`sections` are pairs (name, sheets); the first cell of a row is a name, the others are figures.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pos_app.domain.money import Currency, divide_half_up, format_decimal
from pos_app.domain.quantity import Quantity, Unit
from pos_app.domain.reporting.period_report import (
    MemberFigures,
    OfflineFigures,
    PeriodReport,
    ProgramReturn,
    Sums,
)
from pos_app.gear.sheets import SEPARATORS, Cell, Hand, Sheet
from resources.words import Words

OVERVIEW, GOODS, PEOPLE, MEMBERS, PROGRAM = "overview", "goods", "people", "members", "program"
HOW = ("receipts", "less_returns", "gift_cards")
"""How the figures are counted, a sentence each."""
SECTIONS = (OVERVIEW, GOODS, PEOPLE, MEMBERS, PROGRAM)
Rows = tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Voice:
    """Words and the currency of a report; `people` are operators' names by id."""

    words: Words
    currency: Currency
    people: dict[str, str]

    def text(self, key: str, /, **args: object) -> str:
        """Words under `period.`."""
        return self.words.text(f"period.{key}", **args)

    def money(self, minor: int) -> Decimal:
        """An exact amount in major units."""
        return Decimal(format_decimal(minor, self.currency.minor_digits))


def heading(report: PeriodReport, voice: Voice) -> str:
    """Of when, and of whom."""
    whose = "of_till" if not report.whole else "of_store" if report.store_id else "of_chain"
    days = _days(voice, "days", report.since, report.until)
    return f"{days} · {voice.text(whose)}"


def _days(voice: Voice, key: str, since: date, until: date) -> str:
    """From one day to another; one day is said once."""
    if since == until:
        return voice.text(f"{key}_one", on=since)
    return voice.text(key, since=since, until=until)


def sheets_of(report: PeriodReport, section: str, voice: Voice) -> list[Sheet]:
    """The tables of a section."""
    made: dict[str, Callable[[PeriodReport, Voice], Iterator[Sheet]]] = {
        OVERVIEW: _overview,
        GOODS: _goods,
        PEOPLE: _people,
        MEMBERS: _members,
        PROGRAM: _program,
    }
    return [sheet for sheet in made[section](report, voice) if sheet.rows]


def all_sheets(report: PeriodReport, voice: Voice) -> list[Sheet]:
    """Every table, for a file."""
    return [sheet for section in SECTIONS for sheet in sheets_of(report, section, voice)]


def percent(ppm: int) -> Decimal:
    """12.5 of 125 000 millionths."""
    return _rounded(ppm, 10_000, 1)


def _rounded(number: int, scale: int, digits: int) -> Decimal:
    """A share to look at, half up."""
    return Decimal(format_decimal(divide_half_up(number * 10**digits, scale), digits))


def tiles(report: PeriodReport, voice: Voice) -> tuple[tuple[str, str], ...]:
    """(name, figure) of what is looked at first."""
    sums, text = report.sums, voice.text
    share = figure(percent(sums.identified_share_ppm), voice)
    return (
        (text("sales"), voice.words.money(sums.net_minor, voice.currency)),
        (text("receipts"), voice.words.number(sums.receipts)),
        (text("average"), voice.words.money(sums.average_minor, voice.currency)),
        (text("identified"), f"{share}\u202f%"),
    )


def _overview(report: PeriodReport, voice: Voice) -> Iterator[Sheet]:
    text, money = voice.text, voice.money
    yield Sheet(text("overview"), ("", ""), _sums_rows(report.sums, voice))
    yield Sheet(text("offline"), ("", ""), _offline_rows(report.offline, voice))
    yield Sheet(
        text("by_hour"),
        (text("hour"), text("receipts"), text("sum")),
        tuple((f"{h.hour:02d}:00", h.receipts, money(h.net_minor)) for h in report.hours),
    )
    names = ("day", "receipts", "sum", "with_card", "points_earned", "points_redeemed")
    yield Sheet(
        text("by_day"),
        tuple(text(name) for name in names),
        tuple(
            (d.on, d.receipts, money(d.net_minor), money(d.identified_minor), d.points_earned,
             d.points_redeemed)
            for d in report.days
        ),
    )  # fmt: skip
    yield Sheet(
        text("by_tender"),
        (text("tender"), text("sum")),
        tuple((voice.words.text(f"tender.{k}"), money(minor)) for k, minor in report.tenders),
    )
    yield Sheet(text("to_payments"), ("", ""), _payment_rows(report, voice))
    yield Sheet(text("how"), ("",), tuple((text(f"how_{n}"),) for n in HOW))


def _payment_rows(report: PeriodReport, voice: Voice) -> Rows:
    """From sales to payments: what is in the one and not in the other. They add up."""
    sums = report.sums
    between = {
        "plus_gift_cards": sums.gift_cards_minor,
        "less_points": -sums.points_minor,
        "plus_rounding": sums.rounding_minor,
        "plus_withheld": sums.withheld_minor,
        "unexplained": report.unexplained_minor,
    }
    paid = sums.paid_minor + report.unexplained_minor
    if not report.tenders:
        return ()
    return (
        (voice.text("sales"), voice.money(sums.net_minor)),
        *((voice.text(name), voice.money(minor)) for name, minor in between.items() if minor),
        (voice.text("payments"), voice.money(paid)),
    )


def _sums_rows(sums: Sums, voice: Voice) -> Rows:
    text, money = voice.text, voice.money
    rows: list[tuple[Cell, ...]] = [
        (text("sales_before"), money(sums.sales_minor)),
        (text("returns_sum"), money(sums.returns_minor)),
        (text("sales"), money(sums.net_minor)),
        (text("receipts"), sums.receipts),
        (text("average"), money(sums.average_minor)),
        (text("lines_per_receipt"), _rounded(sums.lines_deci, 10, 1)),
        (text("returns"), sums.returns),
        (f"{text('identified')}, %", percent(sums.identified_share_ppm)),
        (text("identified_sum"), money(sums.identified_minor)),
        (text("discounts"), money(sums.discount_minor)),
        (text("points_money"), money(sums.points_minor)),
        (f"{text('given_share')}, %", percent(sums.given_share_ppm)),
        (text("points_earned"), sums.points_earned),
        (text("points_redeemed"), sums.points_redeemed),
    ]
    if sums.card_receipts:
        rows.append((text("card_receipts"), sums.card_receipts))
    if sums.seconds_per_customer is not None:
        rows.append((text("seconds"), sums.seconds_per_customer))
    return tuple(rows)


def _offline_rows(told: OfflineFigures, voice: Voice) -> Rows:
    """What went on without a link; nothing where there was always one."""
    text = voice.text
    rows: list[tuple[Cell, ...]] = [
        (text("dark_receipts"), told.receipts),
        (text("dark_earned"), told.points_earned),
        (text("dark_redeemed"), told.points_redeemed),
    ]
    if told.seconds is not None:
        rows.insert(0, (text("dark_hours"), _rounded(told.seconds, 3600, 1)))
    if told.overdrawn is not None:
        rows.append((text("dark_overdrawn"), told.overdrawn))
    return tuple(rows) if told.receipts or told.seconds else ()


def _goods(report: PeriodReport, voice: Voice) -> Iterator[Sheet]:
    text = voice.text
    yield Sheet(
        text("top_items"),
        (text("item"), text("quantity"), text("unit"), text("sum"), text("receipts")),
        tuple(
            (i.name or text("unnamed", code=i.item_id),
             Decimal(Quantity(i.quantity, Unit(i.unit)).decimal()),
             voice.words.text(f"unit.{i.unit}", n=abs(i.quantity)), voice.money(i.net_minor),
             i.receipts)
            for i in report.items
        ),
    )  # fmt: skip


def _staff(report: PeriodReport, voice: Voice) -> Iterator[str]:
    """By name; who works elsewhere or no more is somebody else, counted where they are several."""
    strange = [one for one in report.operators if one.operator_id not in voice.people]
    for one in report.operators:
        known = voice.people.get(one.operator_id)
        place = strange.index(one) + 1 if known is None else 0
        several = "staff.other_of" if len(strange) > 1 else "staff.other"
        yield known or voice.words.text(several, n=place)


def _people(report: PeriodReport, voice: Voice) -> Iterator[Sheet]:
    text = voice.text
    yield Sheet(
        text("operators"),
        (text("operator"), text("receipts"), text("sum"), text("with_card"),
         text("median_seconds")),
        tuple(
            (name, o.receipts, voice.money(o.net_minor), o.identified, o.seconds)
            for name, o in zip(_staff(report, voice), report.operators, strict=True)
        ),
    )  # fmt: skip


def _members(report: PeriodReport, voice: Voice) -> Iterator[Sheet]:
    who, text = report.members, voice.text
    if who is None:
        return
    yield Sheet(text("members"), ("", ""), _member_rows(who, voice))
    yield Sheet(
        text("tiers"),
        (text("tier"), text("member_count"), text("points")),
        tuple((t.name or text("no_tier"), t.members, t.points) for t in who.tiers),
    )
    if report.rfm:
        yield Sheet(
            text("rfm"),
            ("R", "FM", text("member_count"), text("sum")),
            tuple((c.recency, c.worth, c.members, voice.money(c.net_minor)) for c in report.rfm),
        )
    ltv = report.lifetime
    if ltv is not None:
        figures = (ltv.mean_minor, ltv.from_minor, ltv.to_minor)
        row: tuple[Cell, ...] = (ltv.members, *(voice.money(minor) for minor in figures))
        columns = (text("member_count"), text("sum"), "95 % −", "95 % +")
        yield Sheet(text("lifetime"), columns, (row,))


def _member_rows(who: MemberFigures, voice: Voice) -> Rows:
    text = voice.text
    return (
        (text("member_count"), who.members),
        (text("enrolled"), who.enrolled),
        (text("active"), who.active),
        (f"{text('active_share')}, %", percent(who.active_share_ppm)),
        (text("frequency"), _rounded(who.frequency_milli, 1_000, 2)),
        (text("liability"), who.points),
        (text("liability_money"), voice.money(who.liability_minor)),
        (text("expiring", until=who.expiring_until), who.expiring_points),
    )


def _program(report: PeriodReport, voice: Voice) -> Iterator[Sheet]:
    text = voice.text
    if report.program is not None:
        yield _return_sheet(report.program, voice)
    yield Sheet(
        text("rules"),
        (text("rule"), text("given"), text("receipts"), text("sold_with")),
        tuple(
            (r.name or r.rule_id, voice.money(r.given_minor), r.receipts, voice.money(r.net_minor))
            for r in report.rules
        ),
    )


def _return_sheet(found: ProgramReturn, voice: Voice) -> Sheet:
    text, money = voice.text, voice.money
    rows: list[tuple[Cell, ...]] = [
        (text("program_net"), money(found.net_minor), money(found.control_net_minor),
         money(found.gained_minor)),
        (text("program_given"), money(found.given_minor), money(found.control_given_minor),
         money(found.cost_minor)),
    ]  # fmt: skip
    if found.profit_minor is None:
        rows.append((text("program_no_margin"), None, None, None))
    else:
        rows.append((text("program_profit"), None, None, money(found.profit_minor)))
    if found.return_ppm is not None:
        rows.append((text("program_return"), None, None, _rounded(found.return_ppm, 1_000_000, 2)))
    title = _days(voice, "against", found.control_from, found.control_to)
    columns = ("", text("sum"), text("program_before"), text("program_change"))
    return Sheet(title, columns, tuple(rows))


def hand_of(voice: Voice) -> Hand:
    """How a file is written for who reads this language."""
    point = voice.words.point
    return Hand(point, SEPARATORS[point], lambda cell: figure(cell, voice))


def figure(cell: Cell, voice: Voice) -> str:
    """A cell as the language writes it."""
    if isinstance(cell, Decimal):
        return voice.words.decimal(f"{cell:f}")
    if isinstance(cell, int):
        return voice.words.number(cell)
    return "" if cell is None else cell if isinstance(cell, str) else voice.words.format(cell)
