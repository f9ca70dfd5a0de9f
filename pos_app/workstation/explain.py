"""Why every price is what it is: for the open transaction, the one just closed, any past receipt.

A closed receipt is priced again by the engine of its own rules from what was kept with it, so it
answers as it did before payment; where the rules of then are gone it says so. Never a price of
its own, and never a reason made up afterwards.
"""

from collections.abc import Callable, Iterable, Iterator

from pos_app.domain.document import CompletedTransaction, PriceModification, Step, TransactionKind
from pos_app.domain.pricing.result import Priced
from pos_app.domain.pricing.trace import why_modified
from pos_app.domain.sentence import Points, Sentence, say
from pos_app.workstation import told
from pos_app.workstation.answer import Answer, done, refused
from pos_app.workstation.pricing_task import engine_then, price
from pos_app.workstation.station import Station, Voice
from pos_app.workstation.view import TraceRow
from pos_app.workstation.why_order import in_order

EARNED, REDEEMED, CUT, RULES = "points", "redeemed", "cut", "rules"
"""Rows that are no rule's: points of a receipt that keeps no more, points that paid and the limit
that bound them, what cut the receipt's points, and that the rules of then cannot be asked."""


def explain(station: Station, transaction_id: str | None) -> Answer:
    """data["trace"]: applied rules, then the others, the nearest first, each with the first
    condition that failed. None: the
    open receipt; with none open the last one, whose data["receipt_number"] is told. An open return
    has no prices of its own: it is explained by the receipt its goods come from."""
    transaction = station.open
    if transaction_id is None and transaction is not None and transaction.original is not None:
        sold = transaction.original
        return done(trace=_closed(station, sold), receipt_number=sold.receipt_number)
    if transaction_id is None and transaction is not None:
        priced = price(station, transaction, explain=True)
        return done(trace=_rows(station, priced, [one.line for one in transaction.lines]))
    journal = station.journal
    document = journal.document(transaction_id) if transaction_id else journal.last_document()
    if document is None:
        return refused("unknown_receipt" if transaction_id else "nothing_open")
    return done(trace=_closed(station, document), receipt_number=document.receipt_number)


def kept_of(station: Station, document: CompletedTransaction) -> tuple[str, bytes] | None:
    """What joins the commit of a sale, so that it is explained for ever as it was before."""
    context, transaction = station.priced_for, station.open
    if document.kind is not TransactionKind.SALE or context is None or transaction is None:
        return None
    if transaction.transaction_id != document.transaction_id:
        return None
    return document.transaction_id, told.kept(context, transaction.lines)


def _closed(station: Station, document: CompletedTransaction) -> tuple[TraceRow, ...]:
    """As the open receipt was explained; where that cannot be any more, what the document tells."""
    numbers = [one.line for one in document.lines]
    priced = _again(station, document)
    if isinstance(priced, Priced):
        return _rows(station, priced, numbers)
    return (*_past(document, _voice(station).text), *priced)


def _again(station: Station, document: CompletedTransaction) -> Priced | tuple[TraceRow, ...]:
    """The receipt priced once more by the rules of then; or why that cannot be. A price that is
    not the document's to the last unit and point explains nothing."""
    body = station.journal.told(document.transaction_id)
    if document.kind is not TransactionKind.SALE:
        return ()
    if body is None:
        return (_unexplained(station, say("why.not_kept")),)
    engine = engine_then(station, document.program)
    if engine is None:
        version = document.program.version if document.program else 0
        return (_unexplained(station, say("why.rules_gone", version=version)),)
    try:
        context, lines = told.read(body, document, _language(station))
        priced = engine.price(lines, context)
    except (ValueError, KeyError, TypeError):
        return (_unexplained(station, say("why.not_kept")),)
    return priced if _same(priced, document) else (_unexplained(station, say("why.not_kept")),)


def _same(priced: Priced, document: CompletedTransaction) -> bool:
    """Whether every line is reduced by the same rules, paid and earned the same."""
    return all(
        _marks(one.modifications) == _marks(line.modifications)
        and (one.net_minor, one.points_redeemed, one.points_earned)
        == (line.net_minor, line.points_redeemed, line.points_earned)
        for one, line in zip(priced.lines, document.lines, strict=True)
    )


def _marks(modifications: Iterable[PriceModification]) -> list[tuple[str, Step, int]]:
    return [(one.rule_id, one.step, one.amount_minor) for one in modifications]


def _unexplained(station: Station, why: Sentence) -> TraceRow:
    name = _voice(station).text("why.rules_name")
    return TraceRow(RULES, name, False, 0, (), (why,))


def _voice(station: Station) -> Voice:
    return station.gear.voice(_language(station))


def _language(station: Station) -> str:
    return station.operator.language if station.operator else station.settings.language


def _rows(station: Station, priced: Priced, numbers: list[int]) -> tuple[TraceRow, ...]:
    """What the rules did, what points paid and what limited them."""
    rows = [
        TraceRow(
            t.rule_id, t.name, t.applied, t.amount_minor, t.lines, t.why, _places(t.lines, numbers)
        )
        for t in priced.trace
    ]
    return in_order((*rows, *_limited(_voice(station).text, priced, numbers)))


def _limited(text: Callable[..., str], priced: Priced, numbers: list[int]) -> Iterator[TraceRow]:
    """Points as money with the one limit that binds; and what cut the points earned."""
    totals, limit = priced.totals, priced.limit
    if totals.points_redeemed:
        why = (say("why.redeemed", points=Points(totals.points_redeemed)), *_told(limit.why))
        lines = tuple(one.line for one in priced.lines if one.points_redeemed)
        name, places = text("why.redeem_name"), _places(lines, numbers)
        yield TraceRow(REDEEMED, name, True, totals.points_minor, lines, why, places)
    elif limit.why is not None:
        yield TraceRow(REDEEMED, text("why.redeem_name"), False, 0, (), (limit.why,))
    if priced.notes:
        yield TraceRow(CUT, text("why.cut_name"), True, 0, (), priced.notes)


def _told(why: Sentence | None) -> tuple[Sentence, ...]:
    return () if why is None else (why,)


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
        unnamed = "goodwill.name" if first.step is Step.GOODWILL else "why.unnamed_rule"
        name = first.name or text(unnamed)
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
