"""The engine over the whole grid of the sketch, and over baskets built to be hard.

Sparse: every promotion names 5 of 2 000 SKUs. Dense: every promotion touches every line, which no
shop has; the budget of nodes bounds the work there and the gap says what may be missed.
"""

import json
import statistics
from functools import partial
from typing import Any

from pos_app.domain.loyalty.program import Program, load
from pos_app.domain.pricing.engine import Engine
from tests.benchmarks.pricing_bench import basket, promotion, sketch
from tests.benchmarks.rows import Row, seconds
from tests.builders import a_context, a_document, a_line, a_promotion, an_item
from tests.domain.test_best_assignment import Shelf, most_by_counting

LINES, PROMOTIONS, MIXES = (10, 50, 200), (10, 100, 1000), ("sparse", "dense")
EXHAUSTIVE_UNITS = 8
HARD_UNITS = (4, 6, 8, 10, 12, 24, 48, 96)
PRICES = (199_00, 149_00, 129_90, 99_90)


def programme(promos: list[Any]) -> Program:
    """The sketch's promotions as ours; without items they touch everything."""
    documents = []
    for number, kind, value, items in promos:
        document = promotion(number, kind, value, items or frozenset())
        if items is None:
            document.pop("goods")
        documents.append(document)
    return load(json.dumps(a_document(promotions=documents)))


def grid(runs: int) -> list[Row]:
    """Full and incremental, beside the sketch in the same run."""
    peer = sketch()
    rows = []
    for mix in MIXES:
        for count in PROMOTIONS:
            promos = peer.promos(count, mix)
            rules, index = programme(promos), peer.build(promos)
            for lines in LINES:
                times = runs if mix == "sparse" or lines * count <= 10_000 else 1
                rows += _cell(peer, index, rules, (mix, count, lines), times)
    return rows


def _cell(
    peer: Any, index: Any, rules: Program, cell: tuple[str, int, int], runs: int
) -> list[Row]:
    mix, count, lines = cell
    cart = peer.cart(lines + 1)
    ours, context = basket(cart), a_context()
    full, step, floor = [], [], []
    for _ in range(runs):
        engine = Engine(rules)
        full.append(seconds(lambda e=engine: e.price(ours[:lines], context)))
        step.append(seconds(lambda e=engine: e.price(ours, context)))
        base = [line[:] for line in cart[:lines]]
        floor.append(seconds(lambda b=base: peer.run_index(b, *index)))
    result = Engine(rules).price(ours[:lines], context)
    found = "optimal" if result.optimal else f"gap <= {result.gap_minor} minor units"
    base_ms = statistics.median(floor) * 1e3
    what = f"{mix}, {lines} lines x {count} promotions"
    return [
        Row(
            f"{what}, full",
            statistics.median(full) * 1e3,
            base_ms,
            "ms",
            "index sketch",
            note=f"{found}; {result.nodes} nodes",
        ),
        Row(
            f"{what}, one more line",
            statistics.median(step) * 1e3,
            statistics.median(full) * 1e3,
            "ms",
            "our full pricing",
        ),
    ]


def hard_document() -> list[dict[str, Any]]:
    """Four promotions on groups of 2, 3, 4 and 5 that all want the same goods."""
    goods = {"items": [f"i{n}" for n in range(len(PRICES))]}
    return [
        a_promotion("bundle", "two", buy=2, price="270.00", goods=goods),
        a_promotion("buy_n_pay_m", "three", buy=3, pay=2, goods=goods),
        a_promotion("bundle", "four", buy=4, price="430.00", goods=goods),
        a_promotion("buy_n_pay_m", "five", buy=5, pay=3, max_applications=2, goods=goods),
    ]


def overlap(runs: int) -> list[Row]:
    """The curve of overlapping groups: time, nodes and gap; exhaustive search where feasible."""
    document = hard_document()
    rules = load(json.dumps(a_document(promotions=document)))
    rows = []
    for units in HARD_UNITS:
        shelves = [
            Shelf(f"i{n}", units // 4 + (n < units % 4), price) for n, price in enumerate(PRICES)
        ]
        lines = [
            a_line(an_item(s.name, s.price), s.count, line=n)
            for n, s in enumerate(shelves, start=1)
            if s.count
        ]
        times = [seconds(partial(Engine(rules).price, lines, a_context())) for _ in range(runs)]
        rows.append(_hard_row(document, [s for s in shelves if s.count], rules, lines, times))
    return rows


def _hard_row(
    document: list[Any], shelves: list[Shelf], rules: Program, lines: list[Any], times: list[float]
) -> Row:
    result = Engine(rules).price(lines, a_context())
    units = sum(s.count for s in shelves)
    ours = statistics.median(times) * 1e3
    note = f"{'optimal' if result.optimal else f'gap <= {result.gap_minor}'}; {result.nodes} nodes"
    what = f"overlap of 4 group promotions, {units} units"
    if units > EXHAUSTIVE_UNITS:
        return Row(
            f"overlap of 4 group promotions, {units} units", ours, ours, "ms", "-", note=note
        )
    counted: list[int] = []
    base = seconds(lambda: counted.append(most_by_counting(shelves, document, {}))) * 1e3
    same = counted[0] == result.totals.discount_minor
    note += "; equal to counting every assignment" if same else "; NOT the optimum"
    return Row(what, ours, base, "ms", "exhaustive search", note=note)


def measure(runs: int) -> list[Row]:
    """The grid, then the curve."""
    return [*grid(runs), *overlap(runs)]
