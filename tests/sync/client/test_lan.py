"""Tills of a store move points between them while the server is away: real files, real doors."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest

from pos_app.domain.events import TransactionCompleted
from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.domain.loyalty.ledger import EntryKind
from pos_app.workstation.ports import Facts
from sync.client import errors
from sync.client.lan_door import AT_ONCE_MAX, BODY_BYTES_MAX
from sync.server.engine.schema import account, allowance, conflict
from sync.server.watch.doctor import examine
from sync.translate.till_events import proof_doc
from sync.wire.codec import canonical, pack, signed_text
from sync.wire.lan import OFFER, TAKE, OfferReply, OfferRequest, TakeReply, TakeRequest
from sync.wire.messages import (
    HEADER_NONCE,
    HEADER_SIGNATURE,
    HEADER_TERMINAL,
    HEADER_TIME,
)
from tests.sync.client import virtual
from tests.sync.client.beside import Neighbour
from tests.sync.client.shop import Shop, open_shop, serving
from tests.sync.client.till import Till

EARNED = 400


class Store:
    """Three tills of one store; the points of one member lie at the first."""

    def __init__(self, shop: Shop, tills: list[Till]) -> None:
        self.shop = shop
        self.a, self.b, self.c = (Neighbour(till) for till in tills)
        self.member = ""

    async def begin(self) -> None:
        for one in (self.a, self.b, self.c):
            await self.sync(one)
        self.member = self.shop.enrol_member(self.a.till, EARNED)
        for _ in range(3):
            for one in (self.a, self.b, self.c):
                await self.sync(one)
        self.b.reaches(self.a, self.c)
        self.c.reaches(self.a, self.b)
        self.a.reaches(self.b, self.c)
        assert self.a.left(self.member) > 100
        assert self.b.left(self.member) == 0

    async def sync(self, one: Neighbour) -> None:
        lan, one.till.lan = one.till.lan, None
        async with serving(one.till) as (courier, _):
            await courier.answer("sync", {})
            await self.shop.settle()
            await courier.answer("sync", {})
        one.till.lan = lan

    def spend(self, one: Neighbour, points: int) -> None:
        """A receipt that redeems so many of the member's points out of what lies here."""
        till = one.till
        rest, uses = points, []
        for grant in till.journal.allowances(self.member):
            part = min(rest, grant.left)
            if part:
                uses.append(AllowanceUse(grant.grant_id, part))
                rest -= part
        assert rest == 0
        self.shop.sales += 1
        from tests.storage.builders import sale, session

        number = till.journal.next_receipt_counter()
        document = sale(2000 + self.shop.sales, self.member)
        spent = replace(document.entries[0], kind=EntryKind.REDEEM, points=-points)
        identity = till.outbox.identity()
        totals = replace(document.totals, points_redeemed=points, points_earned=0)
        document = replace(
            document,
            terminal_id=identity.terminal_id,
            store_id=identity.store_id,
            receipt_number=f"{identity.receipt_prefix}-{number:06d}",
            entries=(spent,),
            uses=tuple(uses),
            totals=totals,
        )
        till.journal.record(
            Facts(
                events=((till.ids.new_id(), TransactionCompleted(document)),),
                session=session(receipts=number),
                receipt_counter=number,
                uses=tuple(uses),
            )
        )

    def rights(self) -> int:
        return sum(one.left(self.member) for one in (self.a, self.b, self.c))

    async def rows(self, table):
        import sqlalchemy as sa

        return await self.shop.server.database.read(lambda c: c.execute(sa.select(table)).all())

    async def agreed(self) -> None:
        """Every till's rights are those of the server's books, and the books are right."""
        for _ in range(2):
            for one in (self.a, self.b, self.c):
                await self.sync(one)
        rows = [r for r in await self.rows(allowance) if r.member == self.member]
        for one in (self.a, self.b, self.c):
            own = one.till.outbox.identity().terminal_id
            theirs = sum(r.granted - r.spent - r.returned for r in rows if r.terminal == own)
            assert theirs == one.left(self.member), own
        assert [r.kind for r in await self.rows(conflict)] == []
        assert await self.shop.server.database.read(lambda c: list(examine(c))) == []
        balance = next(r.balance for r in await self.rows(account) if r.member == self.member)
        assert balance >= self.rights()


