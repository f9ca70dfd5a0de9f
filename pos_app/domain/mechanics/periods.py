"""Periods that a rule may count in, as written in the program. Never a day of anybody's.

`month`, `quarter`, `year`: of the store's calendar. `rolling_12_months`: the month of the day and
the eleven before it. `rolling_<n>_days`: the day and the n - 1 before it. `lifetime`: all.
"""

from pos_app.domain.reading import Reader

PERIODS = ("month", "quarter", "year", "rolling_12_months", "lifetime")
ROLLING_DAYS = "rolling_days"
ROLLING_DAYS_MOST = 366


def rolling_days(period: str) -> int | None:
    """How many days roll: 30 of `rolling_30_days`; None for a period of another kind."""
    head, _, days = period.removesuffix("_days").rpartition("_")
    return int(days) if head == "rolling" and period.endswith("_days") and days.isdigit() else None


def read_period(doc: Reader, default: str = "rolling_12_months") -> str:
    """`"period": "year"`, or `"period": "rolling_days", "rolling_days": 30`."""
    period = doc.choice("period", (*PERIODS, ROLLING_DAYS), default)
    if period != ROLLING_DAYS:
        if doc.has("rolling_days"):
            doc.raw("rolling_days")
            doc.fault("rolling_days", f"means nothing in the period {period}")
        return period
    return f"rolling_{doc.integer('rolling_days', least=1, most=ROLLING_DAYS_MOST)}_days"
