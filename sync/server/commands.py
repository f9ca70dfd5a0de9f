"""What each command of the CLI does: (lines to print, whether it went well). Never parses."""

from argparse import Namespace
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from pos_app.domain.errors import ProgramRefused
from pos_app.domain.rights import DEFAULT_ROLES, Operator
from pos_app.gear.secrets import Argon2PinHasher
from sync.server import reference
from sync.server.enrolment import new_code
from sync.server.keys import new_epoch
from sync.server.refusal import refuse
from sync.server.server import Server, open_server
from sync.server.serving import serve

Said = tuple[Sequence[str], bool]
Command = Callable[[Namespace], Coroutine[Any, Any, Said]]
OnServer = Callable[[Server, Namespace], Awaitable[Said]]


@asynccontextmanager
async def _opened(options: Namespace) -> Any:
    server = await open_server(data=options.data, address=options.database)
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
    await serve(server, options.host, options.port, options.port_file)
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
    )
    await server.database.write(lambda c: reference.set_operator(c, server.services, operator))
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


async def _new_epoch(server: Server, _options: Namespace) -> Said:
    return [await server.database.write(new_epoch)], True


COMMANDS: Mapping[str, Command] = {
    "serve": _on_server(_serve),
    "enrolment-code": _on_server(_code),
    "store": _on_server(_store),
    "settings": _on_server(_settings),
    "set-operator": _on_server(_operator),
    "publish-program": _on_server(_program),
    "place-allowances": _on_server(_place),
    "new-epoch": _on_server(_new_epoch),
}
