"""Numbers of one running server for Prometheus, in a registry of its own. Never personal data.

Labels are routes, codes, kinds and classes of age: their number does not grow with terminals or
members. What would need a walk over all accounts is walked bucket by bucket, a part at each scrape.
"""

from dataclasses import dataclass, field

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from sync.server.watch.figures import Books, Figures

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 30.0, 90.0)
LAG_SECONDS = (0.05, 0.2, 1.0, 5.0, 30.0, 300.0, 3600.0)


@dataclass
class Metrics:
    """Counters that requests and the poster move, and gauges set when somebody looks."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    books: Books = field(default_factory=Books)

    def __post_init__(self) -> None:
        own = self.registry
        self.requests = Counter(
            "kopilka_requests", "Requests by route and outcome", ["route", "outcome"], registry=own
        )
        self.seconds = Histogram(
            "kopilka_request_seconds", "Time to answer", ["route"], buckets=SECONDS, registry=own
        )
        self.events = Counter("kopilka_pushed_events", "Events in accepted batches", registry=own)
        self.rows = Counter("kopilka_pulled_rows", "Rows of the feed that were sent", registry=own)
        self.lag = Histogram(
            "kopilka_feed_lag_seconds",
            "From the acknowledgement of a batch to its effects in the feed",
            buckets=LAG_SECONDS,
            registry=own,
        )
        self._gauges = {
            name: Gauge(f"kopilka_{name}", words, registry=own) for name, words in GAUGES.items()
        }
        self._conflicts = Gauge(
            "kopilka_conflicts_open", "Waiting for a person, by kind", ["kind"], registry=own
        )
        self._terminals = Gauge(
            "kopilka_terminals", "Active terminals by last contact", ["heard"], registry=own
        )

    def show(self, figures: Figures, snapshot_age_s: float) -> None:
        """Set the gauges; a snapshot that was never built is -1 old."""
        values = {
            "inbox_batches": figures.inbox_batches,
            "inbox_age_seconds": figures.inbox_age_s,
            "unannounced_allowances": figures.unannounced,
            "parked_events_open": figures.conflicts.get("parked", 0),
            "books_difference_points": self.books.difference(),
            "books_checked_ratio": self.books.checked(),
            "allowance_outstanding_points": self.books.reserved(),
            "snapshot_age_seconds": snapshot_age_s,
        }
        for name, value in values.items():
            self._gauges[name].set(value)
        self._conflicts.clear()
        for kind, count in figures.conflicts.items():
            self._conflicts.labels(kind).set(count)
        for age, count in figures.terminals.items():
            self._terminals.labels(age).set(count)

    def text(self) -> bytes:
        """The exposition format of Prometheus."""
        return generate_latest(self.registry)


GAUGES = {
    "inbox_batches": "Acknowledged batches that are not posted yet",
    "inbox_age_seconds": "Age of the oldest of them",
    "unannounced_allowances": "Grants whose terminals are not told yet",
    "parked_events_open": "Events that could not be posted and nobody has looked at",
    "books_difference_points": "Sum over members of |sum(ledger) - balance|; must be 0",
    "books_checked_ratio": "Part of the buckets behind the last two figures",
    "allowance_outstanding_points": "Points that terminals may still spend without asking",
    "snapshot_age_seconds": "Age of the mirror file that new terminals get; -1 for none",
}
