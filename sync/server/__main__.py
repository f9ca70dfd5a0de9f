"""`python -m sync.server`: the command line. Never anything else."""

import sys

from sync.server.command_line.cli import main

sys.exit(main())
