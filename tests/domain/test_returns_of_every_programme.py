"""Whatever a programme gave, a full return takes back, in any parts and any order."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_app.domain.loyalty.ledger import fold
from pos_app.domain.quantity import grams
from tests.builders import a_program, an_entry
from tests.domain.random_shop import EVERY_PROGRAMME, ITEMS
from tests.domain.test_goods_come_back import _back_in_parts
from tests.domain.test_sale_to_return import APPLE, scanned, sold

BASKETS = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
ROWS = st.lists(st.tuples(st.integers(0, len(ITEMS)), st.integers(1, 5)), min_size=1, max_size=4)
TOTALS = (
    "list_minor",
    "discount_minor",
    "net_minor",
    "points_minor",
    "points_redeemed",
    "payable_minor",
    "points_earned",
)
LOTS = [an_entry("earn", 500, entry_id=f"old{n}", expires_on=date(2027, n, 1)) for n in (2, 1)]


def bought(rows, parts, points: int):
    goods = [
        (APPLE, grams(count * 137)) if number == len(ITEMS) else (ITEMS[number], count)
        for number, count in rows
    ]
    return sold(scanned(*goods), a_program(**parts), points=points)


@BASKETS
@given(ROWS, EVERY_PROGRAMME, st.integers(0, 200), st.randoms(use_true_random=False))
def test_all_parts_of_a_return_come_to_the_sale(rows, parts, points, random) -> None:
    document = bought(rows, parts, points)
    backs = _back_in_parts(document, random)
    for name in TOTALS:
        assert sum(getattr(b.totals, name) for b in backs) == getattr(document.totals, name), name
    refunds = sum(t.amount_minor for b in backs for t in b.tenders)
    assert refunds == -document.totals.due_minor
    for back in backs:
        assert all(min(x.payable_minor, x.points_minor, x.points_earned) >= 0 for x in back.lines)


@BASKETS
@given(ROWS, EVERY_PROGRAMME, st.integers(0, 200), st.randoms(use_true_random=False))
def test_a_full_return_restores_every_balance_lot_and_expiry(rows, parts, points, random) -> None:
    document = bought(rows, parts, points)
    backs = _back_in_parts(document, random)
    entries = [*LOTS, *document.entries, *(e for b in backs for e in b.entries)]
    assert fold("m1", entries) == fold("m1", LOTS)
    twice = [*entries, *document.entries, *(e for b in backs for e in b.entries)]
    assert fold("m1", twice) == fold("m1", LOTS)


@BASKETS
@given(ROWS, EVERY_PROGRAMME, st.integers(0, 200))
def test_a_return_in_one_piece_and_unit_by_unit_come_to_the_same(rows, parts, points) -> None:
    document = bought(rows, parts, points)
    singly = _back_in_parts(document, _OneByOne())
    at_once = _back_in_parts(document, _AllAtOnce())
    assert len(at_once) == 1
    for name in TOTALS:
        assert sum(getattr(b.totals, name) for b in singly) == getattr(at_once[0].totals, name)


class _AllAtOnce:
    """Takes everything there is."""

    def sample(self, population, _count):
        return list(population)

    def randint(self, _least: int, most: int) -> int:
        return most


class _OneByOne:
    """Takes one piece of one line; of a weighed line all of it."""

    def sample(self, population, _count):
        return population[:1]

    def randint(self, least: int, most: int) -> int:
        return least if most < 100 else most
