"""Why every price is what it is: for the open transaction, the one just closed, any past receipt.

Never another answer after payment than before it. Never a price of its own.
"""

from collections.abc import Callable, Iterable

from pos_app.domain.document import CompletedTransaction, PriceModification, Step, TransactionKind
from pos_app.domain.pricing.result import Trace
from pos_app.domain.pricing.trace import why_modified
from pos_app.domain.sentence import Points, say
from pos_app.domain.transaction import Transaction
from pos_app.workstation.answer import Answer, done, refused
from pos_app.workstation.ports import StorageBroken
from pos_app.workstation.pricing_task import context_of, engine_of, price
from pos_app.workstation.station import Station
from pos_app.workstation.told import Told
from pos_app.workstation.view import TraceRow

EARNED = "points"
"""The row of a past receipt's points: which rules gave them is not in the document."""


def explain(station: Station, transaction_id: str | None) -> Answer:
    """data["trace"]: applied rules, then the others with the first condition that failed."""
    if transaction_id is not None:
        document = station.journal.document(transaction_id)
        return done(trace=_closed(station, document)) if document else refused("unknown_receipt")
    if station.open is None:
        return refused("nothing_open")
    trace = price(station, station.open, explain=True).trace
    return done(trace=_rows(trace, [one.line for one in station.open.lines]))


def keep(station: Station, transaction: Transaction) -> None:
    """The receipt is about to close: what it takes to say the same afterwards as before.

    Reckoned only if somebody asks; the rules, the member and the hour are those of the sale.
    """
    if transaction.kind is not TransactionKind.SALE or station.priced is None:
        return
    try:
        engine, context = engine_of(station), context_of(station, transaction, explain=True)
    except StorageBroken:
        return  # the sale is on the disk: a reason that cannot be read undoes nothing
    lines = tuple(line.basket_line() for line in transaction.lines)
    net_minor = station.priced.totals.net_minor

    def trace() -> tuple[Trace, ...] | None:
        priced = engine.price(lines, context)
        return priced.trace if priced.totals.net_minor == net_minor else None

    station.told = Told(transaction.transaction_id, trace)


def _closed(station: Station, document: CompletedTransaction) -> tuple[TraceRow, ...]:
    told = station.told
    same = told is not None and told.transaction_id == document.transaction_id
    trace = told.trace() if told is not None and same else None
    if trace is None:
        return _past(document, station.gear.voice(_language(station)).text)
    return _rows(trace, [one.line for one in document.lines])


def _language(station: Station) -> str:
    return station.operator.language if station.operator else station.settings.language


def _rows(trace: Iterable[Trace], numbers: list[int]) -> tuple[TraceRow, ...]:
    return tuple(
        TraceRow(
            t.rule_id, t.name, t.applied, t.amount_minor, t.lines, t.why, _places(t.lines, numbers)
        )
        for t in trace
    )


def _places(lines: Iterable[int], numbers: list[int]) -> tuple[int, ...]:
    """Where those lines stand on the screen and on the paper."""
    return tuple(sorted(numbers.index(one) + 1 for one in lines if one in numbers))


def _past(document: CompletedTransaction, text: Callable[..., str]) -> tuple[TraceRow, ...]:
    """A past receipt explains itself: every reduction is stored with its arithmetic."""
    numbers = [one.line for one in document.lines]
    rules: dict[str, list[tuple[int, PriceModification]]] = {}
    for line in document.lines:
        for modification in line.modifications:
            rules.setdefault(modification.rule_id, []).append((line.line, modification))
    rows = []
    for rule_id, parts in rules.items():
        said = {str(why_modified(m)): why_modified(m) for _, m in parts}
        amount = sum(m.amount_minor for _, m in parts)
        lines, first = tuple(number for number, _ in parts), parts[0][1]
        name = first.name or (text("goodwill.name") if first.step is Step.GOODWILL else rule_id)
        why, places = tuple(said.values()), _places(lines, numbers)
        rows.append(TraceRow(rule_id, name, True, amount, lines, why, places))
    return (*rows, *_earned(document, text, numbers))


def _earned(
    document: CompletedTransaction, text: Callable[..., str], numbers: list[int]
) -> tuple[TraceRow, ...]:
    points = document.totals.points_earned
    if not points:
        return ()
    lines = tuple(one.line for one in document.lines if one.points_earned)
    why = (say("why.earned_in_all", points=Points(points)),)
    name = text("why.points_name")
    return (TraceRow(EARNED, name, True, 0, lines, why, _places(lines, numbers)),)
