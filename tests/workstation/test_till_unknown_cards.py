"""Cards nobody knows here: asked about, kept on the receipt, or refused."""

import pytest

from pos_app.domain.events import AllowanceReturned
from tests.workstation.tills import (
    CARDS,
    CHEESE,
    MILK,
    STRANGE_CARD,
    STRANGE_PHONE,
    member_id,
    member_row,
    notices,
    ok,
    refusal,
)


def test_an_unknown_card_with_no_link_is_kept_on_the_receipt(shop):
    shop.scan(MILK)
    assert notices(shop.scan(STRANGE_CARD)) == ["guest_card"]
    assert shop.view.member is None
    assert refusal(shop.till.redeem(1)) == "no_member"
    ok(shop.till.pay("cash"))
    document = shop.documents()[0]
    assert (document.member_id, document.member_code) == (None, STRANGE_CARD)
    assert document.identified_by == "card"
    (earned,) = document.entries
    assert (earned.member_id, earned.points) == (STRANGE_CARD, document.totals.points_earned)


def test_an_unknown_card_is_asked_about_and_kept_whatever_comes_back(shop):
    shop.courier.online = True
    assert notices(shop.scan(STRANGE_CARD)) == ["asking_server"]
    shop.scan(MILK)
    ok(shop.till.pay("cash"))
    shop.courier.answers("identify", member=None)
    assert shop.documents()[0].member_code == STRANGE_CARD
    assert shop.heard == []


def test_goods_scanned_while_the_server_is_asked_do_not_lose_the_card(shop):
    shop.courier.online = True
    shop.scan(STRANGE_CARD, MILK)
    shop.mirrors(
        member_row("anna", 900, 40, keys=(("card", STRANGE_CARD),), display_name="Новая")
    )  # fmt: skip
    asked = shop.courier.answers("identify", member={"id": member_id("anna")})
    assert asked.fields == {"kind": "card", "key": STRANGE_CARD, "want_points": 1_000_000}
    assert shop.codes_heard() == ["member_identified"]
    assert shop.view.member.display_name == "Новая"
    assert shop.sale.lines[0].name == "Молоко 1 л"


def test_a_card_the_server_does_not_know_is_nobodys(shop):
    shop.courier.online = True
    shop.scan(MILK, STRANGE_CARD)
    shop.courier.answers("identify", member=None, allowance=None)
    assert shop.codes_heard() == ["unknown_member"]
    ok(shop.till.pay("cash"))
    assert shop.documents()[0].member_code == ""


def test_a_link_that_breaks_while_asking_leaves_a_guest_card(shop):
    shop.courier.online = True
    shop.scan(MILK, STRANGE_CARD)
    shop.courier.answers("identify", error="timeout")
    assert shop.codes_heard() == ["guest_card"]
    ok(shop.till.pay("cash"))
    assert shop.documents()[0].member_code == STRANGE_CARD


@pytest.mark.parametrize(
    ("by", "value", "code"),
    [("phone", STRANGE_PHONE, "unknown_phone"), ("id", "nobody", "unknown_member")],
)
def test_a_broken_link_says_that_a_phone_is_not_known_here(shop, by, value, code):
    shop.courier.online = True
    assert notices(shop.till.member(by, value)) == ["asking_server"]
    shop.courier.answers("identify", error="timeout")
    assert shop.codes_heard() == [code]


def test_a_phone_that_nobody_has_at_the_server_either_may_be_enrolled_as_it_was_typed(shop):
    shop.courier.online = True
    ok(shop.till.member("phone", STRANGE_PHONE))
    shop.courier.answers("identify", member=None, allowance=None)
    assert shop.codes_heard() == ["unknown_phone"]
    typed = shop.heard[-1].data["phone"]
    ok(shop.till.enrol(typed))
    assert shop.view.member is not None


def test_the_servers_word_that_a_card_is_the_operators_own_is_heard(shop):
    shop.courier.online = True
    shop.scan(MILK, STRANGE_CARD)
    shop.mirrors(member_row("olga", 900, keys=(("card", STRANGE_CARD),)))
    shop.courier.answers("identify", member={"id": member_id("olga")})
    assert shop.codes_heard() == ["own_card"]
    assert shop.view.member is None
    ok(shop.till.pay("cash"))
    assert shop.documents()[0].member_code == ""


def test_an_answer_that_comes_after_payment_began_changes_nothing(shop):
    shop.courier.online = True
    shop.scan(MILK, CARDS["anna"])
    ok(shop.till.tender("cash", 10_00))
    before = shop.sale
    shop.courier.answers("identify", member=None)
    assert shop.sale == before


def test_the_server_brings_an_allowance_for_a_member_who_is_here(shop):
    shop.courier.online = True
    shop.scan(CHEESE, CARDS["anna"])
    assert shop.view.member.allowance == 0
    shop.grant("anna", 500, "g9", "identified")
    asked = shop.courier.answers("identify", member={"id": member_id("anna")})
    assert asked.fields["want_points"] == 1250
    assert shop.view.member.allowance == 500
    ok(shop.till.redeem("max"))
    assert shop.sale.points_redeemed == 300
    shop.courier.online = False
    ok(shop.till.pay("cash"))
    spent = shop.memory.journal.allowances(member_id("anna"))[0]
    assert (spent.spent, spent.returned, spent.left) == (300, 200, 0)
    events = shop.events()
    kinds = [type(e).__name__ for e in events[-2:]]
    assert kinds == ["TransactionCompleted", "AllowanceReturned"]
    assert events[-1].uses[0].points == 200


def test_with_the_link_down_the_tills_beside_are_asked_for_a_member_who_is_known(shop):
    shop.courier.peers = 2
    shop.scan(CHEESE, CARDS["anna"])
    shop.grant("anna", 300, "x1", "moved")
    asked = shop.courier.answers("identify", member=None, allowance=None, moved=300)
    assert asked.fields == {"kind": "id", "key": member_id("anna"), "want_points": 1250}
    assert shop.view.member.allowance == 300
    ok(shop.till.redeem(200))
    ok(shop.till.pay("cash"))
    # What is left stays for the next till of the store that asks: the server is away.
    assert shop.memory.journal.allowances(member_id("anna"))[0].left == 100


def test_with_the_link_down_nobody_is_asked_about_a_stranger_or_without_tills_beside(shop):
    shop.courier.peers = 2
    shop.scan(MILK, STRANGE_CARD)
    assert shop.courier.asked == []
    ok(shop.till.pay("cash"))
    shop.courier.peers = 0
    shop.scan(CHEESE, CARDS["anna"])
    assert shop.courier.asked == []


@pytest.mark.parametrize("leave", ["void", "remove", "replace", "stranger"])
def test_what_was_granted_for_a_member_who_does_not_buy_goes_back(shop, leave):
    shop.grant("anna", 500, "g9", "identified")
    shop.scan(CHEESE, CARDS["anna"])
    if leave == "void":
        ok(shop.till.void_transaction())
    elif leave == "remove":
        ok(shop.till.remove_member())
    else:
        ok(shop.scan(CARDS["gleb"] if leave == "replace" else STRANGE_CARD))
    assert [e.uses[0].points for e in shop.events(AllowanceReturned)] == [500]
    if leave == "remove":
        ok(shop.till.undo())
        assert shop.view.member.allowance == 0
