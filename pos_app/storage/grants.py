"""Grants of points as the courier learns of them. Never spends: `Journal.record` does.

What this till spent and returned is known here first, so the local counts win over the server's
until it has posted them; a grant only ever shrinks to what is already spent.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from pos_app.domain.loyalty.lease import Anchor
from pos_app.storage.anchors import ANCHOR, anchor_of, anchor_text
from pos_app.storage.plain import session_of, to_us
from pos_app.storage.texts import grants as q
from pos_app.storage.till_file import Chain, TillFile

ANCHOR_EVERY_MS = 600_000
NEVER_SPENT_HERE = 0
"""The incarnation of a grant that was learned while the grants were frozen."""


GrantRow: TypeAlias = tuple[str, str, int, str, tuple[int, int, datetime | None, int], int]
"""Grant, member, points granted, kind, what the server has of it (spent, returned, lease_until,
posted_seq), incarnation (0: it does not say)."""


class PlannedGrant(NamedTuple):
    """A request that was remembered before it was sent: the same id is asked again."""

    grant_id: str
    member_id: str
    kind: str
    points: int


class Grants:
    """The courier's side of the table `allowance`."""

    def __init__(self, till: TillFile) -> None:
        self._till = till
        self._driver = till.driver

    def plan_grant(self, grant_id: str, member_id: str, points: int, kind: str) -> None:
        """Remember a request before it is sent; once is enough."""
        with self._till.protected("plan_grant") as chain:
            q.PLAN.run(
                self._driver,
                grant_id=grant_id,
                member_id=member_id,
                kind=kind,
                asked=points,
                granted=0,
                incarnation=chain.incarnation,
            )

    def planned_grants(self) -> list[PlannedGrant]:
        """Requests of this incarnation without an answer."""
        return [PlannedGrant(*row) for row in q.PLANNED.all(self._driver)]

    def forget_plan(self, grant_id: str) -> None:
        """The server will not answer it: nothing was granted."""
        with self._till.protected("forget_plan"):
            q.FORGET_PLAN.run(self._driver, key=grant_id)

    def store_grant(
        self,
        grant_id: str,
        member_id: str,
        granted: int,
        kind: str,
        lease_until: datetime | None,
    ) -> None:
        """The server's answer to a request; twice is once, and never undoes what was spent."""
        row = (grant_id, member_id, granted, kind, (0, 0, lease_until, 0), 0)
        with self._till.protected("grant") as chain:
            q.STORE_GRANT.run(self._driver, **_values(row, chain))

    def apply_rows(self, rows: Sequence[GrantRow | str]) -> None:
        """Rows of the feed in their order, all in one transaction; a string is the id of a grant
        of which nothing is left.

        A reclaimed grant shrinks, never below what is spent. It is spent only in the incarnation
        that the server gave it to. Where it does not say (0), one that appears while the grants
        are frozen belongs to a past that this database has lost: it is kept, not spent.
        """
        with self._till.protected("grant") as chain:
            for row in rows:
                if isinstance(row, str):
                    q.SHRINK.run(self._driver, key=row)
                else:
                    q.APPLY.run(self._driver, **_values(row, chain))

    def heard(self, anchor: Anchor) -> None:
        """All that the server had to say by then was applied: leases count from here.

        Written down once in a while: an older anchor of the same boot only ends leases earlier.
        """
        last = anchor_of(self._till)
        if last is not None and last.boot_id == anchor.boot_id:
            since_ms = anchor.monotonic_ms - last.monotonic_ms
            if 0 <= since_ms < ANCHOR_EVERY_MS:
                return
        self._till.set_meta(ANCHOR, anchor_text(anchor))

    def business_on(self) -> str:
        """The day of the session that is open, ISO; "" for none."""
        state = self._till.chain().session
        session = None if state is None else session_of(state)
        return session.business_on.isoformat() if session is not None and session.open else ""

    def frozen(self) -> bool:
        """True after `new_incarnation` until `thaw`."""
        return bool(self._till.chain().frozen)

    def thaw(self) -> None:
        """The server knows the new incarnation and its feed of this terminal was read to the end.

        From here on new grants can be spent; those of older incarnations never again.
        """
        with self._till.protected("thaw") as chain:
            chain.frozen = 0


def _values(row: GrantRow, chain: Chain) -> dict[str, Any]:
    grant_id, member_id, granted, kind, (spent, returned, lease_until, posted_seq), incarnation = (
        row
    )
    return {
        "grant_id": grant_id,
        "member_id": member_id,
        "kind": kind,
        "granted": max(granted, spent + returned),
        "spent": spent,
        "returned": returned,
        "lease_until_us": None if lease_until is None else to_us(lease_until),
        "posted_seq": posted_seq,
        "incarnation": incarnation or _unnamed(chain),
    }


def _unnamed(chain: Chain) -> int:
    return NEVER_SPENT_HERE if chain.frozen else chain.incarnation
