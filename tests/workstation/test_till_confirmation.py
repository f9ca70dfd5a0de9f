"""Large redemptions wait for the member's yes: a code of the card, or the PIN."""

from datetime import timedelta

import pytest

from pos_app.domain.loyalty import card_code
from pos_app.gear.secrets import Ed25519Signer, generate_signing_keys
from tests.workstation.tills import (
    BREAD,
    CARDS,
    CHEESE,
    MILK,
    NOON,
    SERVER,
    SERVER_SIGNER,
    VODKA,
    member_id,
    member_row,
    notices,
    ok,
    refusal,
)

CARD, FORGER = generate_signing_keys(), generate_signing_keys()
YEAR = (NOON - timedelta(days=1), NOON + timedelta(days=365))


def code(name="anna", at=NOON, key=CARD):
    """What the virtual card of a member shows."""
    certificate = card_code.certify(
        member_id(name), CARD.public, YEAR, SERVER.public, SERVER_SIGNER
    )
    return "K1D:" + card_code.show(certificate, Ed25519Signer(key.private), at)


@pytest.fixture
def large(shop):
    """Anna wants to redeem 600 points of 1250, the limit without a yes is 500."""
    shop.grant("anna", 1000)
    shop.scan(CHEESE, CHEESE, CHEESE, CARDS["anna"])
    ok(shop.till.redeem(600))
    return shop


def demand(till):
    return till.view.demand.kind if till.view.demand else None


def test_at_the_limit_nobody_is_asked(large):
    ok(large.till.redeem(500))
    assert demand(large) is None
    ok(large.till.pay("cash"))
    assert large.documents()[-1].confirmation is None


def test_above_the_limit_payment_waits_and_scanning_goes_on(large):
    assert demand(large) == "pin"
    assert large.view.demand.text.args["points"].value == 600
    assert refusal(large.till.pay("cash")) == "confirm_first"
    assert refusal(large.till.tender("card", None, "")) == "confirm_first"
    assert notices(large.scan(MILK)) == ["item_added"]
    assert demand(large) == "pin"


def test_the_code_of_the_card_says_yes_and_the_receipt_keeps_it(large):
    assert notices(large.scan(code())) == ["member_identified"]
    assert demand(large) is None
    assert large.sale.points_redeemed == 600
    assert large.sale.confirmed == "dynamic"
    ok(large.till.pay("cash"))
    given = large.documents()[-1].confirmation
    assert (given.how, given.member_id, given.at) == ("dynamic", member_id("anna"), NOON)
    assert given.evidence.endswith(str(card_code.step_at(NOON)))


def test_a_code_that_identified_the_member_confirms_what_is_chosen_later(shop):
    shop.grant("anna", 1000)
    shop.scan(CHEESE, CHEESE, CHEESE, code())
    ok(shop.till.redeem(700))
    assert demand(shop) is None
    ok(shop.till.pay("cash"))
    document = shop.documents()[-1]
    assert (document.identified_by, document.confirmation.how) == ("dynamic", "dynamic")


def test_a_static_code_identifies_and_does_not_say_yes(shop):
    shop.grant("anna", 1000)
    shop.scan(CHEESE, CHEESE, CHEESE, "K1M:anna-qr")
    ok(shop.till.redeem(600))
    assert demand(shop) == "pin"


def test_a_code_serves_one_receipt(large):
    shown = code()
    large.scan(shown)
    assert notices(large.scan(shown)) == ["member_identified"]
    ok(large.till.pay("cash"))
    large.scan(CHEESE)
    assert refusal(large.scan(shown)) == "card_code_replayed"
    assert [a.subject for a in large.audit("card_code_replayed")] == [member_id("anna")]
    large.clock.move(seconds=30)
    assert notices(large.scan(code(at=NOON + timedelta(seconds=30)))) == ["member_identified"]


def test_a_till_started_again_inside_the_window_knows_its_last_code(large):
    shown = code()
    large.scan(shown)
    ok(large.till.pay("cash"))
    large.restart()
    ok(large.till.sign_on("ivan", "1111"))
    assert refusal(large.scan(shown)) == "card_code_replayed"


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        (code(at=NOON - timedelta(seconds=60)), "card_code_expired"),
        (code(at=NOON + timedelta(seconds=60)), "card_code_not_yet"),
        (code(key=FORGER), "card_code_bad_signature"),
        ("K1D:RUBBISH", "card_code_garbled"),
        (code("boris"), "card_code_other"),
    ],
)
def test_what_does_not_confirm_says_why_and_leaves_the_receipt(large, shown, why):
    assert refusal(large.scan(shown)) == why
    assert refusal(large.till.confirm("code", shown)) == why
    assert demand(large) == "pin"
    assert large.view.member.id == member_id("anna")


