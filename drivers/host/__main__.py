"""`python -m drivers.host`. Never used by an installed till, which has its own command for it."""

import sys

from drivers.host.process import main

if __name__ == "__main__":
    sys.exit(main())
