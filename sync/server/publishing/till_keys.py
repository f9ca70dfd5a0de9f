"""The keys of tills, told to every till under the server's signature. Never a private one.

With them a coupon that one till printed is read by another with no network, and the tills of a
store know each other. The rows are settings named `till_key:<terminal>`, in a scope that the whole
chain hears.
"""

import sqlalchemy as sa
from msgspec import Raw, Struct
from sqlalchemy import Connection

from pos_app.domain.loyalty.trust import certify_till, till_key_id
from pos_app.gear.secrets import Ed25519Signer
from sync.server.engine.buckets import OPERATORS
from sync.server.engine.schema import terminal
from sync.server.engine.services import Services
from sync.server.publishing import feed
from sync.wire.codec import canonical, decode
from sync.wire.rows import SettingsRow

NAME = "till_key:"


class _Told(Struct):
    value: dict[str, str]


def announce_key(
    connection: Connection, services: Services, public_key: str, store_id: str
) -> None:
    """One till's key and store, as it is enrolled."""
    _publish(connection, services, [(bytes.fromhex(public_key), store_id)])


def announce_missing(connection: Connection, services: Services) -> int:
    """Keys of active tills that nobody was told of yet, and away with those of revoked ones."""
    told = _told(connection)
    rows = connection.execute(
        sa.select(terminal.c.public_key, terminal.c.state, terminal.c.store)
    ).all()
    keys = {till_key_id(bytes.fromhex(r.public_key)): r for r in rows}
    missing = [
        (bytes.fromhex(r.public_key), r.store)
        for key_id, r in keys.items()
        if r.state == "active" and told.get(key_id) != r.store
    ]
    gone = [k for k, r in keys.items() if r.state != "active" and k in told]
    _publish(connection, services, missing)
    changes = [feed.Change("setting", NAME + key_id, None) for key_id in gone]
    if changes:
        feed.publish(connection, OPERATORS, changes, services.now_us())
    return len(missing) + len(gone)


def _told(connection: Connection) -> dict[str, str]:
    """Till -> the store that everybody was told; "" by a release that told none."""
    rows = feed.living(connection, OPERATORS, "setting")
    return {
        name.removeprefix(NAME): decode(_Told, body).value.get("store", "")
        for name, body in rows.items()
        if name.startswith(NAME)
    }


def _publish(connection: Connection, services: Services, tills: list[tuple[bytes, str]]) -> None:
    signer = Ed25519Signer(services.keys.signing)
    changes = []
    for key, store_id in tills:
        name = NAME + till_key_id(key)
        value = Raw(canonical(certify_till(key, signer, store_id)))
        changes.append(feed.Change("setting", name, SettingsRow(name, value)))
    if changes:
        feed.publish(connection, OPERATORS, changes, services.now_us())
