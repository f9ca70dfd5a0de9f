"""Who is buying: found, enrolled, asked about; points chosen within what may be spent."""

import json
from datetime import timedelta

import pytest

from pos_app.domain.document import TransactionKind
from pos_app.domain.events import AllowanceReturned, MemberEnrolled
from pos_app.gear.secrets import open_sealed
from tests.sync.mirror.feeds import gone, operator, row
from tests.workstation.test_till_selling import assert_sums_agree
from tests.workstation.tills import (
    BREAD,
    CARDS,
    CHEESE,
    HASHER,
    HASHES,
    MILK,
    NOON,
    PHONES,
    PROGRAM,
    SEALING,
    STRANGE_CARD,
    STRANGE_PHONE,
    TOBACCO,
    Bench,
    member_id,
    member_row,
    notices,
    ok,
    program_row,
    refusal,
)


def chips(view) -> dict[str, int]:
    return {chip.kind: chip.points for chip in view.member.chips}


def chosen(view) -> list[str]:
    return [chip.kind for chip in view.member.chips if chip.chosen]


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


# --- cards nobody knows -----------------------------------------------------------------------


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
    assert refusal(bench.till.enrol(STRANGE_PHONE)) == "senior_only"
    assert refusal(bench.till.reprint()) == "senior_only"
    assert refusal(bench.till.x_report()) == "senior_only"
    bench.scan(MILK)
    assert refusal(bench.till.void_line(1)) == "needs_override"
    assert refusal(bench.till.void_transaction()) == "needs_override"
    ok(bench.till.void_line(1, "mistake", ("petr", "2222")))
    assert bench.audit("void_line")[0].override_by == "petr"


# --- points -----------------------------------------------------------------------------------


def test_points_are_chips_and_never_more_than_the_allowance(shop):
    shop.scan(CHEESE, CARDS["anna"])
    assert shop.view.member.redeem_limit.key == "limit.allowance"
    assert not shop.view.member.may_redeem
    assert notices(shop.till.redeem(100)) == ["points_cut"]
    assert shop.sale.points_redeemed == 0
    shop.grant("anna", 250)
    shop.till.link_changed(True)
    assert chips(shop.view) == {"none": 0, "suggested": 200, "half": 120, "max": 250}
    assert chosen(shop.view) == ["none"]
    assert notices(shop.till.redeem("max")) == []
    assert chosen(shop.view) == ["max"]
    assert notices(shop.till.redeem(251)) == ["points_cut"]
    assert shop.sale.points_redeemed == 250
    ok(shop.till.redeem(30))
    assert chosen(shop.view) == ["custom"]
    assert shop.sale.total_minor == 970_00
    assert_sums_agree(shop.view)
    ok(shop.till.redeem(0))
    assert shop.sale.total_minor == 1000_00


def test_the_share_of_the_receipt_binds_and_max_does_not_move_while_choosing(shop):
    shop.grant("anna", 1250)
    shop.scan(CHEESE, CARDS["anna"])
    limit = shop.view.member.redeem_limit
    assert limit.key == "limit.share"
    ok(shop.till.redeem(100))
    assert max(chips(shop.view).values()) == 300
    assert shop.view.member.redeem_limit == limit
    assert shop.sale.points_earned == 45


def test_steps_cut_and_what_is_no_number_is_refused(shop):
    shop.grant("anna", 1250)
    shop.scan(CHEESE, CARDS["anna"])
    assert notices(shop.till.redeem(15)) == ["points_cut"]
    assert shop.sale.points_redeemed == 10
    for points in (-1, "x", "1.5"):
        assert refusal(shop.till.redeem(points)) == "bad_points"
    ok(shop.till.redeem("20"))
    assert shop.sale.points_redeemed == 20


def test_points_shrink_with_the_receipt_and_the_chips_say_so(shop):
    shop.grant("anna", 1250)
    shop.scan(CHEESE, CHEESE, CARDS["anna"])
    ok(shop.till.redeem("max"))
    assert shop.sale.points_redeemed == 600
    ok(shop.till.set_quantity(1, "1"))
    assert shop.sale.points_redeemed == 300
    assert [c.points for c in shop.view.member.chips if c.chosen] == [300]


def test_points_do_not_pay_for_tobacco(shop):
    shop.grant("anna", 1250)
    shop.scan(TOBACCO, CARDS["anna"])
    assert chips(shop.view) == {"none": 0}
    assert shop.sale.points_earned == 0


def test_points_are_settled_before_the_money(shop):
    shop.grant("anna", 1250)
    shop.scan(CHEESE, CARDS["anna"])
    ok(shop.till.tender("cash", 1_00))
    assert refusal(shop.till.redeem(10)) == "tenders_taken"
    assert refusal(shop.till.remove_member()) == "tenders_taken"


def test_redeemed_points_leave_the_allowance_in_the_commit_of_the_sale(shop):
    shop.grant("anna", 100, "g1")
    shop.grant("anna", 250, "g2", until=NOON + timedelta(hours=1))
    shop.scan(CHEESE, CARDS["anna"])
    ok(shop.till.redeem(300))
    ok(shop.till.pay("cash"))
    document = shop.documents()[0]
    assert {use.grant_id: use.points for use in document.uses} == {"g2": 250, "g1": 50}
    assert document.unsecured == 0
    assert [e.kind.value for e in document.entries] == ["redeem", "earn"]
    left = {a.grant_id: a.left for a in shop.memory.journal.allowances(member_id("anna"))}
    assert left == {"g1": 50, "g2": 0}
    assert shop.events(AllowanceReturned) == []
    shop.scan(CHEESE, CARDS["anna"])
    member = shop.view.member
    assert (member.points, member.pending, member.allowance) == (950, 35, 50)
    assert_sums_agree(shop.view)


