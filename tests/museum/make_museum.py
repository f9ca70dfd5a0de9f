"""Writes one small `till.db` of the present schema version into the museum. Run once per release.

`python -m tests.museum.make_museum` makes `till-v<N>.db` and, beside it, what its events must
stay: ids, bodies and hashes. It never overwrites an exhibit.
"""

import hashlib
import json
import tempfile
from datetime import timedelta
from pathlib import Path

from pos_app.domain.events import GivenProof
from pos_app.domain.loyalty.allowance import AllowanceUse, Move
from pos_app.storage.fiscal_book import FiscalBook
from pos_app.storage.moves import Moves
from pos_app.storage.outbox import Outbox
from pos_app.storage.places import SCHEMA_VERSION
from pos_app.workstation.ports import Facts, FiscalRow, SuspendedDraft, Tendering
from sync.translate import WireCodec
from tests.storage.builders import (
    NOON,
    grant,
    identity,
    journal_of,
    member,
    open_at,
    sale_facts,
    uid,
)

MUSEUM = Path(__file__).parent


def main() -> None:
    target = MUSEUM / f"till-v{SCHEMA_VERSION}.db"
    if target.exists():
        raise SystemExit(f"{target.name} is an exhibit already")
    with tempfile.TemporaryDirectory() as folder:
        till = open_at(Path(folder) / "till.db")
        fill(till)
        events = [
            {
                "seq": event.seq,
                "id": event.id,
                "kind": event.kind,
                "v": event.v,
                "body_sha256": hashlib.sha256(event.body).hexdigest(),
                "hash": event.hash.hex(),
            }
            for event in Outbox(till).batch(0, 1000, 1 << 30)
        ]
        till.driver.execute("VACUUM INTO ?", (str(target),))
        till.close()
    label = target.with_suffix(".json")
    label.write_text(json.dumps(events, indent=1) + "\n", encoding="utf-8")


def fill(till) -> None:
    """A morning at the till: something in every table."""
    outbox, journal = Outbox(till), journal_of(till)
    outbox.save_identity(identity())
    outbox.set_epoch("e1")
    grant(till, "g1", "m1", 100)
    outbox.store_grant("g2", "m2", 50, "identified", NOON + timedelta(hours=72))
    outbox.plan_grant("g3", "m3", 10, "placed")
    journal.record(sale_facts(1, "m1", uses=(AllowanceUse("g1", 30),)))
    journal.record(sale_facts(2))
    journal.record(sale_facts(3, "m1", lines=1, original_id=uid(1, 1)))
    journal.record(Facts(local_member=(member(), (("phone", "ab12"), ("card", "777")))))
    journal.record(Facts(suspend=SuspendedDraft(uid(1, 9), "тележка", NOON, "op1", 3, 4500, b"{}")))
    journal.begin_tendering(Tendering(uid(1, 4), NOON, b"{}"))
    journal.set_job_state(uid(4, 1), "printed")
    FiscalBook(till).save(FiscalRow(uid(6, 1), uid(1, 3), "sale", "done", NOON, b"{}", b"{}"))
    moves = Moves(till, WireCodec(), lambda key, v, body: GivenProof("t1", key, v, body, b"s" * 64))
    moves.plan(Move(uid(5, 1), "m4", 50, "t1", 1), "t2", NOON)
    outbox.ack(2, 1)


if __name__ == "__main__":
    main()
