"""The door of a till on its store's network: who is let in, what is believed of who answers."""

import asyncio

import httpx
import pytest

from sync.client.lan_door import AT_ONCE_MAX, BODY_BYTES_MAX
from sync.translate.till_events import proof_doc
from sync.wire.codec import canonical, pack, signed_text
from sync.wire.lan import OFFER, TAKE, OfferReply, OfferRequest, TakeReply, TakeRequest
from sync.wire.messages import (
    HEADER_NONCE,
    HEADER_SIGNATURE,
    HEADER_TERMINAL,
    HEADER_TIME,
)
from tests.sync.client.beside import Neighbour
from tests.sync.client.test_lan import EARNED, play
from tests.sync.client.till import Till


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
