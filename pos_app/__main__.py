"""Arguments -> wiring -> run. Never more than that."""

import sys

from pos_app.wiring import quick_start


def main() -> int:
    """The whole program; what is imported before `begin` is made the slow way."""
    quick_start.begin()
    from pos_app.wiring.cli import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
