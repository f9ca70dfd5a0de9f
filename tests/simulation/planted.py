"""Bugs planted in the product, one by one, to show that the simulation would see them.

Each has the name that fault-tests.md gives it. Where the product is built otherwise than the
sketch behind that table, `nearest` says what was planted in its place. `raised` are rates that
are not drawn; `pair` says that two lines of defence had to fall together.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pos_app.storage.recording as recording
import pos_app.workstation.pricing_task as pricing_task
import pos_app.workstation.settle as settle
import sync.client.mirror_file as mirror_file
import sync.mirror.apply as mirror_apply
import sync.server.engine.epoch_file as epoch_file
import sync.server.poster.applying as applying
import sync.server.poster.intake as intake
import sync.server.poster.posting as posting
import sync.server.publishing.feed as feed
import sync.server.surface.app as server_app
import sync.server.surface.steps as steps
from pos_app.storage.grants import Grants
from pos_app.storage.journal import Journal
from pos_app.storage.sentinel import Mark
from pos_app.storage.till_file import TillFile
from pos_app.workstation.station import Station
from sync.client.pull import Pull
from sync.client.push import Push
from tests.simulation import plants

Change = tuple[Any, str, Callable[[Any], Any]]


@dataclass(frozen=True, slots=True)
class Bug:
    """`changes`: (module or class, name, from the old function to the new one)."""

    name: str
    changes: Sequence[Change]
    nearest: str = ""
    raised: dict[str, float] = field(default_factory=dict)
    pair: bool = False
    steps: int = 9

    @contextmanager
    def planted(self) -> Iterator[None]:
        """The product with this bug."""
        before = [(owner, name, getattr(owner, name)) for owner, name, _ in self.changes]
        try:
            for owner, name, change in self.changes:
                setattr(owner, name, change(getattr(owner, name)))
            yield
        finally:
            for owner, name, old in before:
                setattr(owner, name, old)


# --- upload -----------------------------------------------------------------------------------


RESTORES = {"restore": 12.0, "image": 3.0}
FAILS_OVER = {"fail_over": 8.0, "backup": 4.0}
BUGS: tuple[Bug, ...] = (
    Bug(
        "no_dedupe",
        [
            (intake, "_outcomes", plants.all_queued),
            (applying, "_applied", lambda _old: lambda _connection, _parts: {}),
        ],
        raised=RESTORES,
    ),
    Bug(
        "spend_mirror",
        [(settle, "draw", plants.from_mirror), (pricing_task, "spendable", plants.everything)],
        raised={"link": 8.0},
    ),
    Bug("cursor_gap", [(feed, "read", plants.to_head)]),
    Bug("release_keeps_right", [(recording, "_move_points", plants.keeps_right)]),
    Bug(
        "grant_no_id",
        [(steps, "grant_now", plants.own_id)],
        raised={"lose_reply": 0.3, "cut": 0.2},
    ),
    Bug("grant_ignores_reserved", plants.both("free", plants.ignores_reserved)),
    Bug(
        "restored_keeps_grants",
        [(TillFile, "new_incarnation", plants.keeps_grants)],
        raised=RESTORES,
    ),
    Bug("two_txn", [(Journal, "record", plants.two_transactions)], raised={"front": 0.02}),
    Bug("trust_200", [(Push, "_send", plants.trusts_200)], raised={"portal": 0.2}),
    Bug("ack_before_send", [(Push, "_send", plants.acks_first)], raised={"lose_request": 0.2}),
    Bug("no_sentinel", [(TillFile, "sentinel_mismatch", plants.no_sentinel)], raised=RESTORES),
    Bug(
        "no_sentinel_and_no_fork_check",
        [
            (TillFile, "sentinel_mismatch", plants.no_sentinel),
            (intake, "_same_as_stored", plants.no_fork),
            (intake, "_continuation", plants.any_previous),
            (Pull, "verdict", lambda _old: lambda _self: None),
            (Push, "_believe", lambda _old: lambda _self, _reply, _incarnation: None),
        ],
        raised=RESTORES,
        pair=True,
    ),
    Bug("paid_stays_open", [(recording, "_add_working_state", plants.stays_open)]),
    Bug("void_early", [(posting, "terminals_to_void", plants.void_early)], raised=RESTORES),
    Bug("no_grant_barrier", plants.both("barred", plants.no_barrier), raised=FAILS_OVER),
    Bug(
        "no_resend",
        [(Push, "_step_back", plants.no_resend), (Pull, "_heads", plants.heads_kept)],
        raised=FAILS_OVER,
    ),
    Bug(
        "cursor_first", [(mirror_file, "apply_page", plants.cursor_first)], raised={"courier": 0.03}
    ),
    Bug(
        "head_before_effects",
        [(posting.Poster, "_post_run", plants.head_first)],
        raised={"server": 0.01},
    ),
    Bug(
        "no_server_epoch",
        [
            (server_app, "push", plants.any_epoch_push),
            (steps, "allowance", plants.any_epoch_grant),
        ],
        raised=FAILS_OVER | {"late": 0.5},
    ),
    Bug("void_unscoped", [(posting, "void_in_bucket", plants.void_all)], raised=RESTORES),
    Bug(
        "no_gap_check",
        [(intake, "_continuation", plants.no_gap), (intake, "_chained", plants.unchained)],
        pair=True,
        raised={"late": 0.5, "double": 0.5} | FAILS_OVER,
    ),
    Bug("no_fork_check", [(intake, "_same_as_stored", plants.no_fork)], raised=RESTORES),
    Bug("no_fence", [(server_app, "push", plants.no_fence)], raised=RESTORES | {"late": 0.5}),
    Bug(
        "keep_cursor_after_failover",
        [
            (Pull, "_page", plants.any_epoch_page),
            (mirror_apply, "_same_epoch", plants.no_epoch_check),
        ],
        raised=FAILS_OVER,
    ),
    Bug(
        "sentinel_seq_only",
        [(TillFile, "sentinel_mismatch", plants.by_seq)],
        nearest="the sentinel compares receipts, which grow with sales only",
        raised=RESTORES,
    ),
    Bug(
        "trusts_the_clock",
        [(Station, "now", plants.wall_clock)],
        raised={"battery": 6.0, "link": 4.0},
    ),
    Bug(
        "no_mark", [(epoch_file, "settle", plants.no_mark)], raised={"by_hand": 8.0, "backup": 4.0}
    ),
    Bug(
        "want_not_protected",
        [(Grants, "plan_grant", plants.unprotected_plan)],
        raised=RESTORES | {"lose_reply": 0.3},
    ),
)
BY_NAME = {bug.name: bug for bug in BUGS}
__all__ = ["BUGS", "BY_NAME", "Bug", "Mark"]