def test_an_allowance_that_ended_meanwhile_is_never_overspent(shop):
    shop.grant("anna", 250, until=NOON + timedelta(minutes=5))
    shop.scan(CHEESE, CARDS["anna"])
    ok(shop.till.redeem("max"))
    ok(shop.till.tender("cash", 750_00))
    shop.clock.move(minutes=6)
    assert refusal(shop.till.complete()) == "allowance_gone"
    assert shop.sale.points_redeemed == 0
    assert shop.sale.due_minor == 250_00
    ok(shop.till.tender("cash", 250_00))
    ok(shop.till.complete())
    assert shop.documents()[0].uses == ()


def test_a_refresh_of_the_mirror_reaches_the_open_receipt(shop):
    shop.scan(CHEESE, CARDS["anna"])
    shop.mirrors(member_row("anna", 900, 1250, tier="silver"))
    shop.till.link_changed(False)
    assert shop.view.member.tier_id == "base"
    shop.till.link_changed(True)
    assert (shop.view.member.tier_id, shop.sale.total_minor) == ("silver", 950_00)
    ok(shop.till.tender("cash", 1_00))
    shop.mirrors(member_row("anna", 901, 1250))
    shop.till.link_changed(True)
    assert shop.sale.total_minor == 950_00
    assert ok(shop.till.void_tender(0))
    shop.till.link_changed(True)
    assert shop.sale.total_minor == 1000_00


def test_spend_of_this_till_counts_in_its_own_period(tmp_path):
    bench = Bench(tmp_path)
    by_month = {**PROGRAM, "version": 2, "tiers": {**PROGRAM["tiers"], "period": "month"}}
    bench.mirrors(program_row(800, by_month))
    bench.open_shift()
    bench.sold(CHEESE, CARDS["anna"], cash=5000_00)
    bench.scan(CARDS["anna"])
    assert bench.view.member.next_tier_needs_minor == 4000_00
    assert bench.view.member.next_tier_name == "Серебро"
    ok(bench.till.void_transaction())
    ok(bench.till.sign_on("petr", "2222"))
    ok(bench.till.end_of_day(0))
    bench.clock.move(days=14)
    ok(bench.till.open_session(0))
    bench.scan(CARDS["anna"])
    assert bench.view.member.next_tier_needs_minor == 5000_00
    bench.close()


def test_the_panel_without_a_member_says_what_a_card_would_give(shop):
    shop.scan(CHEESE)
    assert shop.sale.teaser.points == 50
    ok(shop.scan(CARDS["anna"]))
    assert shop.sale.teaser is None
    ok(shop.till.remove_member())
    shop.scan(BREAD)
    assert shop.sale.teaser.points == 52


def test_points_that_end_soon_are_shown(shop):
    shop.scan(CARDS["anna"])
    assert [(e.points, e.on.isoformat()) for e in shop.view.member.expiring] == [
        (1250, "2026-12-31")
    ]


def test_a_member_of_no_tier_has_the_lowest(shop):
    shop.mirrors(member_row("anna", 900, tier=""))
    shop.scan(CARDS["anna"])
    assert shop.view.member.tier_id == "base"


def test_without_a_programme_the_till_still_sells(tmp_path):
    bench = Bench(tmp_path)
    bench.mirrors(gone("chain", 900, "program", "small@1"))
    bench.open_shift()
    bench.scan(MILK, CARDS["anna"])
    assert bench.sale.total_minor == 89_90
    assert bench.view.member.tier_id == ""
    ok(bench.till.remove_member())
    assert bench.sale.teaser is None
    ok(bench.till.enrol(STRANGE_PHONE))
    ok(bench.till.pay("cash"))
    assert bench.documents()[0].program.program_id == "none"
    bench.close()


def test_a_programme_of_a_newer_release_leaves_the_old_one_in_force(shop):
    shop.scan(CHEESE, CARDS["tanya"])
    shop.mirrors(program_row(900, {**PROGRAM, "version": 2, "schema": 99}))
    shop.clock.move(minutes=1)
    shop.scan(CHEESE)
    assert shop.sale.total_minor == 1900_00
    shop.restart()
    ok(shop.till.sign_on("ivan", "1111"))
    shop.scan(CHEESE, CARDS["tanya"])
    assert shop.sale.total_minor == 1000_00


def test_a_receipt_names_the_programme_that_made_its_prices(shop):
    shop.mirrors(
        program_row(900, {**PROGRAM, "version": 2, "valid_from": "2026-11-20T15:01:00+03:00"})
    )
    shop.scan(CHEESE)
    shop.clock.move(minutes=2)
    assert shop.view.transaction.total_minor == 1000_00
    ok(shop.till.pay("cash"))
    assert shop.documents()[0].program.version == 1
    shop.sold(CHEESE)
    assert shop.documents()[1].program.version == 2
    assert shop.documents()[1].kind is TransactionKind.SALE
