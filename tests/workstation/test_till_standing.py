"""Standing at the till, with no link: memberships at once, papers, partners, rights, days back."""

from typing import Any

import pytest

from pos_app.domain.loyalty.tally import added
from resources.words import Words
from tests.workstation.tills import (
    BREAD,
    CARDS,
    CHEESE,
    MILK,
    PROGRAM,
    SWEETS,
    Bench,
    member_id,
    member_row,
    ok,
    paper,
    program_row,
    refusal,
)

PARTNER_FROM, PARTNER_TO = CARDS["gleb"], CARDS["gleb"]
STANDING: dict[str, Any] = {
    **PROGRAM,
    "version": 2,
    "valid_from": "2026-02-01T00:00:00+03:00",
    "memberships": [
        {
            "id": "plus",
            "name": {"ru": "Плюс"},
            "items": ["item8"],
            "days": 100,
            "tier": "silver",
        }
    ],
    "entitlements": [
        {
            "id": "delivery",
            "name": {"ru": "Бесплатная доставка"},
            "details": {"ru": "позовите курьера"},
            "when": {"segments": ["membership:plus"]},
        }
    ],
    "member_discounts": [
        *PROGRAM["member_discounts"],
        {
            "id": "pensioner",
            "name": {"ru": "Пенсионерам"},
            "kind": "fixed",
            "percent": "10",
            "evidence": {"ru": "пенсионное удостоверение"},
            "when": {"segments": ["pensioner"]},
        },
        {
            "id": "sum",
            "name": {"ru": "Накопительная"},
            "kind": "cumulative",
            "period": "rolling_days",
            "rolling_days": 30,
            "steps": [{"above": "1000.00", "percent": "7"}],
            "when": {"segments": ["collector"]},
        },
    ],
    "partners": {
        "list": [
            {
                "id": "bank",
                "name": {"ru": "Банк"},
                "cards": [{"from": PARTNER_FROM, "to": PARTNER_TO}],
            }
        ]
    },
    "earn": {
        "rules": [
            {"id": "base-earn", "percent": "5"},
            {"id": "bank-earn", "percent": "20", "when": {"segments": ["partner:bank"]}},
        ],
        "vesting_days": 1,
        "expires_after_days": 365,
    },
}


@pytest.fixture
def club(manager: Bench) -> Bench:
    manager.mirrors(program_row(14, STANDING))
    return manager


def buy(bench: Bench, *codes: str, who: str = "anna") -> Any:
    ok(bench.till.member("card", CARDS[who]))
    return bench.sold(*codes)


def said(bench: Bench) -> list[str]:
    return [Words("ru").say(one) for one in bench.view.member.on_the_way]


def test_a_membership_holds_at_the_till_that_sold_it_at_once_and_with_no_link(club: Bench):
    sold = buy(club, CHEESE)
    assert sold.totals.discount_minor == 0
    ok(club.till.member("card", CARDS["anna"]))
    club.scan(MILK)
    assert club.view.member.tier_id == "silver"
    assert club.sale.discount_total_minor == 4_50
    told = said(club)
    assert told[0] == "Положено: Бесплатная доставка — позовите курьера"
    assert told[1].startswith("«Плюс»: действует до")


def test_used_days_of_a_membership_are_kept_and_its_tier_goes(club: Bench):
    sold = buy(club, CHEESE)
    ok(club.till.close_session(0, "not_found"))
    ok(club.till.end_of_day(0, "not_found"))
    club.clock.move(days=25)
    club.open_shift("maria")
    ok(club.till.return_sale(sold.receipt_number, None, "defect"))
    hints = [Words("ru").say(one) for one in club.view.hints]
    assert any("удерживается" in hint for hint in hints)
    answer = ok(club.till.complete())
    back = club.memory.journal.document(answer.data["receipt_number"])
    assert sum(t.amount_minor for t in back.tenders) == -750_00
    assert "Использованные дни" in paper(club.devices.jobs[-1])
    ok(club.till.member("card", CARDS["anna"]))
    club.scan(MILK)
    assert club.view.member.tier_id == "base"


