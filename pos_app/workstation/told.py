"""What is kept of a receipt to explain it after payment. Never reckons by itself."""

from collections.abc import Callable
from dataclasses import dataclass

from pos_app.domain.pricing.result import Trace


@dataclass(frozen=True, slots=True)
class Told:
    """Why the prices of the receipt that was closed last were what they were. `trace`: reckoned
    when somebody asks; None where it cannot be told any more."""

    transaction_id: str
    trace: Callable[[], tuple[Trace, ...] | None]
