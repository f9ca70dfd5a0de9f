"""Moves of grants that the server has lost: what stands, and who declares the rest."""

import pytest
import sqlalchemy as sa

from sync.server.engine import keys
from sync.server.engine.buckets import bucket_of
from sync.server.engine.schema import account, allowance
from sync.server.lives import epochs
from sync.wire.messages import HeldGrant
from tests.sync.server.test_server_moves import Shop, give, take
from tests.sync.server.till import Till


@pytest.fixture
def shop(house):
    return Shop(house)


def lose_grants(shop):
    """The server goes back to before it gave them: another epoch, tills have yet to declare."""

    def lost(connection):
        connection.execute(sa.delete(allowance))
        connection.execute(sa.update(account).values(reserved=0))
        keys.new_epoch(connection)

    shop.house.run(shop.house.write(lost))
    epoch = shop.house.run(shop.house.read(lambda c: keys.get_meta(c)["epoch"]))
    shop.house.services.epoch = epoch
    for till in shop.tills:
        till.epoch = epoch


def declare(shop, till: Till, grant: str, granted: int) -> None:
    said = HeldGrant(grant, shop.member, granted, incarnation=1)
    bucket = bucket_of(shop.member)
    services = shop.house.services
    work = (services, bucket, till.terminal, [said])
    shop.house.run(shop.house.write(lambda c: epochs.renew(c, *work)))
    shop.house.run(shop.house.write(lambda c: epochs.reconciled(c, services, till.terminal)))


def test_a_move_of_a_grant_that_the_server_lost_stands_and_the_giver_declares_the_rest(shop):
    """Found by seeds 1591, 1776 and 1949: the taker speaks before the giver has declared."""
    shop.grant(shop.a, "g", 100)
    first = give(shop, shop.a, shop.b, "x", {"g": 70})
    second = give(shop, shop.a, shop.tills[2], "y", {"g": 20})
    take(shop, shop.b, first)
    take(shop, shop.tills[2], second)
    lose_grants(shop)
    shop.push(shop.b)
    shop.push(shop.tills[2])
    assert (shop.grant_left("x"), shop.grant_left("y"), shop.grant_left("g")) == (70, 20, 0)
    declare(shop, shop.a, "g", 100)
    shop.push(shop.a)
    assert (shop.grant_left("x"), shop.grant_left("y"), shop.grant_left("g")) == (70, 20, 10)
    assert shop.reserved() == 100
    assert shop.conflicts() == ["grants_renewed"]
    assert shop.right()


def test_a_giver_that_has_declared_has_no_other_grants(shop):
    shop.grant(shop.a, "g", 100)
    proof = give(shop, shop.a, shop.b, "x", {"g": 60, "none": 5})
    take(shop, shop.b, proof)
    lose_grants(shop)
    declare(shop, shop.a, "g", 100)
    shop.push(shop.b)
    assert (shop.grant_left("x"), shop.grant_left("g")) == (60, 40)
    assert shop.conflicts() == ["grants_renewed", "unknown_grant"]
    assert shop.right()
