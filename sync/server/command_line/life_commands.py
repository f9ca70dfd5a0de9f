"""Commands about the lives of tills and epochs. Never decides which of two machines is the till.

late-events [--accept TERMINAL --by NAME]     machine-gone --terminal ID [--by NAME]
waiting                                       protocols
resolve-event --terminal ID --event ID [--by NAME --reason TEXT]
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Mapping, Sequence

from sync.server.engine.services import moment
from sync.server.lives import doubles, epochs
from sync.server.poster import second_body
from sync.server.server import Server
from sync.wire.version import SPOKEN, VERSIONS

Said = tuple[Sequence[str], bool]


def add_to(command: Callable[[str, str], ArgumentParser]) -> None:
    """The options of each."""
    late = command("late-events", "what fenced machines sent; with --accept it is posted")
    late.add_argument("--accept", default="", metavar="TERMINAL")
    late.add_argument("--by", default="", help="who decides")
    gone = command("machine-gone", "a till's former machine will not come back: void its grants")
    gone.add_argument("--terminal", required=True)
    gone.add_argument("--by", default="", help="who decides; without it nothing is changed")
    second = command("resolve-event", "a known event came with another body: keep it, go on")
    second.add_argument("--terminal", required=True)
    second.add_argument("--event", required=True)
    second.add_argument("--by", default="", help="who decides; without it nothing is changed")
    second.add_argument("--reason", default="")
    command("waiting", "tills that must be heard in this epoch before anything is granted")
    command("protocols", "versions of the protocol, with date and reason")


async def late_events(server: Server, options: Namespace) -> Said:
    """One line a batch: terminal, incarnation, events, when it came."""
    if not options.accept:
        rows = await server.database.read(doubles.late_batches)
        return [
            f"{row.terminal}  incarnation {row.incarnation}  events {row.first_seq}-{row.last_seq}"
            f"  {moment(row.received_at):%Y-%m-%dT%H:%M:%SZ}"
            for row in rows
        ], True
    if not options.by:
        return ["who decides? --by NAME"], False
    fresh = await server.database.write(
        lambda c: doubles.accept_late(c, server.services, options.accept)
    )
    await server.poster.drain()
    return [f"{fresh} events are posted, by {options.by}; the rest was known"], True


async def machine_gone(server: Server, options: Namespace) -> Said:
    """The exposure; with a name the former machine's grants come back at once."""
    points = await server.database.read(lambda c: doubles.former_exposure(c, options.terminal))
    shown = f"exposure: {points} points may be spent by the former machine"
    if not options.by:
        return [shown, "nothing was changed: say that it is gone with --by NAME"], True
    await server.database.write(lambda c: doubles.machine_is_gone(c, options.terminal))
    await server.poster.drain()
    return [shown, f"its grants are void, by {options.by}"], True


async def resolve_event(server: Server, options: Namespace) -> Said:
    """What is known of the event; with a name its second body is kept, and the queue goes on."""
    place = (options.terminal, options.event)
    if not options.by:
        first = await server.database.read(lambda c: second_body.stored(c, *place))
        return [f"the first body: {first}", "nothing was changed: decide with --by NAME"], True
    first = await server.database.write(
        lambda c: second_body.allow(c, server.services, place, options.by, options.reason)
    )
    return [
        f"the first body stays: {first}",
        f"the second is kept as evidence when the till sends it again, by {options.by}; it is not"
        " applied, and what it differs by stands in conflicts --open",
    ], True


async def waiting(server: Server, _options: Namespace) -> Said:
    """Terminals that were not heard yet, and until when they are waited for."""
    services = server.services
    rows = await server.database.read(epochs.waiting)
    if not rows:
        return ["every till was heard: grants are given"], True
    until = await server.database.read(lambda c: epochs.stands_until(c, services))
    return [
        *(f"{row.id}  {row.store}  {row.name}" for row in rows),
        f"nothing new is granted before they speak, at most until {until:%Y-%m-%dT%H:%M:%SZ}; a "
        "till that is gone: reclaim --terminal ID --by NAME",
    ], True


async def protocols(_server: Server, _options: Namespace) -> Said:
    """The table."""
    return [
        f"{v.number}  {v.since_on}  {'spoken' if v.number in SPOKEN else 'not spoken'}  {v.reason}"
        for v in VERSIONS
    ], True


ON_SERVER: Mapping[str, Callable[[Server, Namespace], Awaitable[Said]]] = {
    "late-events": late_events,
    "machine-gone": machine_gone,
    "resolve-event": resolve_event,
    "waiting": waiting,
    "protocols": protocols,
}