@asynccontextmanager
async def open_store(folder):
    async with open_shop(folder) as shop:
        await shop.set("velocity", {"receipts": 0, "stores_a_day": 0, "scans_by_operator": 0})
        policy = {"share_ppm": 700_000, "headroom_ppm": 100_000_000, "recall": False}
        await shop.set("allowance.placement", policy)
        tills = [await shop.till(name) for name in "abc"]
        store = Store(shop, tills)
        await store.begin()
        try:
            yield store
        finally:
            for till in tills:
                await till.close()


def play(folder, scene):
    async def whole():
        async with open_store(folder) as store:
            return await scene(store)

    return virtual.run(whole())


def identify(store, points):
    return {"kind": "id", "key": store.member, "want_points": points}


def test_points_that_lie_at_the_other_till_are_spent_here_while_the_server_is_away(tmp_path):
    async def scene(store):
        before = store.rights()
        there = store.a.left(store.member)
        async with serving(store.b.till) as (courier, told):
            await courier.answer("sync", {})
            store.shop.net.away = True
            await courier.answer("link", {"online": False})
            began = virtual.now_s()
            reply = await courier.answer("identify", identify(store, 120))
            assert virtual.now_s() - began < 3
            assert reply == {"member": None, "allowance": None, "moved": 150}
            assert courier.status()["peers"] == 2
        assert (store.a.left(store.member), store.b.left(store.member)) == (there - 150, 150)
        assert store.rights() == before
        store.spend(store.b, 130)
        store.shop.net.away = False
        store.b.till.connection.allowed = True
        # The taker first: the giver is still dark.
        await store.sync(store.b)
        balance = next(r.balance for r in await store.rows(account))
        assert balance == EARNED - 130
        await store.agreed()

    play(tmp_path, scene)


def test_what_the_server_gave_is_completed_by_the_tills_beside(tmp_path):
    """ADR 0006 promised it: the share at another till is a matter of a moment."""

    async def scene(store):
        async with serving(store.b.till) as (courier, _):
            await courier.answer("sync", {})
            free = EARNED - store.rights()
            reply = await courier.answer("identify", identify(store, EARNED))
            assert reply["allowance"]["granted"] == free
            assert reply["moved"] == EARNED - free
            assert store.b.left(store.member) == EARNED
        await store.agreed()

    play(tmp_path, scene)


def test_with_nobody_there_the_cashier_has_an_answer_soon(tmp_path):
    async def scene(store):
        store.shop.net.away = True
        for cable in store.b.cables.values():
            cable.door = None
        async with serving(store.b.till) as (courier, _):
            began = virtual.now_s()
            with pytest.raises(errors.Lost):
                await courier.answer("identify", identify(store, 50))
            assert virtual.now_s() - began < 3
            assert courier.status()["peers"] == 0

    play(tmp_path, scene)


def test_a_server_that_is_slow_does_not_keep_the_customer(tmp_path):
    async def scene(store):
        async with serving(store.b.till) as (courier, _):
            await courier.answer("sync", {})
            store.shop.net.plan("/v1/lookup", "hold")
            began = virtual.now_s()
            reply = await courier.answer("identify", identify(store, 50))
            assert reply["moved"] == 50
            assert virtual.now_s() - began < 3
            store.shop.net.release.set()
            with pytest.raises(errors.Trouble):
                store.shop.net.plan("/v1/lookup", "lose_request")
                await courier.answer("identify", {**identify(store, 50), "kind": "card"})
        await store.agreed()

    play(tmp_path, scene)


