"""Why a line cannot be used, in one plain sentence. Never the system's own words twice over.

A port that somebody else has is said together with who has it, where the system tells (Linux).
"""

import errno
import os
import re
import socket
from contextlib import suppress
from pathlib import Path

_PROCESSES = Path("/proc")
_SENTENCES = {
    errno.ENOENT: "there is no such port: not plugged in, or another name",
    errno.ENODEV: "not plugged in",
    errno.ENXIO: "not plugged in",
    errno.EIO: "unplugged",
    errno.EACCES: "no right to open it (on Linux the groups dialout, lp or input give it)",
    errno.EPERM: "no right to open it (on Linux the groups dialout, lp or input give it)",
    errno.ECONNREFUSED: "nobody answers there: switched off, or another port number",
    errno.ECONNRESET: "the device hung up",
    errno.EPIPE: "the device hung up",
    errno.EHOSTUNREACH: "the address cannot be reached",
    errno.ENETUNREACH: "the address cannot be reached: no network",
    errno.ETIMEDOUT: "no answer from the address: switched off, or another network",
    errno.EINVAL: "the port does not take these settings",
    errno.ENOTTY: "this is no serial port",
}
_TAKEN = {errno.EAGAIN, errno.EBUSY, errno.EWOULDBLOCK}


def plain_reason(failed: BaseException, path: str = "") -> str:
    """One sentence for an error of the system; its own words where none is known.

    `path`: the port, so that who has it can be named.
    """
    if isinstance(failed, socket.gaierror):
        return "the name of the host is unknown"
    if isinstance(failed, TimeoutError):
        return _SENTENCES[errno.ETIMEDOUT]
    number = _number_of(failed)
    if number in _TAKEN or (number == errno.EACCES and os.name == "nt"):
        return f"in use by {(path and holder_of_port(path)) or 'another program'}"
    return _SENTENCES.get(number) or " ".join(str(failed).split()) or type(failed).__name__


def _number_of(failed: BaseException) -> int:
    """The system's number of an error; pyserial and termios have it elsewhere, or in their text."""
    first = next(iter(failed.args), None)
    number = getattr(failed, "errno", None) or first
    if isinstance(number, int):
        return number
    within = re.search(r"\((\d+), ['\"]", str(first))
    return int(within[1]) if within else 0


def holder_of_port(path: str) -> str:
    """`process 123 (kopilka devices-host ...)`; "" where nobody can tell."""
    with suppress(OSError):
        wanted = os.path.realpath(path)
        others = (one for one in _PROCESSES.iterdir() if one.name.isdigit())
        for process in others:
            if process.name != str(os.getpid()) and _has_open(process, wanted):
                return f"process {process.name} ({_command_of(process)})"
    return ""


def _has_open(process: Path, wanted: str) -> bool:
    with suppress(OSError):  # not ours to look at, or gone meanwhile
        return any(os.path.realpath(one) == wanted for one in (process / "fd").iterdir())
    return False


def _command_of(process: Path) -> str:
    """The program and its first word, without anything that might be private."""
    with suppress(OSError):
        words = (process / "cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
        plain = [Path(word).name for word in words if word and not word.startswith("-")]
        return " ".join(plain[:3])
    return "?"
