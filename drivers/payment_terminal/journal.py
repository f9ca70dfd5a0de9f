"""The keys a terminal has begun and what came of them, in a file of its own.

Never forgets a key that was begun: it is on the disk before anything is sent.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from drivers.contract.payment import PaymentOrder, PaymentResult
from drivers.payment_terminal.adapter import Notes, Remembered

KEPT = 500
_MS_BITS = 80
_UUID_TIMED = 7


class PaymentJournal:
    """One line an entry, appended and synchronised; without a path it lives as long as the process.

    `born_at_ms` is when the file began: a key that is older and not in it is not known to be new.
    """

    def __init__(self, path: Path | None, now_ms: int) -> None:
        self._path = path
        self._begun: dict[str, Remembered] = {}
        self._ended: dict[str, PaymentResult] = {}
        self._lock: int | None = None
        self._opened = path is None
        self.born_at_ms = now_ms

    def open(self) -> bool:
        """Reads the file, alone; False while another process (a host that ends) still has it.

        Raises OSError.
        """
        if self._opened:
            return True
        assert self._path is not None
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lock = _locked(self._path.with_suffix(".lock"))
        if lock is None:
            return False
        self._lock, self._opened = lock, True
        lines = _lines_of(self._path)
        for line in lines:
            self._take(line)
        if not lines or len(lines) > KEPT * 4:
            self._rewrite()
        return True

    def close(self) -> None:
        """Leaves the file to another process."""
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def begun(self, key: str) -> Remembered | None:
        """The order of that key, if it was ever begun."""
        return self._begun.get(key)

    def result(self, key: str) -> PaymentResult | None:
        """What is known of it; None while nobody told."""
        return self._ended.get(key)

    def surely_new(self, key: str) -> bool:
        """Whether a key that is not here was never begun."""
        made_at_ms = _made_at_ms(key)
        return self._path is not None and made_at_ms is not None and made_at_ms > self.born_at_ms

    def begin(self, order: PaymentOrder, notes: Notes) -> None:
        """Durable before anything is sent; raises OSError."""
        self._append({"begun": order.to_json(), "notes": dict(notes)})
        self._begun[order.key] = Remembered(order, dict(notes))

    def end(self, key: str, result: PaymentResult) -> None:
        """What came of it; a final answer is never replaced. Raises OSError."""
        before = self._ended.get(key)
        if before is not None and before.is_final:
            return
        self._ended[key] = result
        self._append({"ended": key, "result": result.to_json()})

    def _append(self, entry: dict[str, object]) -> None:
        if self._path is None:
            return
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def _take(self, line: dict[str, Any]) -> None:
        """A line that makes no sense is left out: it cannot have been finished."""
        with suppress(ValueError, TypeError, KeyError):
            if "born_at_ms" in line:
                self.born_at_ms = int(line["born_at_ms"])
            elif "begun" in line:
                order = PaymentOrder.from_json(line["begun"])
                self._begun[order.key] = Remembered(order, dict(line.get("notes") or {}))
            elif "ended" in line:
                self._ended[str(line["ended"])] = PaymentResult.from_json(line["result"])

    def _rewrite(self) -> None:
        """The newest entries in a new file that takes the old one's place."""
        assert self._path is not None
        kept = list(self._begun)[-KEPT:]
        if len(kept) < len(self._begun):
            self.born_at_ms = max(_made_at_ms(kept[0]) or 0, self.born_at_ms)
        rows: list[dict[str, object]] = [{"born_at_ms": self.born_at_ms}]
        for key in kept:
            one = self._begun[key]
            rows.append({"begun": one.order.to_json(), "notes": dict(one.notes)})
            if key in self._ended:
                rows.append({"ended": key, "result": self._ended[key].to_json()})
        fresh = self._path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)


def _locked(path: Path) -> int | None:
    """The descriptor of a lock that dies with this process; None when somebody has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        import fcntl  # absent on Windows, where a till is started once only
    except ImportError:
        return descriptor
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _lines_of(path: Path) -> list[dict[str, Any]]:
    """The whole lines of the file; a torn last one is no line."""
    try:
        raw = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return []
    found = []
    for text in raw[:-1]:
        with suppress(ValueError):
            line = json.loads(text)
            if isinstance(line, dict):
                found.append(line)
    return found


def _made_at_ms(key: str) -> int | None:
    """When a UUID of version 7 was made; None for another key."""
    try:
        one = UUID(key)
    except ValueError:
        return None
    return one.int >> _MS_BITS if one.version == _UUID_TIMED else None
