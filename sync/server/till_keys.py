"""The keys of tills, told to every till under the server's signature. Never a private one.

With them a coupon that one till printed is read by another with no network. The rows are settings
named `till_key:<terminal>`, in a scope that the whole chain hears.
"""

import sqlalchemy as sa
from msgspec import Raw
from sqlalchemy import Connection

from pos_app.domain.loyalty.trust import certify_till, till_key_id
from pos_app.gear.secrets import Ed25519Signer
from sync.server import feed
from sync.server.buckets import OPERATORS
from sync.server.schema import terminal
from sync.server.services import Services
from sync.wire.codec import canonical
from sync.wire.rows import SettingsRow

NAME = "till_key:"


def announce_key(connection: Connection, services: Services, public_key: str) -> None:
    """One till's key, as it is enrolled."""
    key = bytes.fromhex(public_key)
    _publish(connection, services, [key])


def announce_missing(connection: Connection, services: Services) -> int:
    """Keys of active tills that nobody was told of yet, and away with those of revoked ones."""
    told = {name.removeprefix(NAME) for name in feed.living(connection, OPERATORS, "setting")}
    rows = connection.execute(sa.select(terminal.c.public_key, terminal.c.state)).all()
    keys = {till_key_id(bytes.fromhex(r.public_key)): r for r in rows}
    missing = [
        bytes.fromhex(r.public_key)
        for key_id, r in keys.items()
        if r.state == "active" and key_id not in told
    ]
    gone = [k for k, r in keys.items() if r.state != "active" and k in told]
    _publish(connection, services, missing)
    changes = [feed.Change("setting", NAME + key_id, None) for key_id in gone]
    if changes:
        feed.publish(connection, OPERATORS, changes, services.now_us())
    return len(missing) + len(gone)


def _publish(connection: Connection, services: Services, keys: list[bytes]) -> None:
    signer = Ed25519Signer(services.keys.signing)
    changes = []
    for key in keys:
        name = NAME + till_key_id(key)
        value = Raw(canonical(certify_till(key, signer)))
        changes.append(feed.Change("setting", name, SettingsRow(name, value)))
    if changes:
        feed.publish(connection, OPERATORS, changes, services.now_us())
