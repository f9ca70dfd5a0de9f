"""The pricing engine beside the index sketch: 200 lines x 1 000 promotions on 2 000 SKUs.

The sketch (index_sketch.py, unchanged) has no conditions, no legal floors, no reasons and no search
for the best combination: it is the floor of what an index can do in Python, not a peer.
"""

import itertools
import json
import statistics
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pos_app.domain.loyalty.program import Program, load
from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.pricing.engine import Engine
from tests.benchmarks.rows import RUNS, Row, beside, seconds
from tests.builders import a_context, a_document, a_line, a_promotion, an_item

LINES, PROMOTIONS = 200, 1000
FULL_TARGET, STEP_TARGET = 8, 0.2
SKETCH = Path(__file__).with_name("index_sketch.py")


def sketch() -> Any:
    """Its functions, without its own measuring loop at the end of the file."""
    functions, mark, _loop = SKETCH.read_text(encoding="utf-8").partition("\nout=[]\n")
    assert mark
    found: dict[str, Any] = {}
    exec(compile(functions, str(SKETCH), "exec"), found)  # noqa: S102 - our own file
    return SimpleNamespace(**found)


def promotion(number: int, kind: int, value: int, items: frozenset[int]) -> dict[str, Any]:
    """The sketch's four kinds as our documents."""
    goods = {"goods": {"items": sorted(f"sku{n}" for n in items)}}
    name = f"p{number:04d}"
    if kind == 0:
        return a_promotion("percent", name, percent=str(value), max_units=2, **goods)
    if kind == 1:
        return a_promotion("amount", name, amount="0.50", **goods)
    if kind == 2:
        return a_promotion("buy_n_pay_m", name, buy=3, pay=2, max_applications=1, **goods)
    return a_promotion("amount", name, amount="0.10", max_units=1, **goods)


def program(promotions: list[Any]) -> Program:
    """One programme with all of them, every one competing for its units."""
    return load(
        json.dumps(a_document(promotions=[promotion(*one) for one in promotions])),
    )


def basket(cart: list[list[int]]) -> tuple[BasketLine, ...]:
    """The sketch's cart as lines."""
    return tuple(
        a_line(an_item(f"sku{sku}", price), count, line=number)
        for number, (sku, count, price, _discount) in enumerate(cart, start=1)
    )


def measure(runs: int = RUNS) -> list[Row]:
    """Full pricing against the sketch; one more line against a full pricing."""
    peer = sketch()
    promotions = peer.promos(PROMOTIONS, "sparse")
    index, for_all = peer.build(promotions)
    cart = peer.cart(LINES + 1)
    base = cart[:LINES]
    rules = program(promotions)
    lines = basket(cart)
    context = a_context()
    fresh = iter([Engine(rules) for _ in range(2 * runs + 3)])

    def sketched() -> None:
        peer.run_index([line[:] for line in base], index, for_all)

    def full() -> None:
        """By an engine that has seen no basket: what it remembers is no part of this."""
        next(fresh).price(lines[:LINES], context)

    whole_s, floor_s = beside(full, sketched, runs)
    steps, again = [], []
    for ours in itertools.islice(fresh, runs + 1):
        again.append(seconds(lambda ours=ours: ours.price(lines[:LINES], context)))
        steps.append(seconds(lambda ours=ours: ours.price(lines, context)))
    step_s, again_s = statistics.median(steps[1:]), statistics.median(again[1:])
    ours = next(fresh)
    result = ours.price(lines[:LINES], context)
    touched = len({m.rule_id for line in result.lines for m in line.modifications})
    found = "the optimum" if result.optimal else f"gap at most {result.gap_minor} minor units"
    grid = f"{LINES} lines x {PROMOTIONS} promotions"
    return [
        Row(
            f"price a transaction, {grid}",
            whole_s * 1e3,
            floor_s * 1e3,
            "ms",
            "index sketch, pure Python",
            FULL_TARGET,
            note=f"{touched} promotions applied; {found}; {result.nodes} nodes",
        ),
        Row(
            f"add one line to it ({LINES + 1}st)",
            step_s * 1e3,
            again_s * 1e3,
            "ms",
            "our full pricing of the 200 lines",
            STEP_TARGET,
            note="the engine has just priced the 200, as at a till",
        ),
    ]
