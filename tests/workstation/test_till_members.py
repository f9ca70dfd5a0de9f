"""Who is buying: found by card, code or phone, enrolled here, blocked or unconfirmed."""

import json

import pytest

from pos_app.domain.events import MemberEnrolled
from pos_app.domain.sentence import say
from pos_app.gear.secrets import open_sealed
from tests.sync.mirror.feeds import operator, row
from tests.workstation.tills import (
    CARDS,
    CHEESE,
    HASHER,
    HASHES,
    MILK,
    PHONES,
    SEALING,
    STRANGE_CARD,
    STRANGE_PHONE,
    member_id,
    notices,
    ok,
    refusal,
)


def chips(view) -> dict[str, int]:
    return {chip.kind: chip.points for chip in view.member.chips}


@pytest.mark.parametrize(
    ("by", "value", "how"),
    [
        ("card", CARDS["anna"], "card"),
        ("code", "anna-qr", "code"),
        ("code", "K1M:anna-qr", "code"),
        ("phone", "8 916 123-45-67", "phone"),
        ("phone", "+79161234567", "phone"),
    ],
)
def test_a_member_is_found_by_card_code_and_phone(shop, by, value, how):
    assert notices(shop.till.member(by, value)) == ["member_identified"]
    member = shop.view.member
    assert (member.display_name, member.points, member.tier_id) == ("Anna", 1250, "base")
    assert (member.phone_last4, member.card_last4) == ("4567", CARDS["anna"][-4:])
    assert shop.till.station.open.member.identified_by == how


def test_scans_and_typed_phones_identify_in_any_order(shop):
    ok(shop.scan("K1M:anna-qr"))
    assert shop.till.station.open.member.identified_by == "qr"
    ok(shop.till.remove_member())
    assert notices(shop.till.type_text("89161234567")) == ["member_identified"]
    shop.scan(MILK)
    ok(shop.scan(CARDS["tanya"]))
    assert shop.view.member.display_name == "Tanya"
    assert shop.sale.lines[0].discounts[0].rule_id == "tier-discount"
    ok(shop.till.remove_member())
    assert shop.view.member is None
    assert shop.sale.discount_total_minor == 0
    assert refusal(shop.till.remove_member()) == "no_member"


def test_a_quantity_with_a_card_is_not_lost_silently(shop):
    assert notices(shop.till.type_text("3*89161234567")) == [
        "member_identified",
        "quantity_ignored",
    ]


def test_what_names_nobody_is_refused(shop):
    till = shop.till
    assert refusal(till.member("phone", "12")) == "bad_phone"
    assert refusal(till.member("face", "x")) == "bad_member_key"
    assert refusal(till.member("card", "  ")) == "bad_member_key"
    assert refusal(till.member("last4", "12")) == "bad_last4"
    assert refusal(till.member("last4", "0000")) == "unknown_member"
    assert refusal(till.member("phone", STRANGE_PHONE)) == "unknown_phone"
    assert refusal(till.member("id", "nobody")) == "unknown_member"
    assert shop.sale is None


def test_four_digits_list_the_twins_and_earn_without_spending(shop):
    shop.scan(CHEESE)
    shop.grant("dina", 60)
    found = shop.till.member("last4", "1111").data["members"]
    assert [(one.display_name, one.tier_name) for one in found] == [
        ("Gleb", "Участник"),
        ("Dina", "Участник"),
    ]
    ok(shop.till.member("id", found[1].id))
    member = shop.view.member
    assert member.display_name == "Dina"
    assert not member.may_redeem
    assert member.redeem_limit.key == "limit.last4"
    assert notices(shop.till.redeem("max")) == []
    assert shop.sale.points_redeemed == 0
    ok(shop.till.pay("cash"))
    document = shop.documents()[0]
    assert (document.identified_by, document.totals.points_earned) == ("last4", 50)


