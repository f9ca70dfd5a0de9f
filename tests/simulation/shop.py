"""The shop a run begins with: built once by the product itself, then copied. Never per seed.

Two stores, up to four tills, a few members with points, a programme that earns and redeems.
"""

import asyncio
import atexit
import hashlib
import json
import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import httpx
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from pos_app.domain.identification.check_digits import gs1_check_digit
from pos_app.domain.rights import DEFAULT_LIMITS_PPM, DEFAULT_ROLES, Operator
from pos_app.gear.secrets import Ed25519Signer
from pos_app.wiring import courier as wiring_courier
from pos_app.wiring.memory import open_memory, terminal_key
from sync.client.enrol import enrol
from sync.server.access import enrolment
from sync.server.engine.keys import KEY_FILE
from sync.server.members.member_import import import_members
from sync.server.settings import reference
from sync.server.settings.catalog import import_catalog
from tests.simulation.installed import inside, installed
from tests.simulation.life import Disk, Life, Points
from tests.simulation.network import Weather, Wire
from tests.simulation.server import ServerMachine
from tests.simulation.till import KEYS, URL, TillMachine
from tests.sync.client import virtual

try:
    from pos_app.wiring.protection import leave_plain
except ImportError:

    def leave_plain(folder: Path) -> None:
        return


STORES = ("s1", "s2")
STORE_OF = ("s1", "s1", "s2", "s2")
PIN = "1111"
OPERATOR = "maria"
MEMBERS = 6
OPENING_POINTS = 300
GOODS = 4
SETTLED_S = 600.0


def ean(body: str) -> str:
    return body + gs1_check_digit(body)


CODES = [ean(f"46000000000{n}") for n in range(1, GOODS + 1)]
CARDS = [ean(f"29900000000{n}") for n in range(1, MEMBERS + 1)]
PHONES = [f"+7916123000{n}" for n in range(1, 10)]
GIFT_CODES = [f"GIFT-4711-000{n}" for n in range(1, 4)]
GIFT_MINOR = (50_00, 120_00)
COUPON_CODES = [f"LEAF-0{n}" for n in range(1, 4)]
CHOICE = ("Food", "Drinks", "Flowers")
KEYS += [("card", card) for card in CARDS]
PRICES = (1000, 2500, 4900, 12000)
PROGRAM: dict[str, Any] = {
    "schema": 1,
    "program": "simulated",
    "version": 1,
    "valid_from": "2026-01-01T00:00:00+03:00",
    "currency": {"code": "RUB", "minor_digits": 2},
    "earn": {
        "rules": [
            {"id": "base-earn", "name": {"en": "10 %"}, "percent": "10"},
            {"id": "chosen-earn", "name": {"en": "Chosen"}, "percent": "5"},
        ],
        "vesting_days": 0,
        "expires_after_days": 40,
    },
    "redeem": {
        "point_value": "1.00",
        "max_share": "100",
        "min_left_per_line": "0.00",
        "step": 1,
        "confirm_above": 1000000,
    },
    "cashback": {"choice": {"categories": list(CHOICE), "count": 1, "rules": ["chosen-earn"]}},
    "promotions": [
        {
            "id": "leaf-off",
            "name": {"en": "A leaflet's rouble"},
            "kind": "amount",
            "amount": "1.00",
            "goods": {"categories": ["Food"]},
            "coupon_needed": "leaf",
        }
    ],
    "coupons": [
        {
            "id": "leaf",
            "name": {"en": "Leaflet"},
            "kind": "code",
            "codes": [{"code": code} for code in COUPON_CODES],
        }
    ],
    "gift_cards": {
        "denominations": [{"amount": "50.00"}, {"amount": "120.00"}],
        "top_up": True,
    },
}