def test_a_forged_code_is_a_line_of_the_audit_chain(large):
    large.scan(code(key=FORGER))
    large.scan(code(at=NOON - timedelta(hours=1)))
    assert len(large.audit("card_code_bad_signature")) == 1


def test_the_code_may_be_typed_as_the_answer(large):
    ok(large.till.confirm("code", code()))
    assert demand(large) is None
    assert refusal(large.till.confirm("code", CARDS["anna"])) == "card_code_garbled"


def test_a_code_answers_only_for_the_member_on_the_receipt(shop):
    shop.scan(MILK)
    assert refusal(shop.till.confirm("code", code())) == "card_code_other"
    assert notices(shop.scan(code())) == ["member_identified"]
    assert notices(shop.scan(code("gleb", at=NOON))) == ["member_identified"]
    assert shop.sale.confirmed == "dynamic"


def test_a_yes_leaves_with_its_member(large):
    large.scan(code())
    large.grant("gleb", 50, "g2")
    large.scan(CARDS["gleb"])
    assert large.sale.confirmed == ""
    large.scan(CARDS["anna"])
    ok(large.till.redeem(600))
    assert large.sale.confirmed == "dynamic"


def test_a_card_of_somebody_this_till_does_not_know_asks_the_server(shop):
    shop.scan(MILK)
    shown = code("anna").replace("K1D:", "k1d:")
    stranger = card_code.certify(
        "01930000-0001-7000-8000-0000000000ff", CARD.public, YEAR, SERVER.public, SERVER_SIGNER
    )
    text = "K1D:" + card_code.show(stranger, Ed25519Signer(CARD.private), NOON)
    assert refusal(shop.scan(text)) == "unknown_member"
    shop.courier.online = True
    assert notices(shop.scan(text)) == ["asking_server"]
    assert shop.sale.confirmed == ""
    assert notices(shop.scan(shown)) == ["member_identified"]


def test_the_pin_says_yes(large):
    assert notices(large.till.confirm("pin", "4821")) == ["confirmed"]
    assert demand(large) is None
    ok(large.till.pay("cash"))
    given = large.documents()[-1].confirmation
    assert (given.how, given.evidence) == ("pin", "")


def test_three_wrong_pins_end_the_tries_of_this_receipt(large):
    assert refusal(large.till.confirm("pin", "12")) == "pin_shape"
    wrong = [refusal(large.till.confirm("pin", "0000")) for _ in range(3)]
    assert wrong == ["pin_wrong", "pin_wrong", "pin_no_tries"]
    assert refusal(large.till.confirm("pin", "4821")) == "pin_no_tries"
    assert len(large.audit("member_pin_wrong")) == 3
    ok(large.till.suspend("later"))
    ok(large.till.resume(large.view.suspended[0].id))
    assert refusal(large.till.confirm("pin", "4821")) == "pin_no_tries"
    large.scan(code())
    ok(large.till.redeem(600))
    ok(large.till.pay("cash"))


def test_a_member_without_a_pin_shows_the_code(shop):
    shop.scan(MILK, CARDS["gleb"])
    assert refusal(shop.till.confirm("pin", "4821")) == "pin_none"


def test_a_pin_that_the_mirror_brings_is_the_pin(shop):
    shop.mirrors(
        shop.newer(member_row, "gleb", 50, pin=shop.till.station.gear.pins.hash_pin("777777"))
    )
    shop.scan(MILK, CARDS["gleb"])
    assert notices(shop.till.confirm("pin", "777777")) == ["confirmed"]


def test_a_resumed_receipt_asks_again(large):
    ok(large.till.confirm("pin", "4821"))
    ok(large.till.suspend("later"))
    ok(large.till.resume(large.view.suspended[0].id))
    assert large.sale.confirmed == ""


def test_age_is_asked_before_the_points(large):
    large.scan(VODKA)
    assert demand(large) == "age"
    ok(large.till.confirm("age", "seen"))
    assert demand(large) == "pin"


def test_a_return_asks_for_no_yes(large):
    ok(large.till.confirm("pin", "4821"))
    number = ok(large.till.pay("cash")).data["receipt_number"]
    large.till.sign_off()
    ok(large.till.sign_on("maria", "3333"))
    ok(large.till.return_sale(number))
    assert demand(large) is None
    assert refusal(large.scan(code())) == "return_is_open"
    ok(large.till.complete())


def test_nobody_signed_on_takes_no_code(bench):
    assert refusal(bench.till.confirm("code", code())) == "nothing_open"
    assert refusal(bench.scan(code())) == "sign_on_first"
    assert refusal(bench.open_shift().scan(BREAD, "K1D:X")) == "card_code_garbled"
