"""The machine's clocks. Never decides anything by them."""

import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_AWAKE_OR_NOT: int | None = getattr(time, "CLOCK_BOOTTIME", None)


class SystemClock:
    """Clock on the operating system."""

    def __init__(self, boot_id_file: Path = _BOOT_ID) -> None:
        """Where the kernel names no boot, the process does: a restart then counts as a boot,
        which only makes the till more careful."""
        try:
            self._boot_id = boot_id_file.read_text(encoding="ascii").strip()
        except OSError:
            self._boot_id = str(uuid4())

    def now_utc(self) -> datetime:
        """See the Protocol."""
        return datetime.now(UTC)

    def monotonic_ms(self) -> int:
        """See the Protocol. Time asleep counts, where the system can tell it: a lease runs on
        while the lid is closed, and waking up is no jump of the clock."""
        if _AWAKE_OR_NOT is None:
            return time.monotonic_ns() // 1_000_000
        return time.clock_gettime_ns(_AWAKE_OR_NOT) // 1_000_000

    def boot_id(self) -> str:
        """See the Protocol."""
        return self._boot_id
