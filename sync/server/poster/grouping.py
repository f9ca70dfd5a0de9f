"""Facts of many batches put together for one transaction, and taken apart again. Never posts."""

from collections.abc import Iterator, Sequence

from pos_app.domain.events import MemberEnrolled, MembersMerged, ReceiptCredited
from sync.server.poster.applying import ByBucket
from sync.server.poster.outcomes import Batch
from sync.server.poster.planning import Told

ALONE = (MemberEnrolled, MembersMerged, ReceiptCredited)
"""Events that touch several buckets in an order of their own."""


def groups(batches: Sequence[Batch]) -> list[list[Told]]:
    """Readable events in order; what touches several buckets stands alone: the next may need it."""
    found: list[list[Told]] = []
    alone = True
    for batch in batches:
        for fact in batch.facts:
            if fact.event is None or fact.outcome == "parked":
                continue
            single = isinstance(fact.event, ALONE)
            if single or alone:
                found.append([])
            found[-1].append(Told(batch.terminal, fact))
            alone = single
    return found


def halved(parts: ByBucket) -> Iterator[ByBucket]:
    """Smaller transactions of the same; none when it is one part."""
    if len(parts) > 1:
        buckets = sorted(parts)
        middle = len(buckets) // 2
        yield {bucket: parts[bucket] for bucket in buckets[:middle]}
        yield {bucket: parts[bucket] for bucket in buckets[middle:]}
        return
    ((bucket, some),) = parts.items()
    if len(some) > 1:
        for part in some:
            yield {bucket: [part]}
