"""Commands about one person, or one till that was stolen or locked. Never without a reason.

tell-member ID --by NAME --reason WHY          withdraw-consent ID CONSENT --by NAME --reason WHY
erase-member ID --by NAME --reason WHY         till-key TERMINAL --by NAME --reason WHY
revoke-terminal TERMINAL --by NAME --reason WHY
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec

from sync.server.engine.database import PostgresDatabase, SqliteDatabase
from sync.server.lives import escrow
from sync.server.lives.secrets_outside import remember_erased
from sync.server.members.erasure import Deed, erase_member, tell_member, withdraw_consent
from sync.server.publishing.till_keys import announce_missing
from sync.server.rights.leases import Exposure
from sync.server.server import Server

Said = tuple[Sequence[str], bool]
EMPTIED = ("member", "feed_row", "sealed_event", "member_key", "effect")


def add_to(command: Callable[[str, str], ArgumentParser]) -> None:
    """The options of each."""
    tell = command("tell-member", "everything that is held about a member, as JSON, for the member")
    consent = command("withdraw-consent", "take a member's consent back")
    erase = command("erase-member", "destroy what tells who a member is; receipts and books stay")
    key = command("till-key", "the key of a till's files, for kopilka till unlock")
    revoke = command("revoke-terminal", "a stolen till: nothing it says is believed any more")
    for one in (tell, consent, erase):
        one.add_argument("member")
    for one in (key, revoke):
        one.add_argument("terminal")
    consent.add_argument("consent")
    for one in (tell, consent, erase, key, revoke):
        one.add_argument("--by", required=True)
        one.add_argument("--reason", required=True)


def _deed(options: Namespace) -> Deed:
    return Deed(options.by, options.reason)


async def _tell(server: Server, options: Namespace) -> Said:
    told = await server.database.write(
        lambda c: tell_member(c, server.services, options.member, _deed(options))
    )
    return msgspec.json.format(msgspec.json.encode(told), indent=1).decode().splitlines(), True


async def _withdraw(server: Server, options: Namespace) -> Said:
    left = await server.database.write(
        lambda c: withdraw_consent(
            c, server.services, options.member, options.consent, _deed(options)
        )
    )
    return [f"left: {', '.join(left) or 'none'}"], True


async def _erase(server: Server, options: Namespace) -> Said:
    who = await erase(server, options.member, _deed(options))
    return [f"erased; the books go on as {who}"], True


async def erase(server: Server, asked: str, deed: Deed) -> str:
    """Erase, and let the disk forget what it can: freed pages, the log, snapshots for new tills."""
    remember_erased(server.secrets, server.services, asked, deed)
    who = await erase_member(server.database, server.services, asked, deed)
    server.snapshots.forget()
    database = server.database
    if isinstance(database, SqliteDatabase | PostgresDatabase):
        await database.let_go(EMPTIED)
    server.bell.ring_feed()
    return who


async def _till_key(server: Server, options: Namespace) -> Said:
    key = await server.database.write(
        lambda c: escrow.read_out(c, server.services, options.terminal, _deed(options))
    )
    return [key], True


async def _revoke(server: Server, options: Namespace) -> Said:
    shown = await revoke(server, options.terminal, _deed(options))
    return [
        f"revoked; it held {shown.grants} grants, {shown.points} points, which come back on "
        f"{shown.due_at:%Y-%m-%d %H:%M} UTC"
    ], True


async def revoke(server: Server, terminal_id: str, deed: Deed) -> Exposure:
    """Revoke; the snapshots that it could open go, the next ones have keys of their own."""
    services = server.services
    shown = await server.database.write(lambda c: escrow.revoke(c, services, terminal_id, deed))
    await server.database.write(lambda c: announce_missing(c, services))
    server.snapshots.forget()
    server.bell.ring_feed()
    return shown


ON_SERVER: Mapping[str, Callable[[Server, Namespace], Awaitable[Said]]] = {
    "tell-member": _tell,
    "withdraw-consent": _withdraw,
    "erase-member": _erase,
    "till-key": _till_key,
    "revoke-terminal": _revoke,
}