FAULTS = ("lose_request", "lose_reply", "double", "cut:40", "portal", "late", "hold")


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_the_cable_does_the_sum_of_rights_is_unchanged(tmp_path, fault):
    """Case 53: lost, doubled, cut, late."""

    async def scene(store):
        before = store.rights()
        store.shop.net.away = True
        lan = store.b.till.lan
        store.b.cables["a"].plan(fault)
        first = await lan.fetch(store.member, 100)
        # A right whose answer was lost is at nobody for a while, and never at two.
        assert store.rights() in (before, before - 100)
        await store.b.cables["a"].deliver()
        assert store.rights() in (before, before - 100)
        await lan.round()
        assert store.rights() == before
        again = await lan.fetch(store.member, 50)
        assert again == 50
        assert (first > 0) == (fault == "double")
        assert store.b.moves.planned() == []
        store.shop.net.away = False
        store.spend(store.b, 50)
        await store.agreed()

    play(tmp_path, scene)


def test_an_answer_that_never_comes_reaches_the_taker_by_the_feed(tmp_path):
    """Case 53: the right is the taker's as far as the giver is concerned."""

    async def scene(store):
        before = store.rights()
        store.b.cables["a"].plan("lose_reply")
        await store.b.till.lan.fetch(store.member, 100)
        store.b.cables["a"].door = None
        assert store.rights() == before - 100
        await store.b.till.lan.round()
        assert len(store.b.moves.planned()) == 1
        await store.sync(store.a)
        await store.sync(store.b)
        assert store.rights() == before
        assert store.b.left(store.member) == 100
        store.spend(store.b, 60)
        await store.agreed()

    play(tmp_path, scene)


def test_a_request_that_is_delivered_after_the_taker_gave_up_doubles_nothing(tmp_path):
    """Case 53: late."""

    async def scene(store):
        before = store.rights()
        store.b.cables["a"].plan("late")
        await store.b.till.lan.fetch(store.member, 100)
        await store.b.till.lan.round()
        assert store.b.moves.planned() == []
        await store.b.cables["a"].deliver()
        assert store.rights() == before - 100
        await store.agreed()
        assert store.rights() == before
        assert store.b.left(store.member) == 100

    play(tmp_path, scene)


def test_points_go_to_a_third_till_and_only_the_last_one_comes_back(tmp_path):
    async def scene(store):
        there = store.a.left(store.member)
        store.shop.net.away = True
        assert await store.b.till.lan.fetch(store.member, there) == there
        store.c.cables["a"].door = None
        assert await store.c.till.lan.fetch(store.member, 90) == 100
        store.spend(store.c, 95)
        store.shop.net.away = False
        await store.sync(store.c)
        assert next(r.balance for r in await store.rows(account)) == EARNED - 95
        await store.agreed()

    play(tmp_path, scene)


def test_two_tills_that_want_the_same_points_never_get_more_than_there_are(tmp_path):
    async def scene(store):
        before = store.rights()
        store.shop.net.away = True
        lans = (store.b.till.lan, store.c.till.lan)
        came = await asyncio.gather(*(lan.fetch(store.member, before) for lan in lans))
        assert sum(came) >= before
        assert store.rights() == before
        store.shop.net.away = False
        await store.agreed()

    play(tmp_path, scene)


def test_what_nobody_needed_goes_back_when_the_server_answers(tmp_path):
    async def scene(store):
        store.shop.net.away = True
        await store.b.till.lan.fetch(store.member, 100)
        async with serving(store.b.till) as (courier, _):
            await asyncio.sleep(2 * 3600)
            assert store.b.left(store.member) == 100
            store.shop.net.away = False
            await asyncio.sleep(600)
            assert store.b.left(store.member) == 0
            assert courier.status()["unsent"] == 0
        await store.agreed()

    play(tmp_path, scene)


def test_a_restored_taker_does_not_get_what_its_former_self_was_given(tmp_path):
    async def scene(store):
        lan = store.b.till.lan
        store.b.cables["a"].plan("lose_reply")
        await lan.fetch(store.member, 100)
        store.b.till.file.new_incarnation()
        await lan.round()
        assert store.b.left(store.member) == 0
        assert await lan.fetch(store.member, 50) == 0
        await store.agreed()
        assert store.b.left(store.member) == 0
        assert await lan.fetch(store.member, 50) == 50
        await store.agreed()

    play(tmp_path, scene)