def test_a_card_after_four_digits_may_spend_and_four_digits_after_a_card_take_nothing(shop):
    shop.scan(CHEESE)
    shop.grant("dina", 60)
    ok(shop.till.member("id", member_id("dina")))
    ok(shop.scan(CARDS["dina"]))
    assert shop.view.member.may_redeem
    ok(shop.till.redeem(30))
    ok(shop.till.member("id", member_id("dina")))
    assert shop.view.member.may_redeem
    assert shop.sale.points_redeemed == 30


def test_the_same_card_twice_keeps_the_choice_of_points(shop):
    shop.grant("anna", 400)
    shop.scan(CHEESE, CARDS["anna"])
    ok(shop.till.redeem(200))
    ok(shop.scan(CARDS["anna"]))
    assert shop.sale.points_redeemed == 200


def test_an_operators_own_card_never_works_in_the_own_session(shop):
    shop.scan(MILK)
    assert refusal(shop.scan(CARDS["olga"])) == "own_card"
    assert refusal(shop.till.member("phone", PHONES["olga"])) == "own_card"
    assert refusal(shop.till.enrol(PHONES["olga"])) == "own_card"
    assert shop.view.member is None


def test_nor_when_a_colleague_has_put_the_receipt_aside(bench):
    bench.open_shift("petr")
    bench.scan(MILK, CARDS["olga"])
    ok(bench.till.suspend())
    ok(bench.till.sign_on("ivan", "1111"))
    answer = bench.till.resume(bench.view.suspended[0].id)
    assert notices(answer) == ["resumed", "own_card"]
    assert bench.view.member is None


def test_blocked_members_buy_without_earning_or_spending(shop):
    shop.grant("vera", 300)
    shop.scan(CHEESE)
    assert notices(shop.scan(CARDS["vera"])) == ["member_blocked"]
    assert shop.view.member.blocked.key == "member.blocked"
    assert shop.view.member.redeem_limit.key == "limit.blocked"
    assert shop.sale.points_earned == 0
    assert chips(shop.view) == {"none": 0}


def test_unconfirmed_members_earn_and_do_not_spend(shop):
    shop.grant("boris", 300)
    shop.scan(CHEESE, CARDS["boris"])
    assert shop.view.member.redeem_limit.key == "limit.unconfirmed"
    assert shop.sale.points_earned == 50
    assert not shop.view.member.may_redeem


# --- enrolment --------------------------------------------------------------------------------


def test_a_stranger_is_enrolled_with_no_link_and_found_again(shop):
    shop.scan(CHEESE)
    answer = shop.till.enrol(STRANGE_PHONE, STRANGE_CARD, "Ольга Петровна", ("processing",))
    assert notices(answer) == ["member_enrolled"]
    assert shop.view.member.display_name == "Ольга"
    assert shop.sale.points_earned == 50
    event = shop.events(MemberEnrolled)[0]
    assert event.phone_hash == HASHER.phone_hmac("+79165554433")
    assert (event.phone_last4, event.card_code) == ("4433", STRANGE_CARD)
    assert event.consents == ("processing",)
    sealed = open_sealed(SEALING.private, event.sealed_profile)
    assert sealed.decode() == '{"phone": "+79165554433", "name": "Ольга Петровна"}'
    ok(shop.till.pay("cash"))
    shop.restart()
    ok(shop.till.sign_on("ivan", "1111"))
    shop.scan(CHEESE)
    for by, value in (("phone", STRANGE_PHONE), ("card", STRANGE_CARD), ("id", event.member_id)):
        assert notices(shop.till.member(by, value)) == ["member_identified"]
    assert shop.view.member.pending == 50
    shop.clock.move(days=1)
    assert shop.view.member.pending == 50  # the business day is the session's
    ok(shop.till.suspend())
    ok(shop.till.resume(shop.view.suspended[0].id))
    assert shop.view.member.display_name == "Ольга"


def test_enrolling_a_phone_that_is_known_identifies(shop):
    assert notices(shop.till.enrol(PHONES["anna"])) == ["member_identified"]
    assert notices(shop.till.enrol(PHONES["anna"], STRANGE_CARD)) == [
        "member_identified",
        "card_not_linked",
    ]
    assert shop.events(MemberEnrolled) == []
    ok(shop.till.enrol(STRANGE_PHONE))
    assert notices(shop.till.enrol(STRANGE_PHONE)) == ["member_identified"]
    assert len(shop.events(MemberEnrolled)) == 1