def _seeded(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _server_keys(path: Path) -> None:
    """The server's key file as it makes it itself, from known bytes."""
    signing = Ed25519PrivateKey.from_private_bytes(_seeded("signing"))
    sealing = X25519PrivateKey.from_private_bytes(_seeded("sealing"))
    texts = {
        "signing": signing.private_bytes_raw(),
        "signing_public": signing.public_key().public_bytes_raw(),
        "sealing": sealing.private_bytes_raw(),
        "sealing_public": sealing.public_key().public_bytes_raw(),
        "pepper": _seeded("pepper"),
        "profiles": _seeded("profiles"),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({k: v.hex() for k, v in texts.items()}))


def _till_key(folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    key = Ed25519PrivateKey.from_private_bytes(_seeded(name))
    data = key.private_bytes_raw() + key.public_key().public_bytes_raw()
    (folder / "till.key").write_bytes(data)


def catalogue() -> bytes:
    rows = ["ean,name,department,unit,vat_rate,price_kop,age18,mark_group,loyalty_excluded,plu"]
    for n, code in enumerate(CODES):
        rows.append(f"{code},Goods {n},Food,шт,10,{PRICES[n]},0,,0,")
    return "\n".join(rows).encode()


def members() -> bytes:
    rows = ["id,card_ean,phone,last_name,first_name,registered,tier,points"]
    for n, card in enumerate(CARDS):
        rows.append(f"{n + 1},{card},{PHONES[n]},Last{n},First{n},2026-01-01,,{OPENING_POINTS}")
    return "\n".join(rows).encode()


def _operator() -> Operator:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    rights = DEFAULT_ROLES["manager"]
    return Operator(
        OPERATOR, "Maria", "manager", cheap.hash(PIN, salt=b"salt" * 4), rights, "en",
        DEFAULT_LIMITS_PPM["manager"],
    )  # fmt: skip


async def _built(folder: Path, tills: int) -> None:
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    clock, chance = virtual.clock(), Random(7)
    counts: Counter[str] = Counter()
    _server_keys(folder / "server" / KEY_FILE)
    server = ServerMachine(folder / "server", clock, Points(), chance, lambda _text: None, counts)
    await server.start()
    services = server.server.services
    await server.run(lambda c: reference.name_chain(c, "Chain"))
    for store in STORES:
        await server.run(lambda c, s=store: reference.add_store(c, services, s, s))
    await server.run(lambda c: reference.set_operator(c, services, _operator()))
    await server.run(lambda c: reference.set_setting(c, services, "country", ""))
    program = json.dumps(PROGRAM).encode()
    await server.run(lambda c: reference.publish_program(c, services, program))
    await server.run(lambda c: import_catalog(c, services, catalogue(), dry_run=False))
    made = await server.run(
        lambda c: import_members(c, services, members(), home_store="s1", dry_run=False)
    )
    assert not made.faults, made.faults
    machines = []
    for n in range(tills):
        machines.append(await _enrolled(folder, n, server, clock, chance, counts))

    for machine in machines:
        assert machine.start()
        await asyncio.sleep(SETTLED_S / 10)
    for store in STORES:
        await server.server.place_allowances(store)
    await asyncio.sleep(SETTLED_S)
    for machine in machines:
        machine.gesture(lambda till: till.sign_on(OPERATOR, PIN))
        machine.gesture(lambda till: till.open_session(100_00))
    await asyncio.sleep(SETTLED_S)
    for machine in machines:
        await machine.stop()
    await server.stop()
    assert not server.faults, server.faults
    assert not any(m.broken for m in machines), [m.broken for m in machines]


async def _enrolled(
    folder: Path, n: int, server: ServerMachine, clock: Any, chance: Random, counts: Counter[str]
) -> TillMachine:
    name = f"t{n + 1}"
    _till_key(folder / name, name)
    leave_plain(folder / name)
    wire = Wire(chance, Weather(), counts, lambda _text: None, lambda: server, calm=True)
    life = Life("setup", Points(), Disk(), chance)
    life.machine = f"{name:0>32}"
    services = server.server.services
    store = STORE_OF[n]
    code = await server.run(lambda c: enrolment.new_code(c, services, store, name))
    client = httpx.AsyncClient(transport=wire.transport(life), base_url=URL)
    with inside(life, clock, chance):
        memory = open_memory(folder / name)
        connection = wiring_courier.connection_of(memory, client)
    key = terminal_key(folder / name)
    sign = Ed25519Signer(key.private).sign
    await enrol(connection, memory, code=code, name=name, key=key, sign=sign)
    memory.close()
    return TillMachine(name, folder / name, wire, clock, Points(), chance, counts)


_TEMPLATES: dict[int, Path] = {}


def scratch() -> Path:
    """What was chosen, or memory, where the system has a file system in it."""
    memory = Path("/dev/shm")
    chosen = "TMPDIR" in os.environ or not memory.is_dir()
    return Path(tempfile.gettempdir()) if chosen else memory


def template(tills: int) -> Path:
    """The folder of a shop with that many tills, at rest."""
    if tills not in _TEMPLATES:
        folder = Path(tempfile.mkdtemp(prefix="kopilka-shop-", dir=scratch()))
        with installed():
            virtual.run(_built(folder, tills))
        if not _TEMPLATES:
            atexit.register(forget_templates)
        _TEMPLATES[tills] = folder
    return _TEMPLATES[tills]


def forget_templates() -> None:
    """Give the memory back."""
    for folder in _TEMPLATES.values():
        shutil.rmtree(folder, ignore_errors=True)
    _TEMPLATES.clear()


def new_shop(tills: int) -> Path:
    """A fresh copy of it."""
    folder = Path(tempfile.mkdtemp(prefix="kopilka-run-", dir=scratch()))
    shutil.copytree(template(tills), folder, dirs_exist_ok=True)
    return folder
