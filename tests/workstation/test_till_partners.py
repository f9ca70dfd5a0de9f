"""A partner's card at the till: beside the member or alone, and never a member by itself."""

from typing import Any

import pytest

from pos_app.domain.loyalty.tally import added
from resources.words import Words
from tests.workstation.test_till_standing import STANDING
from tests.workstation.tills import (
    BREAD,
    CARDS,
    MILK,
    PHONES,
    STRANGE_CARD,
    Bench,
    member_id,
    member_row,
    notices,
    ok,
    program_row,
    refusal,
)

BANK_CARD, OTHER_BANK_CARD = "7700000123", "7700000124"


def percent(name: str, amount: str, **when: Any) -> dict[str, Any]:
    return {
        "id": name,
        "name": {"ru": name},
        "kind": "percent",
        "percent": amount,
        "goods": {"items": ["item1" if name != "club-bread" else "item2"]},
        "when": when,
    }


COALITION: dict[str, Any] = {
    **STANDING,
    "promotions": [
        percent("bank-milk", "10", segments=["partner:bank"]),
        percent("club-bread", "20", members_only=True),
    ],
    "member_discounts": [
        {"id": "all", "name": {"ru": "Участникам"}, "kind": "fixed", "percent": "3"},
    ],
    "partners": {
        "list": [
            {
                "id": "bank",
                "name": {"ru": "Банк", "en": "Bank"},
                "cards": [{"from": "7700000000", "to": "7700999999"}],
            }
        ]
    },
}
BOTH = 8_99 + 9_00
"""Milk by the bank's card, bread for members."""


@pytest.fixture
def club(manager: Bench) -> Bench:
    manager.mirrors(program_row(14, COALITION))
    return manager


def marks(document: Any) -> dict[tuple[str, str], int]:
    return {k: v for k, v in added({}, document.tallies).items() if k[0].startswith("partner/")}


def test_a_partners_card_stands_beside_the_member(club: Bench):
    club.scan(MILK, BREAD, CARDS["anna"])
    answer = club.scan(BANK_CARD)
    assert notices(answer) == ["partner_card"]
    assert Words("ru").say(answer.notices[0].text) == "Карта партнёра: Банк"
    assert club.view.member.display_name == "Anna"
    assert "Карта партнёра: Банк" in [Words("ru").say(o) for o in club.view.member.on_the_way]
    assert club.sale.discount_total_minor == BOTH
    ok(club.till.pay("cash", None))
    document = club.documents()[-1]
    assert (document.member_id, document.member_code) == (member_id("anna"), "")
    assert marks(document) == {("partner/bank", "2026-11"): 89_90 + 45_00 - BOTH}
    assert document.totals.points_earned == (80_91 + 36_00) // 5 // 100


def test_a_member_who_comes_after_a_partners_card_keeps_it(club: Bench):
    club.scan(BANK_CARD, MILK, BREAD)
    ok(club.till.member("phone", PHONES["anna"]))
    assert club.sale.discount_total_minor == BOTH
    ok(club.till.undo())
    assert club.view.member is None
    assert club.sale.discount_total_minor == 8_99


def test_a_partners_card_alone_gives_only_what_names_the_partner(club: Bench):
    club.scan(MILK, BREAD, BANK_CARD)
    assert club.view.member is None
    assert club.sale.discount_total_minor == 8_99
    assert club.sale.points_earned == 0
    ok(club.till.pay("cash", None))
    document = club.documents()[-1]
    assert (document.member_id, document.member_code, document.entries) == (None, "", ())
    assert added({}, document.tallies) == {("partner/bank", "2026-11"): 125_91}


def test_a_partners_card_is_taken_off_after_the_member(club: Bench):
    club.scan(MILK, BREAD, BANK_CARD, CARDS["anna"])
    ok(club.till.remove_member())
    assert club.sale.discount_total_minor == 8_99
    ok(club.till.remove_member())
    assert club.sale.discount_total_minor == 0
    assert refusal(club.till.remove_member()) == "no_member"


def test_a_guests_card_earns_and_opens_nothing_meant_for_members(club: Bench):
    club.scan(MILK, BREAD, STRANGE_CARD)
    assert club.sale.discount_total_minor == 0
    assert club.sale.points_earned == 6
    club.rest()
    assert club.sale.teaser.saves_minor == 2_70 + 9_00
    club.scan(BANK_CARD)
    assert club.sale.discount_total_minor == 8_99
    ok(club.till.pay("cash", None))
    assert club.documents()[-1].member_code == STRANGE_CARD


def test_the_server_may_know_a_partners_card_for_a_members_own(club: Bench):
    club.courier.online = True
    assert notices(club.scan(BANK_CARD)) == ["partner_card"]
    club.mirrors(member_row("anna", 900, 40, keys=(("card", BANK_CARD),)))
    club.courier.answers("identify")
    assert club.view.member.display_name == "Anna"
    club.scan(MILK)
    assert club.sale.discount_total_minor == 8_99


@pytest.mark.parametrize("reply", [{}, {"error": "timeout"}])
def test_a_server_that_knows_no_member_by_it_leaves_the_partners_card(club: Bench, reply):
    club.courier.online = True
    club.scan(MILK, BANK_CARD)
    club.courier.answers("identify", **reply)
    assert club.codes_heard() == []
    assert club.view.member is None
    assert club.sale.discount_total_minor == 8_99


def test_with_a_member_nobody_is_asked_whose_the_partners_card_is(club: Bench):
    club.scan(CARDS["anna"])
    club.courier.online = True
    club.scan(BANK_CARD)
    assert club.courier.asked == []


def test_a_partners_card_outlives_a_suspension_and_one_shown_meanwhile_counts(club: Bench):
    club.scan(MILK, BANK_CARD)
    number = club.sale.id
    ok(club.till.suspend(""))
    ok(club.till.resume(number))
    assert club.sale.discount_total_minor == 8_99
    ok(club.till.remove_member())
    ok(club.till.suspend(""))
    club.scan(OTHER_BANK_CARD)
    ok(club.till.resume(number))
    assert club.sale.discount_total_minor == 8_99
