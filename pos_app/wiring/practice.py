"""Training books: a till file of its own in a folder that is made and unmade. Never the real one.

Goods, members and programme are read from the real mirror; everything written lands in the folder
`training`, which no courier ever opens. Coupons printed there are signed by a key nobody trusts.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pos_app.domain.loyalty.coupon import Issuer
from pos_app.domain.loyalty.trust import till_key_id
from pos_app.gear.secrets import Ed25519Signer, generate_signing_keys
from pos_app.storage.grants import Grants
from pos_app.storage.journal import Journal
from pos_app.storage.outbox import Outbox
from pos_app.storage.till_file import open_till
from pos_app.wiring.protection import TILL_FILE, database_key
from pos_app.workstation.control_codes import KEY as CONTROL_KEY
from pos_app.workstation.ports import LinkStatus, Reply
from pos_app.workstation.station import Station
from pos_app.workstation.training import Begin, TrainingDevices
from sync.translate import WireCodec
from sync.translate.till_events import control_totals_doc
from sync.wire.codec import canonical, chain_hash

FOLDER = "training"
PREFIX = "T-"


def folder_of(data: Path) -> Path:
    """Where the training books of a data folder lie while there are some."""
    return data / FOLDER


def forget(data: Path) -> bool:
    """Remove what a training left; True when there was something: the power ended it."""
    folder = folder_of(data)
    if not folder.exists():
        return False
    shutil.rmtree(folder)
    return True


class TrainingCourier:
    """A link that is always there and sends nothing anywhere. Satisfies `ports.Courier`.

    A member may spend what the mirror says; a day settles with its own totals.
    """

    def __init__(self, station: Station, journal: Journal, outbox: Outbox, grants: Grants) -> None:
        self._real, self._journal = station, journal
        self._outbox, self._grants = outbox, grants

    def status(self) -> LinkStatus:
        """As if there were a link."""
        now = self._real.now()
        return LinkStatus(True, now, now)

    def nudge(self) -> None:
        """Acknowledged here: nothing waits, nothing leaves."""
        position = self._outbox.position()
        self._outbox.ack(position.head, position.head)

    def request(
        self, kind: str, fields: Mapping[str, Any], on_reply: Reply, deadline_ms: int = 3000
    ) -> None:
        """Answered at once from what this till knows itself."""
        if kind == "settlement":
            on_reply(self._settled())
            return
        if kind == "identify":
            self._grant(str(fields["kind"]), str(fields["key"]))
        on_reply({})

    def _settled(self) -> dict[str, Any]:
        session = self._journal.last_session()
        if session is None:
            return {}
        return {
            "totals": json.loads(canonical(control_totals_doc(session.day_totals))),
            "conflicts": 0,
        }

    def _grant(self, kind: str, key: str) -> None:
        """All that the member has, once: it is spent on these books only."""
        found = self._real.mirror.member_by_key(kind, key)
        if found is None or self._journal.allowances(found.member_id):
            return
        points = sum(lot.points for lot in found.lots)
        if points > 0:
            self._grants.store_grant(self._real.new_id(), found.member_id, points, "placed", None)


def practice(data: Path) -> Begin:
    """What a terminal needs to begin a training on that data folder."""

    def begin(real: Station) -> tuple[Station, Callable[[], None]]:
        forget(data)
        folder = folder_of(data)
        folder.mkdir()
        file = open_till(folder / TILL_FILE, chain_hash, database_key(data))
        outbox, journal, grants = Outbox(file), Journal(file, WireCodec()), Grants(file)
        identity = real.journal.identity()
        assert identity is not None
        outbox.save_identity(replace(identity, receipt_prefix=PREFIX + identity.receipt_prefix))
        printed = real.journal.recall(CONTROL_KEY)
        if printed:  # a trainee without a keyboard has the same sheet
            journal.remember(CONTROL_KEY, printed)
        keys = generate_signing_keys()
        mark = real.gear.voice(real.settings.language).text("receipt.training")
        gear = replace(
            real.gear, issuer=Issuer(till_key_id(keys.public), Ed25519Signer(keys.private))
        )
        station = Station(
            journal,
            real.mirror,
            TrainingCourier(real, journal, outbox, grants),
            TrainingDevices(real.devices, mark),
            gear,
            replace(real.settings, training=True, own_books=True, crash_point=lambda _name: None),
        )
        station.codec, station.scale = WireCodec(), real.scale
        station.operator, station.listeners = real.operator, real.listeners
        station.wake()
        station.clock.learn(real.journal.lease_anchor())

        def put_away() -> None:
            file.close()
            forget(data)

        return station, put_away

    return begin
