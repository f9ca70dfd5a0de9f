"""`python -m tests.evidence.fuzz_api --examples N [--seed S]`: the long run, and its count.

Every part gets N inputs (each operation of the document, in both modes). Exit status 1, and the
input that did it, when the server broke a promise.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.sync.server import fuzz_api, fuzz_bodies
from tests.sync.server.fuzz import Target, open_target, quieted


def parts(target: Target, examples: int, seed: int) -> None:
    """All of it on one server; what needs the till's own chain comes first."""
    fuzz_bodies.truncated(target)
    fuzz_bodies.flipped(target, seed, examples)
    fuzz_bodies.requests(target, seed, examples)
    fuzz_bodies.monstrous(target)
    fuzz_bodies.events(target, seed, examples)
    for operation in fuzz_api.operations():
        for mode in fuzz_api.MODES:
            fuzz_api.fuzz(target, operation, mode, examples)
    target.finish()


def told(counts: Counter[str]) -> str:
    """One line: how many inputs, and what was answered."""
    by_status = Counter[str]()
    for name, count in counts.items():
        by_status[name.rpartition(" ")[2] if name[-3:].isdigit() else "in right chains"] += count
    answers = ", ".join(f"{status}: {count}" for status, count in sorted(by_status.items()))
    return f"{counts.total()} inputs ({answers})"


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.monotonic()
    with quieted(), tempfile.TemporaryDirectory() as folder:
        target = open_target(str(Path(folder) / "server.db"))
        try:
            parts(target, options.examples, options.seed)
        except AssertionError as broken:
            print(f"after {target.tried} inputs: {broken}", file=sys.stderr)
            return 1
        finally:
            target.house.close()
    print(f"{told(target.counts)}; no 5xx, nothing half applied, the books right", end="; ")
    print(f"{time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
