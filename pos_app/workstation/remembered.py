"""What the screen shows of the database, as last read: a damaged one is still shown.

Never a fact.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pos_app.domain.sentence import Sentence
from pos_app.workstation.open_kept import Half
from pos_app.workstation.ports import SuspendedDraft, TerminalIdentity


@dataclass(frozen=True, slots=True)
class Remembered:
    """`names`: whose card is on a suspended receipt without a label, by its transaction, as the
    mirror had them at `names_of`; `cut`: those that nobody put aside; `put_back`: those of a
    former life of the file; `halves`: those of which the return of an exchange has paid a part;
    `to_pay`: minor units of each without what points pay."""

    identity: TerminalIdentity | None = None
    suspended: tuple[SuspendedDraft, ...] = ()
    unsent: int = 0
    trouble: Sentence | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    cut: frozenset[str] = frozenset()
    put_back: frozenset[str] = frozenset()
    halves: Mapping[str, Half] = field(default_factory=dict)
    names_of: str = ""
    to_pay: Mapping[str, int] = field(default_factory=dict)
