"""A receipt of an unidentified customer as it would be with a card. Data; `teaser` makes it."""

from dataclasses import dataclass

from pos_app.domain.pricing.result import Priced


@dataclass(frozen=True, slots=True)
class Teased:
    """`beside`: the prices it was made for; `done`: priced, and None where there is nothing."""

    beside: Priced
    with_card: Priced | None = None
    done: bool = False

    def of(self, priced: Priced | None) -> Priced | None:
        """What is told beside these prices; never beside others."""
        return self.with_card if self.beside is priced else None
