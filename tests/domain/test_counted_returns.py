"""Random receipts through the real engine: what comes back, in any parts, counts no more."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_app.domain.completion import Place, Rules, Secured, complete_sale
from pos_app.domain.counted_customer import Counted, with_counters
from pos_app.domain.loyalty.program import load
from pos_app.domain.loyalty.tally import added
from pos_app.domain.pricing.engine import Engine
from pos_app.domain.quantity import Unit, grams, pieces
from pos_app.domain.returning import ReturnLine, Terms, complete_return
from pos_app.domain.tax import russian_tax
from pos_app.domain.tender import Tender, TenderKind
from pos_app.domain.transaction import MemberLink, Transaction, add, with_tender
from tests.builders import NOON_UTC, TODAY, a_context, a_customer, an_item, counted_ids
from tests.domain.counting import BASE, REWARD

OFFERED = {"id": "o", "kind": "percent", "percent": "10", "when": {"segments": ["offer/o"]}}
LIMITED = {"id": "l", "kind": "amount", "amount": "3.00", "goods": {"categories": ["c2"]},
           "limits": {"per_member": 2, "period": "week"}}  # fmt: skip
PROGRAM = load(
    json.dumps(
        {
            **BASE,
            "promotions": [REWARD, OFFERED, LIMITED],
            "cashback": {
                "caps": [
                    {"id": "all", "points": 40},
                    {"id": "two", "points": 15, "period": "week", "categories": ["c2"]},
                ]
            },
            "stamps": {
                "cards": [
                    {"id": "tea", "kind": "units", "needed": 6, "reward": "free"},
                    {"id": "most", "kind": "units", "needed": 9, "most_per_receipt": 3},
                    {"id": "big", "kind": "receipts", "needed": 3, "min_receipt": "50.00"},
                    {"id": "set", "kind": "set", "needed": 2, "elements": ["c0", "c1", "c2"]},
                    {"id": "run", "kind": "streak", "needed": 3},
                ]
            },
            "offers": {"list": [{"id": "o", "members": ["anna"], "uses": 3, "period": "month"}]},
            "draws": {"list": [{"id": "car", "per": "20.00"}, {"id": "van", "per_unit": 2}]},
        }
    )
)
ENGINE = Engine(PROGRAM)
RULES = Rules(PROGRAM, russian_tax())
PLACE = Place("s1", "t1", 1, TODAY, "op1", NOON_UTC, "A000001")
GOODS = [an_item(f"g{n}", 10_00 + 7_77 * n, categories=(f"c{n % 3}",)) for n in range(5)]
WEIGHED = [replace(item, item_id=f"w{n}", unit=Unit.GRAM) for n, item in enumerate(GOODS)]
HELD = {("stamps/tea", ""): 6}


def sold(rows, tallies, new_id):
    """The document of a member's sale of (number of goods, pieces or grams)."""
    transaction = Transaction(new_id(), NOON_UTC, member=MemberLink("anna", "card"))
    for number, amount in rows:
        item = GOODS[number] if amount < 20 else WEIGHED[number]
        quantity = pieces(amount) if amount < 20 else grams(amount)
        price = item.prices[0].price_minor
        transaction = add(transaction, item, item.item_id, quantity, price, "scan")
    customer = with_counters(PROGRAM, a_customer("anna"), Counted(tallies), TODAY)
    lines = [line.basket_line() for line in transaction.lines]
    priced = ENGINE.price(lines, a_context(customer=customer))
    due = priced.totals.due_minor
    transaction = with_tender(transaction, Tender(TenderKind.CASH, due))
    return complete_sale(transaction, priced, PLACE, RULES, secured=Secured(), new_id=new_id)


rows = st.lists(
    st.tuples(st.integers(0, 4), st.integers(1, 5) | st.integers(100, 900)), min_size=1, max_size=6
)


@pytest.mark.usefixtures("untraced")
@settings(max_examples=150, deadline=None)
@given(rows, st.booleans(), st.data())
def test_a_sale_returned_in_any_parts_leaves_the_member_as_before(found, full, data) -> None:
    new_id = counted_ids()
    before = HELD if full else {}
    sale = sold(found, before, new_id)
    tallies = added(before, sale.tallies)
    assert {key for key in tallies if key[0].startswith("visits")}
    left = {line.line: line.quantity.value for line in sale.lines}
    earlier = []
    while left:
        number = data.draw(st.sampled_from(sorted(left)))
        taken = data.draw(st.integers(1, left[number]) | st.just(left[number]))
        line = next(one for one in sale.lines if one.line == number)
        back = complete_return(
            sale, [ReturnLine(line, taken)], earlier, PLACE,
            transaction_id=new_id(), terms=Terms("defect"), new_id=new_id,
        )  # fmt: skip
        tallies = added(tallies, back.tallies)
        earlier.append(back)
        left[number] -= taken
        left = {n: units for n, units in left.items() if units}
    assert tallies == before


@settings(max_examples=60, deadline=None)
@given(rows, rows)
def test_what_is_earned_stays_within_every_cap(one, other) -> None:
    new_id = counted_ids()
    tallies = added({}, sold(one, {}, new_id).tallies)
    tallies = added(tallies, sold(other, tallies, new_id).tallies)
    for cap in PROGRAM.cashback.caps:
        assert all(n <= cap.points for (name, _), n in tallies.items() if name == cap.tally)
