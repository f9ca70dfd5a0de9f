"""`python -m tests.evidence.fuzz_devices [FAMILY] [its arguments]`: mutated streams by family.

Without a family all of them run with what they think enough. Exit status 1 when one has failed.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
FAMILIES = tuple(
    sorted(
        path.stem.removeprefix("fuzz_")
        for path in HERE.glob("fuzz_*.py")
        if path.stem not in ("fuzz_api", "fuzz_devices")
    )
)


def main() -> int:
    """The command."""
    family, *rest = sys.argv[1:] or ("",)
    if family and family not in FAMILIES:
        print(f"no family {family!r}; there are {', '.join(FAMILIES)}", file=sys.stderr)
        return 2
    failed = []
    for name in (family,) if family else FAMILIES:
        print(f"{name}:", flush=True)
        module = f"{__package__}.fuzz_{name}"
        if subprocess.run([sys.executable, "-m", module, *rest], check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
