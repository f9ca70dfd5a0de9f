"""What a report is asked about. Never an answer."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Asked:
    """Business days `since` to `until`, both included, of a store or ("") of all; names of tiers
    are in `language`."""

    store_id: str
    since: date
    until: date
    language: str = "ru"
