"""What running one neutral case came to. Knows no format."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Outcome:
    """`difference` of a failed case, `not_modelled` names a reason in `reasons.NOT_MODELLED`."""

    case_id: str
    difference: str = ""
    not_modelled: str = ""


class NotModelled(Exception):
    """Raised by an adapter with the name of the reason."""


@dataclass(frozen=True)
class Adapter:
    """`recognises(path, first characters)`; `run(path)` gives an outcome a case, in file order."""

    name: str
    recognises: Callable[[Path, str], bool]
    run: Callable[[Path], Iterator[Outcome]]
