"""With the cable out: a virtual card confirms a large redemption, another till's coupon is read."""

import json
from datetime import UTC, datetime

import httpx
import pytest

from pos_app.domain.loyalty import card_code
from pos_app.gear.secrets import Ed25519Signer, generate_signing_keys
from pos_app.wiring.console_till import build_console_till, wait_for_sync
from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_shop import Shop, Stock, head_office, packaged
from pos_app.workstation import present_coupon
from sync.wire.codec import card_text

CARD = "2990000000019"
MILK = "2000000000206"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The demo shop, asking for a yes above 10 points, with a coupon for the next visit."""
    folder = tmp_path_factory.mktemp("shop")
    document = json.loads(packaged("demo", "program.json").read_text(encoding="utf-8"))
    document["redeem"]["confirm_above"] = 10
    document["coupons"] = [
        {"id": "again", "name": {"ru": "Ещё"}, "kind": "printed", "days": 30, "offline": "accept"}
    ]
    program = folder / "program.json"
    program.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    with Shop(folder, Stock(program=program)) as shop:
        yield shop


def dark_till(shop, name):
    """A till that has synced, and then lost its link."""
    place = shop.till(name)
    first_sync(place.data, place.server)
    driver = build_console_till(place)
    till = driver.till.terminal
    assert till.sign_on("anna", "1111").ok
    assert till.open_session(0).ok
    wait_for_sync(driver, 30)
    till.link(False)
    assert driver.wait_for(lambda: not driver.till.courier.status().online, 20)
    return driver, till


def phone_with_card(shop, member_id):
    """A phone that answered the link of head office; shows codes of any instant."""
    (link,) = head_office(shop.data, "card-link", "--member", member_id)
    keys = generate_signing_keys()
    signer, key = Ed25519Signer(keys.private), keys.public.hex()
    proof = signer.sign(card_text(link, key)).hex()
    body = {"protocol": 1, "public_key": key, "proof": proof, "link": link}
    reply = httpx.post(f"{shop.url}/v1/card", json=body).raise_for_status().json()
    certificate = card_code.read_certificate(bytes.fromhex(reply["certificate"]))
    return lambda at: ("K1D:" + card_code.show(certificate, signer, at)).encode()


def large_redemption(till):
    """Milk for five, as many points as the receipt takes: more than the limit."""
    for _ in range(5):
        assert till.type_text(MILK).ok
    assert till.scan(CARD.encode(), "]E0").ok
    assert till.redeem("max").ok
    assert till.view().demand.kind == "pin"
    assert till.pay("cash").refusal.code == "confirm_first"


def confirmed_by(till):
    """How the member said yes, as the journal has it after the sale."""
    assert till.view().demand is None
    assert till.pay("cash").ok
    return till.station.journal.last_document().confirmation.how


def test_a_large_redemption_is_confirmed_in_the_dark(shop):
    driver, till = dark_till(shop, "till-first")
    member_id = till.station.mirror.member_by_key("card", CARD).member_id
    show = phone_with_card(shop, member_id)
    head_office(shop.data, "member-pin", "--member", member_id, "--pin", "4821")
    large_redemption(till)
    assert till.confirm("pin", "4821").refusal.code == "pin_none"  # not heard of it yet
    assert till.scan(show(datetime.now(UTC))).ok
    assert confirmed_by(till) == "dynamic"

    till.link(True)
    wait_for_sync(driver, 30)
    till.link(False)
    assert driver.wait_for(lambda: not driver.till.courier.status().online, 20)
    large_redemption(till)
    assert till.confirm("pin", "0000").refusal.code == "pin_wrong"
    assert till.confirm("pin", "4821").ok
    assert confirmed_by(till) == "pin"
    till.link(True)
    wait_for_sync(driver, 30)
    till.close()
    assert head_office(shop.data, "doctor") == ["the books are right"]


def test_a_coupon_of_one_till_is_read_by_another_in_the_dark(shop):
    place = shop.till("till-printer")
    driver, reader = dark_till(shop, "till-reader")
    printer_driver = build_console_till(place)
    printer = printer_driver.till.terminal
    first_sync(place.data, place.server)
    wait_for_sync(printer_driver, 30)
    assert printer.sign_on("anna", "1111").ok
    assert printer.open_session(0).ok
    assert printer.type_text(MILK).ok
    assert printer.pay("cash").ok
    document = printer.station.journal.last_document()
    (coupon,) = present_coupon.issued(printer.station, document, ["again"])
    answer = reader.scan(f"K1S:{coupon.text()}".encode())
    assert [n.code for n in answer.notices] == ["coupon_added"]
    assert [c.id for c in reader.view().transaction.coupons] == ["again"]
    for one in (driver, printer_driver):
        one.till.terminal.close()
