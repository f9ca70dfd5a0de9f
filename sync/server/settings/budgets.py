"""How often all members together took an offer with a budget, and telling it to the tills.

Counted once an event, in the bucket of its terminal; the sum is a setting of the chain. Never
refuses a use: a till that was offline may be late, and what goes beyond stands.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.mechanics.offers import PREFIX
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of
from sync.server.engine.schema import offer_use
from sync.server.engine.services import Services
from sync.server.settings.reference import set_setting, settings_of
from sync.server.settings.tiering import program_in_force

OFFERS_SPENT = "offers_spent"
USES = f"uses/{PREFIX}"


def count_offers(
    connection: Connection, terminal: str, documents: Iterable[CompletedTransaction]
) -> None:
    """Add the uses of these documents to the terminal's; called once for each of them."""
    more: dict[str, int] = {}
    for document in documents:
        for entry in document.tallies:
            if entry.tally.startswith(USES):
                offer = entry.tally.removeprefix(USES)
                more[offer] = more.get(offer, 0) + entry.amount
    if not more:
        return
    bucket = bucket_of(terminal)
    mine = sa.select(offer_use.c.offer, offer_use.c.uses).where(
        offer_use.c.bucket == bucket,
        offer_use.c.terminal == terminal,
        bulk.among(connection, offer_use.c.offer, more),
    )
    before = {row.offer: row.uses for row in connection.execute(mine)}
    rows = [
        {"bucket": bucket, "terminal": terminal, "offer": o, "uses": before.get(o, 0) + n}
        for o, n in more.items()
    ]
    bulk.insert(connection, offer_use, rows, "replace")


def spent(connection: Connection, services: Services) -> dict[str, int] | None:
    """Uses by offer, where the tills have heard otherwise; None where they have not."""
    program = program_in_force(connection, services.now())
    limited = {offer.offer_id for offer in program.offers if offer.budget} if program else set()
    if not limited:
        return None
    total = sa.select(offer_use.c.offer, sa.func.sum(offer_use.c.uses)).group_by(offer_use.c.offer)
    uses = {offer: int(n) for offer, n in connection.execute(total) if offer in limited}
    return None if settings_of(connection, "").get(OFFERS_SPENT, {}) == uses else uses


def tell_spent(connection: Connection, services: Services, uses: dict[str, int]) -> None:
    """For every till."""
    set_setting(connection, services, OFFERS_SPENT, uses)
