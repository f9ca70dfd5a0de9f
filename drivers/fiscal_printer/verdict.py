"""What the server's record of a uuid means for its document. Never asks anything itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from drivers.contract.fiscal import FiscalError
from drivers.fiscal_printer.words import ERRORS, INTERRUPTED

NOT_YET = frozenset({"wait", "inProgress"})
NEVER = frozenset({"canceled", "cancelled"})


class Fate(Enum):
    """Done, surely not, still running, or nobody can tell."""

    DONE = "done"
    NOT_DONE = "not_done"
    RUNNING = "running"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`params` of a done document (empty where nothing is numbered); else why."""

    fate: Fate
    params: Mapping[str, Any] | None = None
    error: FiscalError = FiscalError.NONE
    message: str = ""


def verdict_of(body: Mapping[str, Any]) -> Verdict:
    """Of `GET /requests/<uuid>`: `results[0]`."""
    results = body.get("results")
    one = results[0] if isinstance(results, list) and results else None
    if not isinstance(one, Mapping):
        return Verdict(Fate.UNKNOWN, error=FiscalError.FAULT, message="the answer has no results")
    status = str(one.get("status"))
    if status in NOT_YET:
        return Verdict(Fate.RUNNING)
    if status == "ready":
        return Verdict(Fate.DONE, _params(one))
    code, words = _error(one)
    kind = ERRORS.get(code, FiscalError.FAULT)
    if status in NEVER:
        return Verdict(Fate.NOT_DONE, error=FiscalError.BLOCKED, message="taken out of the queue")
    if status == "error" and code not in INTERRUPTED:
        return Verdict(Fate.NOT_DONE, error=kind, message=words)
    # interrupted, blocked, a state of a later version, or paper that ended in the middle
    return Verdict(Fate.UNKNOWN, error=kind, message=words or status)


def _params(one: Mapping[str, Any]) -> Mapping[str, Any]:
    result = one.get("result")
    params = result.get("fiscalParams") if isinstance(result, Mapping) else None
    return params if isinstance(params, Mapping) else {}


def _error(one: Mapping[str, Any]) -> tuple[int, str]:
    """Version 2 of the interface has an object; some servers flat fields."""
    said = one.get("error")
    if isinstance(said, Mapping):
        return int(said.get("code") or 0), str(said.get("description") or "")
    return int(one.get("errorCode") or 0), str(one.get("errorDescription") or "")
