"""Commands about allowances and conflicts. Never parses a value, never writes a table itself.

conflicts [--store ID] [--open] [--sums]
resolve-conflict ID --by NAME --action absorb|collect|note [--reason TEXT]
post-again ID --by NAME
reclaim --terminal ID [--by NAME --reason TEXT]
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Mapping, Sequence

from sync.server.office import conflict_desk
from sync.server.office.parked import post_again
from sync.server.rights import leases
from sync.server.server import Server
from sync.server.upkeep.tending import take_back

Said = tuple[Sequence[str], bool]


def add_to(command: Callable[[str, str], ArgumentParser]) -> None:
    """The options of each."""
    listing = command("conflicts", "what waits for a manager, with its money")
    listing.add_argument("--store", default="", help="of the tills of one store")
    listing.add_argument("--open", action="store_true", help="only what nobody has signed off")
    listing.add_argument("--sums", action="store_true", help="one line a kind")
    sign = command("resolve-conflict", "sign a conflict off")
    sign.add_argument("id")
    sign.add_argument("--by", required=True, help="who decides")
    sign.add_argument("--action", choices=conflict_desk.ACTIONS, required=True)
    sign.add_argument("--reason", default="")
    again = command("post-again", "try an event that could not be posted once more")
    again.add_argument("id", help="of its line in `conflicts`")
    again.add_argument("--by", required=True, help="who decides")
    back = command("reclaim", "what a silent till may have spent; with --by it is given up")
    back.add_argument("--terminal", required=True)
    back.add_argument("--by", default="", help="who decides; without it nothing is changed")
    back.add_argument("--reason", default="")


async def conflicts(server: Server, options: Namespace) -> Said:
    """One line each: instant, id, kind, store, terminal, member, points, money, state, words."""
    found = await server.database.read(
        lambda c: conflict_desk.lines(c, options.store, open_only=options.open)
    )
    if options.sums:
        return [
            f"{kind}: {count} lines, {points} points, {money_text(money)}"
            for kind, (count, points, money) in conflict_desk.sums(found).items()
        ], True
    return [_line(one) for one in found], True


def _line(one: conflict_desk.Line) -> str:
    signed = f"{one.action} by {one.by}: {one.reason}" if one.action else one.state
    return "  ".join(
        (
            f"{one.at:%Y-%m-%dT%H:%M:%SZ}", one.id, one.kind, one.store or "-", one.terminal or "-",
            one.member or "-", f"{one.points} points", money_text(one.money_minor), signed,
            one.detail,
        )
    ).rstrip()  # fmt: skip


def money_text(minor: int) -> str:
    """Two digits, as the demo currency has them."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


async def resolve_conflict(server: Server, options: Namespace) -> Said:
    """Signed off once; what was forgiven is in the ledger."""
    decision = conflict_desk.Decision(options.action, options.by, options.reason)
    forgiven = await server.database.write(
        lambda c: conflict_desk.resolve(c, server.services, options.id, decision)
    )
    server.bell.ring_feed()
    return [f"signed off, {forgiven} points forgiven"], True


async def post_parked(server: Server, options: Namespace) -> Said:
    """Posted and signed off, or parked as before with the reason of now."""
    posted, why = await post_again(server, options.id, options.by)
    server.bell.ring_feed()
    return ["posted, signed off" if posted else f"still parked: {why}"], posted


async def reclaim(server: Server, options: Namespace) -> Said:
    """The exposure; given up by a name, voided as soon as the lease is over."""
    services = server.services
    if not options.by:
        shown = await server.database.read(lambda c: leases.exposure(c, services, options.terminal))
        return [*_exposure(shown), "nothing was changed: give the till up with --by NAME"], True
    shown = await server.database.write(
        lambda c: leases.ask_reclaim(c, services, options.terminal, options.by, options.reason)
    )
    done = await take_back(server.database, services)
    await server.poster.drain()
    end = (
        "its grants are void"
        if done
        else f"its grants are void from {shown.due_at:%Y-%m-%dT%H:%M:%SZ}"
    )
    return [*_exposure(shown), "it gets no more grants; what it still sends is posted", end], True


def _exposure(shown: leases.Exposure) -> list[str]:
    return [
        f"terminal {shown.terminal} of store {shown.store}, {shown.state}, last heard "
        f"{shown.heard_at:%Y-%m-%dT%H:%M:%SZ}, {shown.waits} events not posted yet",
        f"exposure: {shown.points} points ({money_text(shown.money_minor)}), {shown.grants} grants",
        f"it honours them until {shown.due_at:%Y-%m-%dT%H:%M:%SZ} at most",
    ]


ON_SERVER: Mapping[str, Callable[[Server, Namespace], Awaitable[Said]]] = {
    "conflicts": conflicts,
    "resolve-conflict": resolve_conflict,
    "post-again": post_parked,
    "reclaim": reclaim,
}