def test_a_social_discount_waits_for_its_paper_and_nothing_else_does(club: Bench):
    club.mirrors(member_row("anna", 20, segments=("pensioner",)))
    ok(club.till.member("card", CARDS["anna"]))
    assert club.view.demand is None
    club.scan(MILK)
    demand = club.view.demand
    assert demand.kind == "evidence"
    assert "пенсионное удостоверение" in Words("ru").say(demand.text)
    assert club.sale.discount_total_minor == 0
    assert refusal(club.till.confirm("evidence", "maybe")) == "bad_answer"
    ok(club.till.confirm("evidence", "seen"))
    assert club.view.demand is None
    assert club.sale.discount_total_minor == 8_99
    answer = ok(club.till.pay("cash", None))
    document = club.memory.journal.document(answer.data["receipt_number"])
    assert document.evidence == (("pensioner", "пенсионное удостоверение"),)


def test_a_refused_paper_gives_no_discount_and_is_not_asked_for_again(club: Bench):
    club.mirrors(member_row("anna", 20, segments=("pensioner",)))
    ok(club.till.member("card", CARDS["anna"]))
    club.scan(MILK)
    ok(club.till.confirm("evidence", "refused"))
    assert club.view.demand is None
    assert refusal(club.till.confirm("evidence", "seen")) == "bad_answer"
    club.scan(BREAD)
    assert club.view.demand is None
    answer = ok(club.till.pay("cash", None))
    document = club.memory.journal.document(answer.data["receipt_number"])
    assert (document.evidence, document.totals.discount_minor) == ((), 0)


def test_the_paper_of_one_member_serves_no_other(club: Bench):
    club.mirrors(member_row("anna", 20, segments=("pensioner",)))
    club.mirrors(member_row("dina", 21, segments=("pensioner",)))
    ok(club.till.member("card", CARDS["anna"]))
    club.scan(MILK)
    ok(club.till.confirm("evidence", "seen"))
    ok(club.till.member("card", CARDS["dina"]))
    assert club.view.demand.kind == "evidence"
    assert club.sale.discount_total_minor == 0


def test_a_cumulative_discount_by_days_counts_this_tills_own_receipts(club: Bench):
    club.mirrors(member_row("anna", 20, segments=("collector",)))
    ok(club.till.member("card", CARDS["anna"]))
    club.scan(MILK)
    assert any("7" in one for one in said(club))
    ok(club.till.pay("cash", None))
    buy(club, CHEESE)
    ok(club.till.member("card", CARDS["anna"]))
    club.scan(BREAD)
    # Silver by the membership gives 5 %, the 1 089.90 of today give 7 %: the better one.
    assert club.sale.discount_total_minor == 3_15


def test_a_partners_card_earns_at_the_partners_rate_and_marks_the_receipt(club: Bench):
    own = buy(club, SWEETS)
    ok(club.till.member("card", CARDS["gleb"]))
    partners = club.sold(SWEETS)
    assert (own.totals.points_earned, partners.totals.points_earned) == (5, 20)
    assert partners.member_code == PARTNER_FROM
    assert partners.member_id == member_id("gleb")
    marks = added({}, partners.tallies)
    assert marks[("partner/bank", "2026-11")] == 100_00
    assert ("partner/bank", "2026-11") not in added({}, own.tallies)


def test_the_way_up_by_visits_is_told_in_visits(manager: Bench):
    rows = [
        {"id": "base", "name": {"ru": "Участник"}},
        {"id": "silver", "name": {"ru": "Серебро"}, "from": 2},
    ]
    tiers = {"by": "visits", "period": "month", "list": rows}
    manager.mirrors(program_row(14, {**STANDING, "tiers": tiers}))
    buy(manager, MILK)
    ok(manager.till.member("card", CARDS["anna"]))
    manager.scan(MILK)
    assert "До уровня «Серебро» остался 1 визит" in said(manager)
    assert manager.view.member.next_tier_needs_minor is None
    ok(manager.till.pay("cash", None))
    ok(manager.till.member("card", CARDS["anna"]))
    assert manager.view.member.tier_id == "silver"
