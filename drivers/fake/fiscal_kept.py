"""A simulated registrar's storage as plain data: it survives its process as a real one does.

Never keeps a fault: who starts it again has mended the paper and the cover.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from drivers.fake.fiscal_storage import FiscalPaper, FiscalStorage


def kept_of(storage: FiscalStorage) -> dict[str, Any]:
    """Shift, cash, documents, what waits for the operator, marks sold."""
    return {
        "shift": storage.shift,
        "opened_at": storage.opened_at.isoformat() if storage.opened_at else None,
        "cash": str(storage.cash),
        "unsent": [at.isoformat() for at in storage.unsent],
        "marks_sold": sorted(mark.hex() for mark in storage.marks_sold),
        "unfinished": storage.unfinished.number if storage.unfinished else None,
        "papers": [_paper(one) for one in storage.papers],
    }


def storage_of(kept: Mapping[str, Any]) -> FiscalStorage:
    """The storage again."""
    papers = [_paper_of(one) for one in kept["papers"]]
    opened, unfinished = kept["opened_at"], kept["unfinished"]
    return FiscalStorage(
        papers=papers,
        shift=int(kept["shift"]),
        opened_at=datetime.fromisoformat(opened) if opened else None,
        cash=Decimal(kept["cash"]),
        unsent=[datetime.fromisoformat(at) for at in kept["unsent"]],
        marks_sold={bytes.fromhex(mark) for mark in kept["marks_sold"]},
        unfinished=papers[unfinished - 1] if unfinished else None,
    )


def _paper(one: FiscalPaper) -> dict[str, Any]:
    return {
        "number": one.number,
        "sign": one.sign,
        "shift": one.shift,
        "kind": one.kind,
        "at": one.at.isoformat(),
        "total": str(one.total),
        "task": dict(one.task),
        "uuid": one.uuid,
    }


def _paper_of(kept: Mapping[str, Any]) -> FiscalPaper:
    at, total = datetime.fromisoformat(kept["at"]), Decimal(kept["total"])
    return FiscalPaper(**{**kept, "at": at, "total": total})