def test_a_member_without_a_name_is_called_by_the_end_of_the_phone(shop):
    ok(shop.till.enrol(STRANGE_PHONE))
    said = shop.till.enrol(STRANGE_PHONE).notices[0].text
    assert said.args["name"] == "··4433"


def test_who_is_enrolled_without_a_consent_is_known_for_it_by_the_phone(shop):
    ok(shop.till.enrol(STRANGE_PHONE))
    assert shop.till.member("phone", STRANGE_PHONE).data["unsigned"]
    assert "unsigned" not in shop.till.member("phone", PHONES["anna"]).data


def test_who_is_enrolled_without_a_consent_gives_it_by_the_same_phone(shop):
    assert notices(shop.till.enrol(STRANGE_PHONE)) == ["member_unsigned"]
    assert notices(shop.till.enrol(STRANGE_PHONE, consents=("processing",))) == [
        "member_identified",
        "member_signed",
    ]
    first, second = shop.events(MemberEnrolled)
    assert (first.consents, second.consents) == ((), ("processing",))
    assert first.phone_hash == second.phone_hash
    assert notices(shop.till.enrol(PHONES["anna"], consents=("processing",))) == [
        "member_identified"
    ]  # she has given it long ago


def test_a_guest_card_becomes_the_card_of_whoever_enrols(shop):
    shop.scan(MILK, STRANGE_CARD)
    ok(shop.till.enrol(STRANGE_PHONE))
    assert shop.events(MemberEnrolled)[0].card_code == STRANGE_CARD
    ok(shop.till.pay("cash"))
    assert shop.documents()[0].member_id is not None
    assert shop.documents()[0].member_code == ""
    assert notices(shop.scan(STRANGE_CARD)) == ["member_identified"]


@pytest.mark.parametrize(
    ("phone", "card", "code"),
    [
        ("12", None, "bad_phone"),
        (STRANGE_PHONE, MILK, "bad_card"),
        (STRANGE_PHONE, "4111111111111111", "bad_card"),
        (STRANGE_PHONE, CARDS["anna"], "card_taken"),
    ],
)
def test_an_enrolment_that_cannot_be_changes_nothing(shop, phone, card, code):
    assert refusal(shop.till.enrol(phone, card)) == code
    assert shop.events(MemberEnrolled) == []
    assert shop.sale is None


def test_enrolling_needs_the_right(bench):
    found = operator(1, 900, rights=("sell",), pin_hash=HASHES["ivan"])
    body = {**json.loads(bytes(found.body)), "id": "ivan"}
    bench.mirrors(row("store:s1", 900, "operator", "ivan", body))
    bench.open_shift()
    assert refusal(bench.till.enrol("77")) == "bad_phone", "said before anybody's PIN is asked"
    asked = bench.till.enrol(STRANGE_PHONE)
    assert refusal(asked) == "needs_override"
    assert asked.data["deed"] == say("approve.enrol", digits="4433")
    assert refusal(bench.till.enrol(STRANGE_PHONE, override=("petr", "1"))) == "wrong_pin"
    assert bench.events(MemberEnrolled) == []
    ok(bench.till.enrol(STRANGE_PHONE, override=("petr", "2222")))
    (new,), (used,) = bench.events(MemberEnrolled), bench.audit("enrol")
    assert (new.operator_id, used.operator_id, used.override_by) == ("ivan", "ivan", "petr")
    assert used.subject == new.member_id
    ok(bench.till.void_transaction("mistake", ("petr", "2222")))
    assert refusal(bench.till.reprint()) == "senior_only"
    assert refusal(bench.till.x_report()) == "senior_only"
    bench.scan(MILK)
    assert refusal(bench.till.void_line(1)) == "needs_override"
    assert refusal(bench.till.void_transaction()) == "needs_override"
    ok(bench.till.void_line(1, "mistake", ("petr", "2222")))
    assert bench.audit("void_line")[0].override_by == "petr"
