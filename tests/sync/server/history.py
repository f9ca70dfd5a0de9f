"""One recorded history: enough of everything to tell two engines apart. The same in every run."""

import random
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pos_app.domain.document import TransactionKind
from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.gear.secrets import Ed25519Signer, generate_signing_keys
from tests.sync.server.conftest import House

ROUNDS = 8


def seed(monkeypatch) -> None:
    """Keys, codes and epochs that are the same in every run of a history."""
    chance = random.Random(90)

    def drawn(count: int) -> bytes:
        # Codes and epochs must differ; keys and nonces are alike: nobody promises who draws first.
        return bytes([count]) * count if count in (12, 32) else chance.randbytes(count)

    # Not os.urandom itself: drivers of databases draw from it as well.
    monkeypatch.setattr("pos_app.gear.secrets.os", SimpleNamespace(urandom=drawn))

    monkeypatch.setattr("sync.server.engine.keys.generate_signing_keys", lambda: pair_of(200))


def pair_of(number: int):
    """A signing key that is the same in every run."""
    private = bytes([number]) * 32
    public = Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    return replace(generate_signing_keys(), private=private, public=public)


async def enrolled(house: House, store: str):
    from tests.sync.server.till import Till

    house.tills += 1
    till = Till(house.client, house.tills)
    till.keys = pair_of(till.number)
    till.signer = Ed25519Signer(till.keys.private)
    await till.enrol(await house.code(store))
    return till


async def live(house: House) -> None:
    """Three tills of two stores sell, take back, grant, enrol twice and sell to strangers."""
    from sync.server.settings import reference

    await house.write(reference.add_store, house.services, "second", "Second")
    tills = [await enrolled(house, store) for store in ("shop", "shop", "second")]
    members = [tills[0].enrol_member(card=f"299000000{n:04d}", phone=bytes([n]) * 32)
               for n in range(1, 9)]  # fmt: skip
    tills[2].enrol_member(phone=bytes([3]) * 32, name="Again")
    await said(house, tills)
    for n in range(ROUNDS):
        for place, till in enumerate(tills):
            who = members[(n * 3 + place) % len(members)]
            bought = till.sell(member=who, earn=10 + n)
            till.sell(net=50_00 + n)
            if n % 4 == 1:
                till.sell(member=who, redeem=3)
            if n % 4 == 2:
                till.sell(member="00000000-0000-7000-8000-00000000000" + str(place), earn=4)
            if n % 4 == 3:
                till.sell(kind=TransactionKind.RETURN, member=who,
                          original_id=bought.transaction_id, net=20_00)  # fmt: skip
        grant = await tills[n % 3].allowance(f"grant-{n}", members[n % 8], 5)
        if grant.granted:
            use = AllowanceUse(grant.grant, grant.granted)
            tills[n % 3].sell(member=members[n % 8], redeem=grant.granted, uses=(use,))
        await said(house, tills)
        house.clock.at += timedelta(hours=7)


async def said(house: House, tills) -> None:
    """Everything is pushed and posted."""
    for till in tills:
        sent = getattr(till, "sent", 0)
        await till.push(sent + 1)
        till.sent = len(till.chain)
    await house.post()
