"""Fiscal documents of this till, from before they are sent until long after. Never sends one.

A return from `save` means that it is on the disk. Rows keep their order by a number of their own.
"""

from typing import Any

from pos_app.storage.driver import Driver
from pos_app.storage.plain import from_us, to_us
from pos_app.storage.texts import fiscal_book as q
from pos_app.storage.till_file import TillFile
from pos_app.workstation.ports import FiscalRow


def save_fiscal(driver: Driver, row: FiscalRow) -> None:
    """Within a transaction that somebody else opened. The same key again replaces its state."""
    q.PUT.run(
        driver,
        key=row.key,
        n=q.NEXT.one(driver)[0],  # type: ignore[index]  # an aggregate always has its row
        transaction_id=row.transaction_id,
        kind=row.kind,
        state=row.state,
        at_us=to_us(row.at),
        body=row.body,
        result=row.result,
    )


class FiscalBook:
    """Satisfies `pos_app.workstation.fiscal_port.FiscalBook`."""

    def __init__(self, till: TillFile) -> None:
        self._till = till

    def save(self, *rows: FiscalRow) -> None:
        """All or none, durable when it returns. Raises StorageFull or StorageBroken."""
        with self._till.protected("fiscal"):
            for row in rows:
                save_fiscal(self._till.driver, row)

    def of(self, transaction_id: str) -> tuple[FiscalRow, ...]:
        """Every attempt for that transaction, in order."""
        return _rows(q.OF.all(self._till.driver, key=transaction_id))

    def open(self) -> tuple[FiscalRow, ...]:
        """What is queued, sent or unknown, in order."""
        return _rows(q.OPEN.all(self._till.driver))


def _rows(found: list[Any]) -> tuple[FiscalRow, ...]:
    return tuple(
        FiscalRow(key, transaction, kind, state, from_us(at), bytes(body), bytes(result))
        for key, transaction, kind, state, at, body, result in found
    )
