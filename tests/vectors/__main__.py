"""`python -m tests.vectors FILES...`: neutral cases through the real engine. Never edits a case."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.vectors.outcome import Adapter, Outcome
from tests.vectors.reasons import NOT_MODELLED
from tests.vectors.registry import ADAPTERS

FIRST_DIFFERENCES = 10
HEAD = 4096


def adapter_of(path: Path, adapters: Sequence[Adapter] = ADAPTERS) -> Adapter | None:
    with path.open(encoding="utf-8") as file:
        head = file.read(HEAD)
    return next((a for a in adapters if a.recognises(path, head)), None)


def report(path: Path, name: str, outcomes: Sequence[Outcome]) -> int:
    """Prints one file's result; returns how many cases failed."""
    failed = [o for o in outcomes if o.difference or o.not_modelled not in {"", *NOT_MODELLED}]
    left_out = [o for o in outcomes if o.not_modelled in NOT_MODELLED]
    for outcome in failed[:FIRST_DIFFERENCES]:
        what = outcome.difference or f"no such reason: {outcome.not_modelled}"
        print(f"  {outcome.case_id}: {what}")
    if len(failed) > FIRST_DIFFERENCES:
        print(f"  ... and {len(failed) - FIRST_DIFFERENCES} more")
    for reason, why in NOT_MODELLED.items():
        ids = [o.case_id for o in left_out if o.not_modelled == reason]
        if ids:
            print(f"  not modelled ({len(ids)}), {reason}: {why}: {', '.join(ids)}")
    passed = len(outcomes) - len(failed) - len(left_out)
    print(
        f"{path.name} ({name}): {passed} passed, {len(failed)} failed, {len(left_out)} not modelled"
    )
    return len(failed)


def main(arguments: Sequence[str]) -> int:
    if not arguments:
        print("usage: python -m tests.vectors FILES...")
        return 2
    failures = 0
    for path in map(Path, arguments):
        adapter = adapter_of(path)
        if adapter is None:
            print(f"{path.name}: no adapter recognises this format")
            failures += 1
            continue
        failures += report(path, adapter.name, list(adapter.run(path)))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
