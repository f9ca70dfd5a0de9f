"""Commands about gift cards. Never prints a code.

gift-card show CODE
gift-card block CODE [--reason TEXT]
gift-card unblock CODE
gift-card replace CODE --by NEW
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Mapping, Sequence

from sync.server.command_line.allowance_commands import money_text
from sync.server.engine.refusal import refuse
from sync.server.office import gift_card_desk as desk
from sync.server.server import Server

Said = tuple[Sequence[str], bool]


def add_to(command: Callable[[str, str], ArgumentParser]) -> None:
    """The options."""
    card = command("gift-card", "what is on a gift card; block a lost one; replace it")
    card.add_argument("action", choices=["show", "block", "unblock", "replace"])
    card.add_argument("code", help="as it is printed, or the id from a receipt")
    card.add_argument("--reason", default="lost")
    card.add_argument("--by", default="", help="the card that takes its place")


async def gift_card(server: Server, options: Namespace) -> Said:
    """What was done, and how the card is now."""
    services, database = server.services, server.database
    card = desk.id_of(services, options.code)
    if options.action == "replace":
        if not options.by:
            raise refuse(400, "by", "name the new card: --by CODE")
        moved = await desk.replace(database, services, card, desk.id_of(services, options.by))
        server.bell.ring_feed()
        return [f"{money_text(moved)} moved to the new card"], True
    if options.action != "show":
        reason = options.reason if options.action == "block" else ""
        await database.write(lambda c: desk.block(c, services, card, reason))
        server.bell.ring_feed()
    return _said(await database.write(lambda c: desk.look(c, services, card))), True


def _said(state: desk.CardState) -> list[str]:
    ends = f", until {state.expires_on}" if state.expires_on else ""
    blocked = f", blocked: {state.blocked}" if state.blocked else ""
    held = f", of it {money_text(state.reserved_minor)} at tills" if state.reserved_minor else ""
    return [
        f"gift card {state.number}: {money_text(state.balance_minor)}{held}{ends}{blocked}",
        *(
            f"{e.business_on}  {e.kind.value}  {money_text(e.amount_minor)}  {e.cause.id}"
            for e in state.entries
        ),
    ]


ON_SERVER: Mapping[str, Callable[[Server, Namespace], Awaitable[Said]]] = {"gift-card": gift_card}
