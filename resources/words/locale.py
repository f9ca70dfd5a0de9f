"""How a language writes numbers, money, points, quantities and dates. Never rounds an amount."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

MINUS = "\u2212"
NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
SIGNS = {"RUB": "₽", "EUR": "€", "USD": "$", "KZT": "₸"}


@dataclass(frozen=True, slots=True)
class Locale:
    """The marks of one language. `months` are in the case that follows a day's number."""

    group: str
    point: str
    sign_first: bool
    percent_gap: str
    date_order: str
    paper_order: str
    months: tuple[str, ...]


RU = Locale(
    group=NARROW_SPACE,
    point=",",
    sign_first=False,
    percent_gap=NARROW_SPACE,
    date_order="{day}\u00a0{month} {year}",
    paper_order="{day:02}.{number:02}.{year}",
    months=(
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ),
)
EN = Locale(
    group=",",
    point=".",
    sign_first=True,
    percent_gap="",
    date_order="{day}\u00a0{month} {year}",
    paper_order="{day} {month} {year}",
    months=(
        "Jan",
        "Feb",
        "Mar",
        "Apr",
        "May",
        "Jun",
        "Jul",
        "Aug",
        "Sep",
        "Oct",
        "Nov",
        "Dec",
    ),
)


def grouped(whole: int, mark: str) -> str:
    """`1234567` with a mark between thousands."""
    return f"{whole:,}".replace(",", mark)


def number(value: int, locale: Locale) -> str:
    """A whole number."""
    sign = MINUS if value < 0 else ""
    return sign + grouped(abs(value), locale.group)


def decimal(text: str, locale: Locale) -> str:
    """A neutral decimal string (`-1234.50`) as the language writes it."""
    sign = MINUS if text.startswith("-") else ""
    whole, dot, part = text.lstrip("+-").partition(".")
    body = grouped(int(whole or "0"), locale.group)
    return f"{sign}{body}{locale.point}{part}" if dot else sign + body


def amount(minor: int, digits: int, locale: Locale) -> str:
    """Minor units as a number without a currency sign: `3 189,14`."""
    sign = MINUS if minor < 0 else ""
    whole, part = divmod(abs(minor), 10**digits)
    body = grouped(whole, locale.group)
    return f"{sign}{body}{locale.point}{part:0{digits}d}" if digits else sign + body


def money(minor: int, digits: int, code: str, locale: Locale) -> str:
    """`3 189,14 ₽` or `₽3,189.14`; a code without a sign of its own stands for itself."""
    sign = SIGNS.get(code, code)
    if locale.sign_first:
        body = amount(abs(minor), digits, locale)
        return f"{MINUS if minor < 0 else ''}{sign}{body}"
    return f"{amount(minor, digits, locale)}{NO_BREAK_SPACE}{sign}"


def percent(ppm: int, locale: Locale) -> str:
    """Millionths as a percentage without idle zeros: 75 000 is `7,5 %`."""
    whole, part = divmod(abs(ppm), 10_000)
    tail = f"{part:04d}".rstrip("0")
    body = grouped(whole, locale.group) + (locale.point + tail if tail else "")
    return f"{MINUS if ppm < 0 else ''}{body}{locale.percent_gap}%"


def day(on: date, locale: Locale, with_year: bool = True) -> str:
    """`30 ноября 2026`, or without the year."""
    pattern = locale.date_order if with_year else locale.date_order.replace(" {year}", "")
    return pattern.format(day=on.day, month=locale.months[on.month - 1], year=on.year)


def paper_day(on: date, locale: Locale) -> str:
    """`30.11.2026` or `30 Nov 2026`: short, for a column of paper."""
    month = locale.months[on.month - 1]
    return locale.paper_order.format(day=on.day, number=on.month, month=month, year=on.year)


def clock(at: datetime, zone: tzinfo | None) -> str:
    """`13:40` in the zone; None: in the zone the instant itself brings."""
    return in_zone(at, zone).strftime("%H:%M")


def in_zone(at: datetime, zone: tzinfo | None) -> datetime:
    """The instant as the zone's clocks show it; None or no zone of its own: as it is."""
    return at.astimezone(zone) if zone and at.tzinfo else at


def plain(minor: int, digits: int) -> str:
    """`-1234.50`: for paper, whose character sets know neither signs nor narrow spaces."""
    whole, part = divmod(abs(minor), 10**digits)
    body = f"{whole}.{part:0{digits}d}" if digits else str(whole)
    return f"-{body}" if minor < 0 else body
