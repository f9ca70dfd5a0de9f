"""A month of a shop, made up: what the report's pages are painted from."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from pos_app.domain.reporting.folding import PeriodFold
from pos_app.domain.reporting.period_report import (
    LifetimeFigures,
    MemberFigures,
    OfflineFigures,
    PeriodReport,
    ProgramReturn,
    RfmCell,
    TierFigures,
)
from pos_app.domain.reporting.receipt_facts import ReceiptFacts, SoldLine

SINCE, UNTIL = date(2026, 11, 1), date(2026, 11, 22)
GOODS = (
    ("milk", "Молоко «Простоквашино» 3,2 %, 930 мл", 2, "piece", 199_80),
    ("cheese", "Сыр «Российский» 50 %, весовой", 342, "g", 307_46),
    ("coffee", "Кофе Lavazza Oro в зёрнах, 1 кг", 1, "piece", 2199_00),
    ("water", "Вода минеральная «Ессентуки № 17», 0,5 л", 6, "piece", 449_40),
)
RULES = (
    ("gold", "Скидка уровня «Золото»", 23_56, 4_120_00),
    ("three", "3 по цене 2", 119_90, 239_80),
)
BUSY = (9, 10, 12, 12, 13, 17, 18, 18, 18, 19, 20, 21)


def the_receipts():
    for day in range((UNTIL - SINCE).days + 1):
        on = SINCE + timedelta(days=day)
        for place, hour in enumerate(BUSY * (1 + day % 3)):
            at = datetime(on.year, on.month, on.day, hour, (place * 7) % 60, (place * 13) % 60)
            lines = tuple(SoldLine(*GOODS[(day + place + n) % 4]) for n in range(1 + place % 3))
            net = sum(line.net_minor for line in lines)
            member = f"m{place}" if place % 3 else ""
            yield ReceiptFacts(
                False, on, at, "till-1", ("o1", "o2")[day % 2], member, net,
                23_56 if member else 0, 10_00 if place % 5 == 0 else 0,
                10 if place % 5 == 0 else 0, net // 10_000, lines, (("cash", net // 3),
                ("card", net - net // 3)), RULES if member else (),
            )  # fmt: skip


def a_month(whole=True) -> PeriodReport:
    fold = PeriodFold()
    for one in sorted(the_receipts(), key=lambda r: r.local_at):
        fold.add(one)
    report = fold.report("", SINCE, UNTIL, whole=whole)
    if not whole:
        return report
    sums = report.sums
    tiers = (TierFigures("", "", 8_120, 402_100), TierFigures("s", "Серебро", 2_310, 911_000),
             TierFigures("g", "Золото", 640, 1_204_500))  # fmt: skip
    return replace(
        report,
        members=MemberFigures(11_070, 214, 3_902, 9_120, 2_517_600, 251_760_000, 84_200,
                              UNTIL + timedelta(days=30), tiers),  # fmt: skip
        rfm=tuple(RfmCell(r, w, 30 * r + 55 * w, 10_000_00 * w)
                  for r in range(1, 6) for w in range(1, 6)),  # fmt: skip
        lifetime=LifetimeFigures(3_000, 18_420_00, 16_900_00, 20_110_00),
        program=ProgramReturn(SINCE - timedelta(days=22), SINCE - timedelta(days=1),
                              sums.identified_minor, sums.identified_minor * 9 // 10,
                              sums.identified_given_minor, sums.identified_given_minor // 2,
                              280_000),
        offline=OfflineFigures(41, 512, 2_310, 11_400, 0),
    )  # fmt: skip
