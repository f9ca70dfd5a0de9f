"""Segments at the till: judged from the mirror and the till's own receipts, with no network."""

from typing import Any

import pytest

from tests.sync.mirror.feeds import row
from tests.workstation.tills import BREAD, CARDS, PROGRAM, Bench, member_row, ok, program_row

BOUNDS = {
    "as_of": "2026-11-01",
    "rule": "quantile_7",
    "recency": ["7", "14", "30", "90"],
    "frequency": ["1", "2", "4", "9"],
    "monetary": ["10000", "50000", "100000", "10000001/2"],
}
HALF: dict[str, Any] = {
    "id": "half",
    "name": {"ru": "Хлеб вполцены"},
    "kind": "percent",
    "percent": "50",
    "goods": {"categories": ["Хлеб"]},
}
SEGMENTS: dict[str, Any] = {
    **PROGRAM,
    "version": 2,
    "valid_from": "2026-02-01T00:00:00+03:00",
    "promotions": [{**HALF, "when": {"segments": ["vip", "second"]}}],
    "segments": {
        "list": [{"preset": "vip"}, {"id": "second", "receipts": {"least": 1, "most": 1}}]
    },
}


@pytest.fixture
def club(shop: Bench) -> Bench:
    shop.mirrors(program_row(14, SEGMENTS))
    return shop


def bought(club: Bench, who: str) -> int:
    """What one loaf is reduced by for a member."""
    ok(club.till.member("card", CARDS[who]))
    return club.sold(BREAD).totals.discount_minor


def vip(ver: int) -> Any:
    tallies = {"visits": {"": 12, "2026-11": 2, "2026-11-17": 1}}
    return member_row("anna", ver, tallies=tallies, lifetime_spend=5_000_001)


def told(ver: int, value: Any) -> Any:
    return row("chain", ver, "setting", "rfm_bounds", {"name": "rfm_bounds", "value": value})


def test_a_member_is_scored_by_the_bounds_that_the_chain_told(club: Bench) -> None:
    club.mirrors(vip(50))
    assert bought(club, "anna") == 0, "no bounds yet: nobody is scored"
    club.mirrors(told(15, BOUNDS))
    assert bought(club, "anna") > 0


def test_bounds_that_cannot_be_read_stop_no_sale(club: Bench) -> None:
    club.mirrors(vip(50), told(15, {"as_of": "soon"}))
    assert bought(club, "anna") == 0


def test_the_tills_own_unsent_receipts_count(club: Bench) -> None:
    assert [bought(club, "gleb") > 0 for _ in range(3)] == [False, True, False]
