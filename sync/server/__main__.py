"""`python -m sync.server`: the command line. Never anything else."""

import sys

from sync.server.cli import main

sys.exit(main())
