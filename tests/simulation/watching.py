"""What must hold at every moment of a run: the starred invariants. Never asks the rules."""

from contextlib import closing
from typing import Any

from sqlcipher3 import dbapi2

from tests.simulation.disks import ServerFile, chain_of, grants_on, till_rows


class Wrong(Exception):
    """An invariant does not hold now."""


class Watch:
    """What must hold at every moment."""

    def __init__(self, world: Any) -> None:
        self._world = world
        self._cursors: dict[Any, int] = {}

    def after_step(self) -> None:
        """After each deed; and after commits of the server."""
        world = self._world
        with closing(ServerFile(world.server)) as file:
            for found in starred(file):
                raise Wrong(found)
            for found in () if "fail_over" in world.marked else overpromised(file):
                raise Wrong(found)
            for till in world.tills:
                self._cursor_grows(till)
                if "fail_over" not in world.marked and till.till is not None:
                    _rights_covered(file, till)

    def _cursor_grows(self, till: Any) -> None:
        """I7: per file, epoch and scope."""
        for path in till.folder.glob("mirror-*.db"):
            try:
                rows = till_rows(
                    path, "SELECT name.text, cursor FROM scope JOIN name ON name.n = scope.n"
                )
            except dbapi2.Error:
                continue
            for scope, cursor in rows:
                key = (till.name, path.name, path.stat().st_ino, scope)
                if cursor < self._cursors.get(key, 0):
                    raise Wrong(f"I7 {till.name}: the cursor of {scope} went back to {cursor}")
                self._cursors[key] = cursor


def starred(file: ServerFile) -> list[str]:
    """I1 no duplicates, I2, I3, I4 on the server."""
    found = []
    doubled = file.rows(
        "SELECT id, count(*) FROM event WHERE outcome != 'exists' GROUP BY id HAVING count(*) > 1"
    )
    found += [f"I1 event {one} counts {count} times" for one, count in doubled]
    for what in ("sale", "ledger"):  # by bucket and id: no key forbids a second one elsewhere
        twice = file.rows(f"SELECT id FROM {what} GROUP BY id HAVING count(*) > 1")  # noqa: S608
        found += [f"I1 {what} {one} stands in two buckets" for (one,) in twice]
    again = file.rows(
        "SELECT event, name FROM effect WHERE name NOT IN ('gift_cards', 'shown', 'former_takes') "
        "GROUP BY event, name HAVING count(*) > 1"
    )
    found += [f"I1 {name} of {one} was done in two buckets" for one, name in again]
    sums = dict(file.rows("SELECT member, sum(effect) FROM ledger GROUP BY member"))
    left = dict(
        file.rows(
            "SELECT member, sum(max(0, granted - spent - returned)) FROM allowance GROUP BY member"
        )
    )
    for member, balance, reserved in file.rows("SELECT member, balance, reserved FROM account"):
        if sums.get(member, 0) != balance:
            found.append(f"I2 {member}: balance {balance}, ledger {sums.get(member, 0)}")
        if left.get(member, 0) != reserved:
            found.append(f"I4 {member}: reserved {reserved}, outstanding {left.get(member, 0)}")
    return found


def overpromised(file: ServerFile) -> list[str]:
    """I3 before it happens: no more is promised than there was, returns and expiry apart."""
    gone = dict(
        file.rows(
            "SELECT member, -sum(effect) FROM ledger WHERE effect < 0 AND kind != 'redeem' "
            "GROUP BY member"
        )
    )
    return [
        f"I3 {member}: {reserved} points are promised, {balance} are there"
        for member, balance, reserved in file.rows("SELECT member, balance, reserved FROM account")
        if reserved > max(0, balance) + gone.get(member, 0)
    ]


def _rights_covered(file: ServerFile, till: Any) -> None:
    """I4, the half that holds always: no till may spend more than the server keeps for it."""
    try:
        chain = chain_of(till.folder)
    except dbapi2.Error:
        return
    if chain["frozen"] or till.suspect:
        return
    held = grants_on(till.folder, chain["incarnation"], told=True)
    theirs = dict(file.rows("SELECT grant_id, granted - spent - returned FROM allowance"))
    for grant, left in held.items():
        if left > theirs.get(grant, 0):
            raise Wrong(
                f"I4 {till.name} may spend {left} of {grant}, the server keeps {theirs.get(grant)}"
            )
