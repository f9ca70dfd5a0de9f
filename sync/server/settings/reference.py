"""What head office keeps: stores, settings, programs, operators. Never a member, never a price.

Their rows live in scopes that every till of the chain (or of the store) hears. Writers are rare;
the lock of the scope's head puts them one behind the other.
"""

import json
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Raw
from sqlalchemy import Connection

from pos_app.domain.errors import Fault, ProgramRefused, RegulationRefused
from pos_app.domain.loyalty.program import Program, load
from pos_app.domain.loyalty.velocity import SETTING as VELOCITY
from pos_app.domain.loyalty.velocity import limits_of
from pos_app.domain.read_regulation import regulation_of
from pos_app.domain.rights import DEFAULT_ROLES, Operator
from pos_app.gear.zones import SETTING as TIME_ZONE
from pos_app.gear.zones import is_known_zone
from sync.server.engine import bulk
from sync.server.engine.buckets import OPERATORS, PROGRAM, settings_scope
from sync.server.engine.keys import CHAIN, set_meta
from sync.server.engine.refusal import refuse
from sync.server.engine.schema import setting, store, terminal
from sync.server.engine.services import Services
from sync.server.publishing import feed
from sync.server.publishing.interest import SETTING as INTEREST
from sync.server.publishing.interest import InterestSetting
from sync.translate import operator_row
from sync.translate.instants import instant_text
from sync.wire.rows import ProgramRow, SettingsRow


def name_chain(connection: Connection, name: str) -> None:
    """What terminals are told at enrolment."""
    set_meta(connection, CHAIN, name)


def add_store(connection: Connection, services: Services, store_id: str, name: str) -> None:
    """A store, or its new name; it hears the chain's settings from now on."""
    count = connection.execute(sa.select(sa.func.count()).select_from(store)).scalar_one()
    known = sa.select(store.c.number).where(store.c.id == store_id)
    number = connection.execute(known).scalar_one_or_none() or count + 1
    bulk.insert(connection, store, [{"id": store_id, "name": name, "number": number}], "replace")
    _publish_settings(connection, services, store_id)


def store_ids(connection: Connection) -> list[str]:
    """Every store."""
    return list(connection.execute(sa.select(store.c.id).order_by(store.c.id)).scalars())


def set_setting(
    connection: Connection, services: Services, name: str, value: Any, store_id: str = ""
) -> None:
    """A setting of the chain, or of one store (it then hides the chain's)."""
    stores = store_ids(connection)
    if store_id and store_id not in stores:
        raise refuse(404, "unknown_store", store_id)
    _judge_setting(name, value)
    text = msgspec.json.encode(value, order="sorted").decode()
    row = {"store": store_id, "name": name, "value": text}
    bulk.insert(connection, setting, [row], "replace")
    for each in [store_id] if store_id else stores:
        _publish_settings(connection, services, each)


def _judge_setting(name: str, value: Any) -> None:
    """A regulation that no till could read must not reach one, nor limits that are none."""
    if name == "regulation" and value is not None:
        try:
            regulation_of(value)
        except RegulationRefused as refused:
            raise refuse(422, "bad_regulation", str(refused)) from refused
    if name == TIME_ZONE and value not in (None, "") and not is_known_zone(value):
        raise refuse(422, "bad_setting", f"a time zone as Europe/Moscow, not {value!r}")
    if name == INTEREST:
        try:
            msgspec.convert(value, InterestSetting)
        except msgspec.ValidationError as wrong:
            raise refuse(422, "bad_setting", str(wrong)) from wrong
    if name == VELOCITY:
        try:
            limits_of(value)
        except ValueError as wrong:
            raise refuse(422, "bad_setting", str(wrong)) from wrong


def settings_of(connection: Connection, store_id: str) -> dict[str, Any]:
    """The settings in force in a store ("": the chain's), as parsed JSON."""
    return {name: json.loads(text) for name, text in _in_force(connection, store_id).items()}


def _in_force(connection: Connection, store_id: str) -> dict[str, str]:
    rows = connection.execute(
        sa.select(setting)
        .where(bulk.among(connection, setting.c.store, ["", store_id]))
        .order_by(setting.c.store)
    )
    return {row.name: row.value for row in rows}


def _publish_settings(connection: Connection, services: Services, store_id: str) -> None:
    changes = [
        feed.Change("setting", name, SettingsRow(name, Raw(text.encode())))
        for name, text in _in_force(connection, store_id).items()
    ]
    feed.publish(connection, settings_scope(store_id), changes, services.now_us())


def publish_program(connection: Connection, services: Services, document: bytes) -> Program:
    """A new version for every till. Raises ProgramRefused with every fault found.

    A version once published never changes: receipts name it.
    """
    program = load(document)
    ref = program.ref
    row_id = f"{ref.program_id}@{ref.version}"
    known = feed.living(connection, PROGRAM, "program").get(row_id)
    if known is not None:
        if msgspec.json.decode(known, type=ProgramRow).hash == ref.content_hash:
            return program
        why = f"version {ref.version} was published with other content: raise the version"
        raise ProgramRefused((Fault("version", why),))
    newest = max(
        (
            msgspec.json.decode(body, type=ProgramRow).version
            for name, body in feed.living(connection, PROGRAM, "program").items()
            if name.startswith(f"{ref.program_id}@")
        ),
        default=0,
    )
    if ref.version < newest:
        why = f"version {newest} is published: a lower one would never be in force"
        raise ProgramRefused((Fault("version", why),))
    canonical = json.dumps(json.loads(document), ensure_ascii=False, separators=(",", ":"))
    row = ProgramRow(
        ref.program_id,
        ref.version,
        instant_text(program.valid_from),
        ref.content_hash,
        Raw(canonical.encode()),
    )
    change = feed.Change("program", row_id, row)
    feed.publish(connection, PROGRAM, [change], services.now_us())
    return program


def set_operator(connection: Connection, services: Services, operator: Operator) -> None:
    """Somebody who may sign on, in every store of the chain."""
    if operator.role not in DEFAULT_ROLES:
        raise refuse(404, "unknown_role", operator.role)
    change = feed.Change("operator", operator.operator_id, operator_row(operator))
    feed.publish(connection, OPERATORS, [change], services.now_us())


def remove_operator(connection: Connection, services: Services, operator_id: str) -> None:
    """Nobody signs on under this id any more, once the tills have heard."""
    change = feed.Change("operator", operator_id, None)
    feed.publish(connection, OPERATORS, [change], services.now_us())


def revoke_terminal(connection: Connection, terminal_id: str) -> bool:
    """A stolen till: its signature is worth nothing any more. False for an unknown one."""
    done = connection.execute(
        sa.update(terminal).where(terminal.c.id == terminal_id).values(state="revoked")
    )
    return done.rowcount == 1
