"""`small_disk.py BYTES ARGUMENTS...`: the server's command line where no file grows further.

RLIMIT_FSIZE stands in for a full disk: a write beyond it fails in the middle of a commit.
"""

import resource
import signal
import sys

from sync.server.command_line.cli import main

if __name__ == "__main__":
    most = int(sys.argv[1])
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    sys.exit(main(sys.argv[2:]))