# --- the door ------------------------------------------------------------------------------------


class Knock:
    """Requests to one till's door, made by hand."""

    def __init__(self, store, by: Neighbour, at: Neighbour) -> None:
        self.by, self.store = by, store
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=at.door), base_url="http://till.test"
        )
        self.nonce = 0
        self.own = by.till.outbox.identity().terminal_id
        self.giver = at.till.outbox.identity().terminal_id

    def take(self, **more) -> TakeRequest:
        request = TakeRequest(1, self.own, self.giver, "x", self.store.member, 10, 1)
        import msgspec

        return msgspec.structs.replace(request, **more)

    def signed(self, path, body, **more):
        from pos_app.gear.secrets import Ed25519Signer

        self.nonce += 1
        nonce = f"nonce-{self.nonce:08d}"
        text = signed_text("POST", path, body, "now", nonce)
        return {
            HEADER_TERMINAL: self.own,
            HEADER_TIME: "now",
            HEADER_NONCE: nonce,
            HEADER_SIGNATURE: Ed25519Signer(self.by.till.key.private).sign(text).hex(),
        } | more

    async def post(self, path, message, headers=None, **more):
        body = message if isinstance(message, bytes) else pack(message)
        headers = headers or self.signed(path, body, **more)
        return await self.client.post(path, content=body, headers=headers)

    async def code(self, path, message, **more):
        response = await self.post(path, message, **more)
        return response.status_code, response.json().get("code", "")


def test_the_door_opens_to_tills_of_the_store_only_and_to_each_request_once(tmp_path):
    async def scene(store):
        knock = Knock(store, store.b, store.a)
        good = OfferRequest(1, knock.own, store.member)
        body = pack(good)
        headers = knock.signed(OFFER, body)
        assert (await knock.post(OFFER, body, headers)).status_code == 200
        assert await knock.code(OFFER, body, headers=headers) == (401, "replayed")
        assert await knock.code(OFFER, good, **{HEADER_SIGNATURE: "00"}) == (401, "bad_signature")
        assert await knock.code(OFFER, good, **{HEADER_SIGNATURE: "x"}) == (401, "bad_signature")
        nobody = (401, "unknown_terminal")
        assert await knock.code(OFFER, good, **{HEADER_TERMINAL: "nobody"}) == nobody
        assert await knock.code(OFFER, good, **{HEADER_TERMINAL: knock.giver}) == nobody
        assert await knock.code(OFFER, good, **{HEADER_NONCE: "short"}) == nobody
        other = OfferRequest(1, knock.giver, store.member)
        assert await knock.code(OFFER, other) == (401, "another_terminal")
        assert await knock.code(OFFER, OfferRequest(99, knock.own)) == (426, "protocol")
        assert await knock.code("/lan/v1/else", good) == (404, "not_found")
        assert (await knock.client.get(OFFER)).status_code == 404
        for garbled in (
            OfferRequest(1, knock.own, "x" * 200),
            OfferRequest(1, knock.own, "a\nb"),
            b"garbage",
        ):
            assert await knock.code(OFFER, garbled) == (422, "garbled")
        assert await knock.code(TAKE, knock.take(transfer="")) == (422, "garbled")
        assert await knock.code(TAKE, knock.take(giver=knock.own)) == (422, "another_till")
        assert await knock.code(TAKE, knock.take(incarnation=0)) == (422, "another_till")
        flood = b"x" * (BODY_BYTES_MAX + 1)
        assert await knock.code(OFFER, flood) == (413, "too_large")
        assert store.a.left(store.member) == EARNED - (EARNED - store.rights())

    play(tmp_path, scene)


