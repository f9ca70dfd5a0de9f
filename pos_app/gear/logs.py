"""Log lines as JSON, for people and for a support bundle. Never a word of personal data.

A line is a fixed sentence with codes, numbers and ids. Whatever else comes into a message (a
library's, an exception's) is scrubbed: words that are not ASCII, addresses of mail, numbers long
enough for a phone or a card; of an exception only its type and its place are told.
"""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO, Any

TRACE: ContextVar[str] = ContextVar("kopilka_trace", default="")
"""What ties the lines of one request together, in the courier's log and in the server's."""

FIELDS = (
    "trace",
    "route",
    "method",
    "status",
    "outcome",
    "ms",
    "terminal",
    "incarnation",
    "seq",
    "events",
    "bytes",
)
FILE_BYTES = 2 * 1024 * 1024
FILES_KEPT = 2
TRACE_LENGTH = 16
HIDDEN = "[hidden]"
_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_DAY = r"(?<![0-9-])(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9](?![0-9-])"
_MAIL = r"[^\s@]+@[^\s@]+"
_NUMBER = r"(?<![0-9A-Za-z])\+?\(?[0-9](?:[ ()-]{0,2}[0-9]){6,}(?![0-9A-Za-z])"
_FOREIGN = r"[^\s!-~]+"
_PERSONAL = re.compile(f"({_ID}|{_DAY})|{_MAIL}|{_NUMBER}|{_FOREIGN}")
_TRACE = re.compile(r"[0-9a-f-]{8,64}")


def scrub(text: str) -> str:
    """The text without what could be a phone, a card, an address or a name in another alphabet."""
    return _PERSONAL.sub(lambda found: found.group(1) or HIDDEN, text)


def trace_of(header: str, otherwise: str = "") -> str:
    """A trace id that somebody else sent, if it is one."""
    return header if _TRACE.fullmatch(header) else otherwise[:TRACE_LENGTH]


class PlainFilter(logging.Filter):
    """Puts the scrubbed sentence in the place of the message and its arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes, changed."""
        record.msg, record.args = scrub(record.getMessage()), ()
        if not getattr(record, "trace", ""):
            record.trace = TRACE.get()
        return True


class JsonLines(logging.Formatter):
    """One record, one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """`at`, `level`, `logger`, `said`, the known FIELDS, and `fault` of an exception."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "said": record.getMessage(),
        }
        for name in FIELDS:
            value = getattr(record, name, None)
            if value not in (None, ""):
                line[name] = scrub(value) if isinstance(value, str) and name != "trace" else value
        if record.exc_info and record.exc_info[1] is not None:
            line["fault"] = place_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True)


def place_of(fault: BaseException) -> str:
    """The type of an exception and where it was raised: its words could hold anything."""
    step = fault.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    name = type(fault).__name__
    if step is None:
        return name
    return f"{name} at {Path(step.tb_frame.f_code.co_filename).name}:{step.tb_lineno}"


def to_file(path: Path) -> logging.Handler:
    """A handler for a file that begins anew at 2 MiB and keeps the two before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="ascii", delay=True
    )
    return _plain(handler, logging.INFO)


def to_stream(stream: IO[str] | None = None, level: int = logging.WARNING) -> logging.Handler:
    """A handler for standard error: what a person should look at."""
    return _plain(logging.StreamHandler(stream), level)


def _plain(handler: logging.Handler, level: int) -> logging.Handler:
    handler.setLevel(level)
    handler.addFilter(PlainFilter())
    handler.setFormatter(JsonLines())
    return handler


def configure(*handlers: logging.Handler) -> None:
    """This process logs there and nowhere else; for `main` functions only."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.setLevel(logging.INFO)
    for handler in handlers:
        root.addHandler(handler)
    for chatty in ("httpx", "httpcore", "alembic", "sqlalchemy", "asyncio", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def last_lines(path: Path, count: int) -> list[str]:
    """The last lines of a log file and of the one before it, oldest first."""
    lines: list[str] = []
    for part in (path.with_name(f"{path.name}.1"), path):
        if part.exists():
            lines += part.read_text(encoding="ascii", errors="replace").splitlines()
    return lines[-count:]
