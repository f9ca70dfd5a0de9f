"""`python -m tests.evidence.fuzz_print [--replies N] [--jobs N] [--inputs N] [--seed S]`.

The long run over printers and their bytes, and its count. Exit status 1, and what did it, when an
exception left the driver, a job was said to be printed without a confirmation, or the simulated
printer lost its mind.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.drivers import printer_fuzz

VECTORS = Path(__file__).parents[1] / "data" / "vectors" / "escpos.json"


def streams() -> tuple[bytes, ...]:
    """The documented sequences and a whole receipt."""
    data = json.loads(VECTORS.read_text(encoding="utf-8"))
    rows = [*data["sequences"], data["full_receipt"]]
    return tuple(bytes.fromhex(row["hex"]) for row in rows)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replies", type=int, default=30_000)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    parts: dict[str, Callable[[], Counter[str]]] = {
        "replies": lambda: printer_fuzz.fuzz_replies(chosen.seed, chosen.replies),
        "jobs": lambda: printer_fuzz.fuzz_jobs(chosen.seed, chosen.jobs),
        "inputs": lambda: printer_fuzz.fuzz_input(chosen.seed, chosen.inputs, streams()),
    }
    total = 0
    for name, part in parts.items():
        began = time.monotonic()
        try:
            counts = part()
        except Exception as broken:
            print(f"{name}: {type(broken).__name__}: {broken}", file=sys.stderr)
            return 1
        number = counts.pop("inputs")
        total += number
        told = ", ".join(f"{what} {often}" for what, often in sorted(counts.items()))
        print(f"{name}: {number} mutated ({told}); {time.monotonic() - began:.0f} s")
    print(f"{total} mutated streams: no exception escaped, nothing printed without confirmation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