def test_a_till_of_another_store_is_a_stranger(tmp_path):
    async def scene(store):
        from sync.server.access import enrolment
        from sync.server.settings import reference

        shop = store.shop
        await shop.write(lambda c: reference.add_store(c, shop.services, "s2", "Far"))
        code = await shop.write(lambda c: enrolment.new_code(c, shop.services, "s2", "far"))
        (tmp_path / "far").mkdir()
        far = Till(tmp_path / "far", shop.net, shop.clock)
        from pos_app.gear.secrets import Ed25519Signer
        from sync.client.enrol import enrol

        sign = Ed25519Signer(far.key.private).sign
        await enrol(far.connection, far, code=code, name="far", key=far.key, sign=sign)
        stranger = Neighbour(far)
        await store.sync(stranger)
        await store.sync(store.a)
        knock = Knock(store, stranger, store.a)
        request = OfferRequest(1, knock.own, store.member)
        assert await knock.code(OFFER, request) == (401, "unknown_terminal")
        await far.close()

    play(tmp_path, scene)


def test_a_crowd_at_the_door_is_asked_to_come_again(tmp_path):
    async def scene(store):
        held = asyncio.Event()
        scope = {"type": "http", "method": "POST", "path": OFFER, "headers": []}
        sent = []

        async def never():
            await held.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)

        door = store.a.door
        crowd = [asyncio.ensure_future(door(scope, never, send)) for _ in range(AT_ONCE_MAX)]
        await asyncio.sleep(0)
        await door(scope, never, send)
        assert sent[0]["status"] == 503
        await asyncio.sleep(10)
        assert {m["status"] for m in sent[2::2]} == {408}
        held.set()
        await asyncio.gather(*crowd)
        await door(scope, never, send)
        assert sent[-2]["status"] == 400
        with pytest.raises(ValueError, match="websocket"):
            await door({"type": "websocket"}, never, send)

    play(tmp_path, scene)


def test_a_disk_that_refuses_gives_nothing_and_says_so(tmp_path):
    async def scene(store):
        knock = Knock(store, store.b, store.a)
        store.a.till.file.driver.execute("PRAGMA query_only=1")
        assert await knock.code(TAKE, knock.take()) == (503, "memory")
        store.a.till.file.driver.execute("PRAGMA query_only=0")
        before = store.a.left(store.member)
        assert (await knock.post(TAKE, knock.take())).status_code == 200
        assert store.a.left(store.member) == before - 10

    play(tmp_path, scene)


def liar(answer):
    """A door that says whatever it likes."""

    async def respond(request):
        reply = answer(request.url.path)
        return httpx.Response(200, stream=httpx.ByteStream(canonical(reply)))

    return httpx.MockTransport(respond)


LIES = ("transfer", "member", "signature", "stranger", "kind", "hex")


@pytest.mark.parametrize("lie", LIES)
def test_a_neighbour_that_lies_is_not_believed(tmp_path, lie):
    async def scene(store):
        giver = store.a.till.outbox.identity().terminal_id
        knock = Knock(store, store.b, store.a)
        await knock.post(TAKE, knock.take(transfer="y"))
        (proof,) = store.a.moves.given("y")
        doc = proof_doc(proof)
        if lie == "signature":
            doc.signature = "00" * 64
        if lie == "hex":
            doc.signature = "no hex"
        if lie == "stranger":
            doc.terminal = "nobody"
        if lie == "kind":
            doc.body = "[]"

        def answer(path):
            if path == OFFER:
                return OfferReply(giver, 500)
            return TakeReply(giver, (doc,))

        store.b.cables["a"].door = liar(answer)
        before = store.b.left(store.member)
        assert await store.b.till.lan.fetch(store.member, 10) == 0
        assert store.b.left(store.member) == before
        assert len(store.b.moves.planned()) == 1

    play(tmp_path, scene)


def test_a_stranger_in_a_neighbours_place_is_no_neighbour(tmp_path):
    async def scene(store):
        own = store.b.till.outbox.identity().terminal_id
        for who in ("nobody", own):
            door = liar(lambda _path, who=who: OfferReply(who, 500))
            store.b.cables["a"].door = store.b.cables["c"].door = door
            assert await store.b.till.lan.fetch(store.member, 10) == 0
            assert store.b.till.lan.reached() == 0
            assert store.b.moves.planned() == []

    play(tmp_path, scene)
