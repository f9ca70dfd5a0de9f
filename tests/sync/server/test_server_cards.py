"""Virtual cards: a link serves one key once, a card renews itself, tills learn keys and PINs."""

import json
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from msgspec import Raw

from pos_app.domain.loyalty import card_code
from pos_app.domain.loyalty.trust import (
    Trust,
    certified_till,
    certify_till,
    issuer_id,
    till_key_id,
)
from pos_app.gear.secrets import (
    Argon2PinHasher,
    Ed25519Signatures,
    Ed25519Signer,
    generate_signing_keys,
)
from sync.server.engine.buckets import OPERATORS
from sync.server.engine.refusal import Refusal
from sync.server.publishing import feed, till_keys
from sync.server.sealing.personal import opened
from sync.server.settings import reference
from sync.server.surface import cards
from sync.server.surface.steps import find_member
from sync.wire.codec import canonical, card_text
from sync.wire.messages import PATHS
from sync.wire.rows import SettingsRow

PINS = Argon2PinHasher(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class Phone:
    """A phone with a card's key, speaking plain JSON as a browser does."""

    def __init__(self, house) -> None:
        self.house = house
        self.keys = generate_signing_keys()
        self.signer = Ed25519Signer(self.keys.private)

    async def ask(self, **fields):
        key = self.keys.public.hex()
        shown = fields.get("link") or fields.get("certificate", "")
        proof = self.signer.sign(card_text(shown, key)).hex()
        body = {"protocol": 1, "public_key": key, "proof": proof, **fields}
        return await self.send(json.dumps(body).encode())

    async def send(self, data):
        reply = await self.house.client.post(PATHS["card"], content=data)
        return reply.status_code, reply.json()


@pytest.fixture
def member(house):
    """A member that a till enrolled."""

    async def story():
        till = await house.till()
        member_id = till.enrol_member(card="2990000000019")
        await house.push(till)
        return member_id

    return house.run(story())


def trust(house):
    public = house.services.keys.signing_public
    return Trust(Ed25519Signatures(), {issuer_id(public): public}.get, lambda _key_id: None)


def test_a_link_gives_a_card_whose_codes_every_till_believes(house, member) -> None:
    async def story() -> None:
        phone = Phone(house)
        link = await house.write(cards.new_link, house.services, member)
        status, reply = await phone.ask(link=link)
        assert (status, reply["member"]) == (200, member)
        certificate = card_code.read_certificate(bytes.fromhex(reply["certificate"]))
        now = house.services.now()
        code = card_code.read(card_code.show(certificate, phone.signer, now))
        assert code.member_id == member
        assert card_code.judge(code, now, trust(house)) is None

    house.run(story())


def test_a_link_serves_one_key_and_a_lost_reply(house, member) -> None:
    async def story() -> None:
        phone, thief = Phone(house), Phone(house)
        link = await house.write(cards.new_link, house.services, member)
        assert (await phone.ask(link=link))[0] == 200
        assert (await phone.ask(link=link))[0] == 200
        status, problem = await thief.ask(link=link)
        assert (status, problem["code"]) == (401, "no_card")

    house.run(story())


def test_a_link_ends_after_a_quarter_of_an_hour(house, member) -> None:
    async def story() -> None:
        link = await house.write(cards.new_link, house.services, member)
        house.clock.at += timedelta(minutes=15, seconds=1)
        assert (await Phone(house).ask(link=link))[0] == 401

    house.run(story())


@pytest.mark.parametrize("link", ["RUBBISH", "", "000000", "ЖУК"])
def test_a_made_up_link_gives_no_card(house, link) -> None:
    assert house.run(Phone(house).ask(link=link))[0] == 401


def test_a_changed_link_gives_no_card(house, member) -> None:
    async def story() -> None:
        link = await house.write(cards.new_link, house.services, member)
        changed = ("1" if link[4] != "1" else "2").join((link[:4], link[5:]))
        assert (await Phone(house).ask(link=changed))[0] == 401

    house.run(story())


def test_a_card_renews_itself_and_only_for_its_own_key(house, member) -> None:
    async def story() -> None:
        phone, thief = Phone(house), Phone(house)
        link = await house.write(cards.new_link, house.services, member)
        first = (await phone.ask(link=link))[1]
        house.clock.at += timedelta(days=100)
        status, second = await phone.ask(certificate=first["certificate"])
        assert status == 200
        assert second["valid_until"] > first["valid_until"]
        assert (await thief.ask(certificate=first["certificate"]))[0] == 401
        house.clock.at += timedelta(days=cards.CARD_DAYS + cards.RENEWED_UP_TO_DAYS + 1)
        assert (await phone.ask(certificate=second["certificate"]))[0] == 401

    house.run(story())


def test_a_certificate_of_somebody_else_is_not_renewed(house, member) -> None:
    async def story() -> None:
        phone, forger = Phone(house), generate_signing_keys()
        now = house.services.now()
        valid = (now, now + timedelta(days=1))
        for key in (forger.public, house.services.keys.signing_public):
            forged = card_code.certify(
                member, phone.keys.public, valid, key, Ed25519Signer(forger.private)
            )
            assert (await phone.ask(certificate=forged.packed().hex()))[0] == 401
        assert (await phone.ask(certificate="no hex"))[0] == 401

    house.run(story())


def test_what_is_no_request_is_told_so(house) -> None:
    async def story() -> None:
        phone = Phone(house)
        assert (await phone.send(b"not json"))[0] == 400
        assert (await phone.send(b"x" * 20_000))[0] == 413
        assert (await phone.ask(link="X", protocol=99))[0] == 426
        assert (await phone.ask(link="X", proof="no hex"))[1]["code"] == "bad_proof"
        assert (await phone.ask(link="X", public_key="00"))[1]["code"] == "bad_proof"

    house.run(story())


def test_nobody_has_no_link_and_no_pin(house) -> None:
    async def story() -> None:
        with pytest.raises(Refusal):
            await house.write(cards.new_link, house.services, "nobody")
        with pytest.raises(Refusal):
            await house.write(cards.set_pin, house.services, PINS, "nobody", "4821")

    house.run(story())


def test_a_pin_reaches_the_mirror_as_a_verifier_and_leaves_when_it_is_empty(house, member) -> None:
    async def row():
        scope = cards.member_scope(member)
        stored = await house.read(lambda c: feed.body_of(c, scope, "member", member))
        assert b"argon2" not in stored
        return json.loads(opened(house.services.keys.profiles, member, stored))

    async def story() -> None:
        await house.write(cards.set_pin, house.services, PINS, member, "4821")
        verifier = (await row())["pin"]
        assert PINS.verify_pin(verifier, "4821")
        assert not PINS.verify_pin(verifier, "0000")
        await house.write(cards.set_pin, house.services, PINS, member, "")
        assert "pin" not in await row()
        with pytest.raises(Refusal):
            await house.write(cards.set_pin, house.services, PINS, member, "12")
        assert await house.read(lambda c: find_member(c, "id", member)) == member

    house.run(story())


def test_every_till_is_told_every_till_s_key_under_the_server_s_signature(house) -> None:
    async def told():
        rows = await house.read(lambda c: feed.living(c, OPERATORS, "setting"))
        return {name: json.loads(body)["value"] for name, body in rows.items()}

    async def story() -> None:
        till = await house.till()
        key_id = till_key_id(till.keys.public)
        assert key_id == till.identity.terminal
        public = house.services.keys.signing_public
        value = (await told())[f"till_key:{key_id}"]
        issuers = {issuer_id(public): public}
        assert certified_till(value, key_id, issuers, Ed25519Signatures()) == till.keys.public
        assert await house.write(till_keys.announce_missing, house.services) == 0
        await house.write(reference.revoke_terminal, key_id)
        assert await house.write(till_keys.announce_missing, house.services) == 1
        assert await told() == {}

    house.run(story())


def test_tills_of_an_older_release_are_announced_by_the_jobs(house) -> None:
    async def story() -> None:
        till = await house.till()
        name = f"till_key:{till.identity.terminal}"
        gone = [feed.Change("setting", name, None)]
        await house.write(feed.publish, OPERATORS, gone, house.services.now_us())
        await house.server.run_jobs()
        assert name in await house.read(lambda c: feed.living(c, OPERATORS, "setting"))

    house.run(story())


def test_a_key_that_an_older_release_told_without_its_store_is_told_again(house) -> None:
    async def story() -> None:
        till = await house.till()
        name = f"till_key:{till.identity.terminal}"
        plain = certify_till(till.keys.public, Ed25519Signer(house.services.keys.signing))
        row = SettingsRow(name, Raw(canonical(plain)))
        old = [feed.Change("setting", name, row)]
        await house.write(feed.publish, OPERATORS, old, house.services.now_us())
        assert await house.write(till_keys.announce_missing, house.services) == 1
        assert await house.write(till_keys.announce_missing, house.services) == 0
        told = await house.read(lambda c: feed.living(c, OPERATORS, "setting"))
        assert json.loads(told[name])["value"]["store"] == "shop"

    house.run(story())
