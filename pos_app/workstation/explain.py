"""Why every price is what it is: for the open transaction, and for any past receipt."""

from pos_app.domain.document import CompletedTransaction, PriceModification
from pos_app.domain.pricing.trace import why_modified
from pos_app.workstation.answer import Answer, done, refused
from pos_app.workstation.pricing_task import price
from pos_app.workstation.station import Station
from pos_app.workstation.view import TraceRow


def explain(station: Station, transaction_id: str | None) -> Answer:
    """data["trace"]: applied rules, then the others with the first condition that failed."""
    if transaction_id is not None:
        document = station.journal.document(transaction_id)
        return done(trace=_past(document)) if document else refused("unknown_receipt")
    if station.open is None:
        return refused("nothing_open")
    trace = price(station, station.open, explain=True).trace
    rows = (TraceRow(t.rule_id, t.name, t.applied, t.amount_minor, t.lines, t.why) for t in trace)
    return done(trace=tuple(rows))


def _past(document: CompletedTransaction) -> tuple[TraceRow, ...]:
    """A past receipt explains itself: every reduction is stored with its arithmetic."""
    rules: dict[str, list[tuple[int, PriceModification]]] = {}
    for line in document.lines:
        for modification in line.modifications:
            rules.setdefault(modification.rule_id, []).append((line.line, modification))
    rows = []
    for rule_id, parts in rules.items():
        said = {str(why_modified(m)): why_modified(m) for _, m in parts}
        amount = sum(m.amount_minor for _, m in parts)
        numbers = tuple(number for number, _ in parts)
        rows.append(
            TraceRow(rule_id, parts[0][1].name, True, amount, numbers, tuple(said.values()))
        )
    return tuple(rows)
