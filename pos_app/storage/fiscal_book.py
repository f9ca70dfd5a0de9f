"""Fiscal documents of this till, from before they are sent until long after. Never sends one.

A return from `save` means that it is on the disk. Rows keep their order by a number of their own.
"""

from typing import Any

from sqlalchemy import bindparam, func, or_, select

from pos_app.storage import schema as s
from pos_app.storage.driver import Driver, Statement, insert_into
from pos_app.storage.plain import from_us, to_us
from pos_app.storage.till_file import TillFile
from pos_app.workstation.ports import FiscalRow

_f = s.fiscal.c
_put = insert_into(s.fiscal)
_PUT = Statement(
    _put.on_conflict_do_update(
        set_={name: _put.excluded[name] for name in ("state", "body", "result")}
    )
)
_NEXT = Statement(select(func.coalesce(func.max(_f.n), 0) + 1))
_ROW = select(_f.key, _f.transaction_id, _f.kind, _f.state, _f.at_us, _f.body, _f.result)
_OF = Statement(_ROW.where(_f.transaction_id == bindparam("key")).order_by(_f.n))
_PENDING = or_(_f.state == "queued", _f.state == "sent", _f.state == "unknown")
_OPEN = Statement(_ROW.where(_PENDING).order_by(_f.n))


def save_fiscal(driver: Driver, row: FiscalRow) -> None:
    """Within a transaction that somebody else opened. The same key again replaces its state."""
    _PUT.run(
        driver,
        key=row.key,
        n=_NEXT.one(driver)[0],  # type: ignore[index]  # an aggregate always has its row
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

    def save(self, row: FiscalRow) -> None:
        """Durable when it returns. Raises StorageFull or StorageBroken."""
        with self._till.protected("fiscal"):
            save_fiscal(self._till.driver, row)

    def of(self, transaction_id: str) -> tuple[FiscalRow, ...]:
        """Every attempt for that transaction, in order."""
        return _rows(_OF.all(self._till.driver, key=transaction_id))

    def open(self) -> tuple[FiscalRow, ...]:
        """What is queued, sent or unknown, in order."""
        return _rows(_OPEN.all(self._till.driver))


def _rows(found: list[Any]) -> tuple[FiscalRow, ...]:
    return tuple(
        FiscalRow(key, transaction, kind, state, from_us(at), bytes(body), bytes(result))
        for key, transaction, kind, state, at, body, result in found
    )
