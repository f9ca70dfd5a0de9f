"""Standing on the server, by the code of the till: tiers, young returns, memberships."""

import json
from dataclasses import replace
from datetime import timedelta

from pos_app.domain.document import TransactionKind
from pos_app.domain.loyalty.membership import holds_until
from pos_app.domain.loyalty.program import load
from pos_app.domain.loyalty.tally import TallyEntry
from sync.server.settings import reference
from sync.translate import member_from_row
from sync.translate.documents import transaction_doc, transaction_from_doc
from sync.wire.codec import decode
from sync.wire.rows import MemberRow
from tests.sync.server.till import DAY


def program(**parts) -> bytes:
    document = {
        "schema": 1,
        "program": "club",
        "version": 1,
        "valid_from": "2026-01-01T00:00:00Z",
        "currency": {"code": "RUB", "minor_digits": 2},
    }
    return json.dumps(document | parts).encode()


async def shown(till, member_id: str):
    rows = [r for r in await till.pull_all() if r.kind == "member" and r.id == member_id]
    return member_from_row(decode(MemberRow, bytes(rows[-1].body)))


def test_a_young_return_takes_the_tier_back_that_its_sale_had_brought(house) -> None:
    tiers = {
        "period": "year",
        "qualifying_return_days": 14,
        "list": [{"id": "base"}, {"id": "silver", "from": "5000"}, {"id": "gold", "from": "20000"}],
    }

    async def story() -> None:
        await house.write(reference.publish_program, house.services, program(tiers=tiers))
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        small = till.sell(member=anna, net=4999_99)
        await house.push(till)
        assert (await shown(till, anna)).tier_id in ("", "base")
        big = till.sell(member=anna, net=15_000_01)
        await house.push(till, 2)
        assert (await shown(till, anna)).tier_id == "gold"
        for original, days, tier in ((small, 20, "gold"), (big, 14, "base")):
            back = till.sell(
                member=anna,
                net=original.totals.net_minor,
                kind=TransactionKind.RETURN,
                original_id=original.transaction_id,
                on=DAY + timedelta(days=days),
            )
            assert back.original_id
            await house.push(till, len(till.chain))
            assert (await shown(till, anna)).tier_id == tier

    house.run(story())


def test_a_membership_sold_at_one_till_is_known_to_the_other_after_sync(house) -> None:
    plus = {"id": "plus", "items": ["plus-card"], "days": 365}
    document = program(memberships=[plus])

    async def story() -> None:
        await house.write(reference.publish_program, house.services, document)
        one, other = await house.till(), await house.till()
        anna = one.enrol_member(card="2990000000019")
        await house.push(one)
        for till in (one, other):
            sold = TallyEntry("membership/plus", f"{DAY}+", 365, (1,))
            till.sell(member=anna, tallies=(sold,))
            await house.push(till, len(till.chain))
        rule = load(document).memberships[0]
        known = await shown(other, anna)
        assert holds_until(rule, known.tallies, DAY) == DAY + timedelta(days=729)

    house.run(story())


def test_tiers_by_visits_are_judged_when_a_sale_is_posted(house) -> None:
    tiers = {
        "by": "visits",
        "period": "month",
        "list": [{"id": "base"}, {"id": "often", "from": 2}],
    }

    async def story() -> None:
        await house.write(reference.publish_program, house.services, program(tiers=tiers))
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        visit = (TallyEntry("visits", f"{DAY:%Y-%m}", 1),)
        await house.push(till)
        for tier in ("base", "often"):
            till.sell(member=anna, tallies=visit)
            await house.push(till, len(till.chain))
            assert (await shown(till, anna)).tier_id == tier

    house.run(story())


def test_a_paper_that_was_seen_travels_with_its_receipt(house) -> None:
    async def story() -> None:
        till = await house.till()
        sold = replace(till.document(), evidence=(("pensioner", "pension card"),))
        assert transaction_from_doc(transaction_doc(sold)) == sold

    house.run(story())
