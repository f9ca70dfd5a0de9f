"""The error tree of the rules. Faults of the user's data are data, not exceptions.

RuleError                 a caller broke a contract of the domain: our bug
|- ProgramRefused         a program document that nobody could explain: path and reason
|- RegulationRefused      a regulation document that nobody could explain: path and reason
|- TransactionClosed      an edit of a completed or voided transaction
"""

from dataclasses import dataclass


class RuleError(Exception):
    """Root of what the rules raise."""


class TransactionClosed(RuleError):
    """Somebody tried to change a transaction that is complete."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a document: where (`promotions[2].percent`) and why."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class ProgramRefused(RuleError):
    """A program document with contradictions; every fault found, not only the first."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(str(f) for f in faults))
        self.faults = faults


class RegulationRefused(RuleError):
    """A regulation document with faults; every one found, not only the first."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(str(f) for f in faults))
        self.faults = faults
