"""`python -m tests.evidence.fuzz_scale --spoilt N [--seed S]`: the long run over scales, displays
and drawers, and its count.

Exit status 1, with the place, when a wrong weight would have been sold or an exception escaped.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "drivers"))
import scale_fuzz  # noqa: E402  the bench lies beside the drivers' tests


def told(count: Counter) -> list[str]:
    """A line a part, and the sum of what was spoilt."""
    spoilt = {key: n for key, n in count.items() if not key.endswith(("sold", "readings"))}
    slipped = {key: n for key, n in spoilt.items() if key.endswith("slipped")}
    fed = sum(spoilt.values()) - sum(slipped.values())
    sold = sum(n for key, n in count.items() if key.endswith("sold"))
    lines = [f"{key}: {count[key]}" for key in sorted(count)]
    lines.append(f"{fed} spoilt frames, {sold} weights sold, 0 wrong, no exception escaped")
    lines.append(f"{sum(slipped.values())} single readings were wrong and were not sold by")
    return lines


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spoilt", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.monotonic()
    try:
        count = scale_fuzz.everything(options.spoilt, options.seed)
    except Exception as broken:  # noqa: BLE001  whatever escapes is the finding
        print(f"seed {options.seed}: {type(broken).__name__}: {broken}", file=sys.stderr)
        return 1
    print("\n".join(told(count)))
    print(f"seed {options.seed}, {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
