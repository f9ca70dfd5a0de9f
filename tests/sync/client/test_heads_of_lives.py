"""Whose head is it: what the server tells of a chain counts for the life that it is told of."""

from dataclasses import dataclass

import pytest

from pos_app.storage.lives import ROLLED_BACK
from sync.client.heads import head_of_ours
from sync.server.engine.schema import sale, terminal
from sync.wire.codec import unpack
from sync.wire.messages import PushRequest
from tests.sync.client.test_epochs import put_back
from tests.sync.client.test_lives_of_tills import image, play, restored, rows, sync

PUSH = "/v1/push"


@dataclass(frozen=True)
class Chain:
    incarnation: int = 3
    head: int = 20
    acked: int = 12


@pytest.mark.parametrize(
    ("incarnation", "former", "known"),
    [(0, -1, 9), (3, -1, 9), (2, -1, 0), (1, 7, 0), (4, -1, 12), (4, 0, 0), (4, 8, 8)],
    ids=[
        "a server that names no life means ours",
        "ours",
        "an earlier life: the server was put back to before ours",
        "an earlier life has no former head that counts",
        "a later life, told by a server that does not know former heads",
        "a later life, and nothing of ours is known",
        "a later life, and ours is known so far",
    ],
)
def test_a_head_counts_in_its_own_life(incarnation, former, known) -> None:
    assert head_of_ours(Chain(), incarnation, 9, former) == known


def test_a_server_put_back_to_an_earlier_life_gets_all_of_this_one_again(tmp_path, caplog) -> None:
    """The earlier chain is longer than ours: its head would hide that ours is not known at all."""

    async def scene(shop, till, member):
        old = image(till, "image")
        for _ in range(6):
            shop.sell(till, member)
        await sync(till)
        await shop.settle()
        await shop.backup()
        before = len(await rows(shop, sale))
        till = await restored(till, old)
        assert till.lives.begin() == ROLLED_BACK
        shop.sell(till, member)
        await sync(till)
        await put_back(shop)
        before_it = len(shop.net.bodies)
        await sync(till)
        await shop.settle()
        assert len(await rows(shop, sale)) == before + 1
        (known,) = await rows(shop, terminal)
        head = till.outbox.position().head
        assert (known.incarnation, known.announced, known.head) == (2, 2, head)
        pushed = [unpack(PushRequest, b) for path, b in shop.net.bodies[before_it:] if path == PUSH]
        first = next(one.events for one in pushed if one.epoch == shop.services.epoch)
        assert [one.seq for one in first] == list(range(1, head + 1)), "before it says it was all"

    play(tmp_path, scene)
