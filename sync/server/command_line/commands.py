"""What each command of the CLI does: (lines to print, whether it went well). Never parses."""

import os
from argparse import Namespace
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from pos_app.domain.errors import ProgramRefused
from pos_app.domain.rights import DEFAULT_LIMITS_PPM, DEFAULT_ROLES, Operator
from pos_app.gear import logs
from pos_app.gear.secrets import Argon2PinHasher
from sync.server.access.enrolment import new_code
from sync.server.access.integrators import add_integrator, remove_integrator
from sync.server.command_line import (
    gift_card_commands,
    life_commands,
    ops_commands,
    personal_commands,
)
from sync.server.command_line.allowance_commands import ON_SERVER
from sync.server.engine.durability import terms_here
from sync.server.engine.refusal import refuse
from sync.server.engine.sheets import Imported
from sync.server.members.member_import import import_members
from sync.server.members.regrouping import regroup
from sync.server.office.partner_report import partner_report, report_lines
from sync.server.office.period_command import told
from sync.server.office.rfm_report import report
from sync.server.publishing.interest import SETTING as INTEREST
from sync.server.server import Server, open_server
from sync.server.serving import Listening, serve
from sync.server.settings import reference
from sync.server.settings.catalog import import_catalog
from sync.server.surface.cards import new_link, set_pin

TOKEN_VARIABLE = "KOPILKA_METRICS_TOKEN"
Said = tuple[Sequence[str], bool]
Command = Callable[[Namespace], Coroutine[Any, Any, Said]]
OnServer = Callable[[Server, Namespace], Awaitable[Said]]


@asynccontextmanager
async def _opened(options: Namespace) -> Any:
    terms = terms_here(options.allow, options.standbys, options.partitions)
    server = await open_server(data=options.data, address=options.database, terms=terms)
    try:
        yield server
    finally:
        await server.close()


def _on_server(work: OnServer) -> Command:
    async def command(options: Namespace) -> Said:
        async with _opened(options) as server:
            return await work(server, options)

    return command


async def _serve(server: Server, options: Namespace) -> Said:
    file = options.log or (options.data / ops_commands.LOG_FILE if options.data else None)
    logs.configure(logs.to_stream(), *([logs.to_file(file)] if file else []))
    token = os.environ.get(TOKEN_VARIABLE, "")
    where = Listening(
        *(options.host, options.port, options.port_file, options.ops, token),
        while_input=options.while_input,
    )
    await serve(server, where)
    return (), True


async def _code(server: Server, options: Namespace) -> Said:
    code = await server.database.write(
        lambda c: new_code(c, server.services, options.store, options.name)
    )
    return [code], True


async def _store(server: Server, options: Namespace) -> Said:
    await server.database.write(
        lambda c: reference.add_store(c, server.services, options.id, options.name)
    )
    return (), True


async def _settings(server: Server, options: Namespace) -> Said:
    try:
        value = msgspec.json.decode(options.value)
    except msgspec.DecodeError as error:
        return [f"not JSON: {error}"], False
    await server.database.write(
        lambda c: reference.set_setting(c, server.services, options.name, value, options.store)
    )
    if options.name == INTEREST:
        return [f"{await regroup(server.database, server.services)} members told anew"], True
    return (), True


async def _operator(server: Server, options: Namespace) -> Said:
    if options.role not in DEFAULT_ROLES:
        raise refuse(404, "unknown_role", ", ".join(DEFAULT_ROLES))
    operator = Operator(
        options.id,
        options.name,
        options.role,
        Argon2PinHasher().hash_pin(options.pin),
        DEFAULT_ROLES[options.role],
        options.language,
        DEFAULT_LIMITS_PPM[options.role],
    )
    await server.database.write(lambda c: reference.set_operator(c, server.services, operator))
    return (), True


async def _partner(server: Server, options: Namespace) -> Said:
    report = await server.database.read(
        lambda c: partner_report(c, server.services, options.partner, options.since, options.until)
    )
    return report_lines(report), True


async def _integrator(server: Server, options: Namespace) -> Said:
    if options.action == "add":
        return [await server.database.write(lambda c: add_integrator(c, options.name))], True
    gone = await server.database.write(lambda c: remove_integrator(c, options.name))
    return ([], True) if gone else ([f"there is no integrator {options.name}"], False)


async def _card_link(server: Server, options: Namespace) -> Said:
    link = await server.database.write(lambda c: new_link(c, server.services, options.member))
    return [link], True


async def _member_pin(server: Server, options: Namespace) -> Said:
    pins = Argon2PinHasher()
    await server.database.write(
        lambda c: set_pin(c, server.services, pins, options.member, options.pin)
    )
    return (), True


async def _program(server: Server, options: Namespace) -> Said:
    document = options.file.read_bytes()
    try:
        program = await server.database.write(
            lambda c: reference.publish_program(c, server.services, document)
        )
    except ProgramRefused as refused:
        return [str(fault) for fault in refused.faults], False
    return [f"{program.ref.program_id} {program.ref.version} {program.ref.content_hash}"], True


async def _place(server: Server, options: Namespace) -> Said:
    members = await server.place_allowances(options.store)
    await server.poster.drain()
    return [f"{members} members"], True


async def _catalog(server: Server, options: Namespace) -> Said:
    data = options.file.read_bytes()
    done = await server.database.write(
        lambda c: import_catalog(c, server.services, data, dry_run=options.dry_run)
    )
    return _imported(done, "items")


async def _members(server: Server, options: Namespace) -> Said:
    data = options.file.read_bytes()
    done = await server.database.write(
        lambda c: import_members(
            c, server.services, data, home_store=options.store, dry_run=options.dry_run
        )
    )
    if options.store and not options.dry_run and not done.faults:
        await server.place_allowances(options.store)
        await server.poster.drain()
    return _imported(done, "members")


def _imported(done: Imported, what: str) -> Said:
    if done.faults:
        return [*map(str, done.faults), f"{len(done.faults)} faults: nothing was imported"], False
    return [f"{done.rows} {what}, {done.changed} new or changed"], True


COMMANDS: Mapping[str, Command] = {
    "serve": _on_server(_serve),
    "enrolment-code": _on_server(_code),
    "store": _on_server(_store),
    "settings": _on_server(_settings),
    "set-operator": _on_server(_operator),
    "integrator": _on_server(_integrator),
    "partner-report": _on_server(_partner),
    "card-link": _on_server(_card_link),
    "member-pin": _on_server(_member_pin),
    "publish-program": _on_server(_program),
    "place-allowances": _on_server(_place),
    "import-catalog": _on_server(_catalog),
    "import-members": _on_server(_members),
    "report": _on_server(told),
    "rfm": _on_server(report),
    **{name: _on_server(work) for name, work in ON_SERVER.items()},
    **{name: _on_server(work) for name, work in gift_card_commands.ON_SERVER.items()},
    **{name: _on_server(work) for name, work in life_commands.ON_SERVER.items()},
    **{name: _on_server(work) for name, work in ops_commands.ON_SERVER.items()},
    **{name: _on_server(work) for name, work in personal_commands.ON_SERVER.items()},
    **ops_commands.ALONE,
}
