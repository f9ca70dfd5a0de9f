"""Arguments -> wiring -> run. Never more than that."""

import sys

from pos_app.wiring.cli import main

if __name__ == "__main__":
    sys.exit(main())
