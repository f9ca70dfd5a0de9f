"""Coupons at the till: scanned, listed, kept in the document, printed, undone by a return."""

from datetime import date, timedelta

import pytest

from drivers.contract import QRCode
from pos_app.domain.events import AllowanceReturned
from pos_app.domain.loyalty.coupon import CouponUse, Issuer, issue_coupon, read_signed
from pos_app.domain.loyalty.trust import till_key_id
from pos_app.domain.mechanics.coupons import find_coupon
from pos_app.gear.secrets import Ed25519Signer
from pos_app.workstation import present_coupon
from pos_app.workstation.paper import receipt_job
from pos_app.workstation.pricing_task import context_of, program_of
from tests.workstation.tills import (
    BREAD,
    CARDS,
    MILK,
    OTHER_TILL,
    PROGRAM,
    TILL,
    member_id,
    notices,
    ok,
    paper,
    program_row,
    refusal,
    row,
)

SERIAL = "01930000-0003-7000-8000-000000000001"


def printed(shop, coupon_id="next", keys=OTHER_TILL, serial=SERIAL, name="anna"):
    """A coupon that a till printed ten days ago, as scanned."""
    coupon = find_coupon(program_of(shop.till.station).coupons, coupon_id)
    issuer = Issuer(till_key_id(keys.public), Ed25519Signer(keys.private))
    signed = issue_coupon(
        coupon, date(2026, 11, 10), serial=serial, member_id=member_id(name), issuer=issuer
    )
    return "K1S:" + signed.text()


def on_receipt(shop):
    return [(one.id, one.counts) for one in shop.sale.coupons]


def opened(shop):
    station = shop.till.station
    return context_of(station, station.open).coupons


def test_a_scanned_coupon_is_on_the_receipt_and_reaches_the_prices(shop):
    assert notices(shop.scan("K1C:AUTUMN-7")) == ["coupon_added"]
    assert on_receipt(shop) == [("autumn", True)]
    assert opened(shop) == {"autumn"}
    assert shop.sale.coupons[0].name == "Осенний"
    shop.scan(MILK)
    ok(shop.till.pay("cash"))


def test_the_same_kind_of_coupon_counts_once(shop):
    shop.scan("K1C:AUTUMN-7")
    assert refusal(shop.scan("K1C:autumn-7")) == "coupon_here_already"


@pytest.mark.parametrize("text", ["AUTUMN-7", " autumn-7 ", "K1C:AUTUMN-7"])
def test_a_coupon_s_code_may_be_typed(shop, text):
    assert notices(shop.till.coupon(text)) == ["coupon_added"]
    assert refusal(shop.till.coupon("4600000000015")) == "coupon_unknown"


def test_nobody_signed_on_takes_no_coupon(bench):
    assert refusal(bench.till.coupon("AUTUMN-7")) == "sign_on_first"


def test_a_coupon_may_be_taken_off_and_comes_back_by_undo(shop):
    shop.scan("K1C:AUTUMN-7")
    assert notices(shop.till.remove_coupon("autumn")) == ["coupon_removed"]
    assert on_receipt(shop) == []
    ok(shop.till.undo())
    assert on_receipt(shop) == [("autumn", True)]
    assert refusal(shop.till.remove_coupon("spring")) == "no_coupon"


def test_a_receipt_takes_only_so_many_coupons(shop, monkeypatch):
    monkeypatch.setattr(present_coupon, "MOST", 1)
    shop.scan("K1C:AUTUMN-7")
    assert refusal(shop.scan(printed(shop))) == "coupons_too_many"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("K1C:WINTER", "coupon_unknown"),
        ("K1S:RUBBISH", "coupon_garbled"),
        ("K1C:LF12345678", "coupon_check_digit"),
        ("K1C:LF12345674", "coupon_needs_link"),
    ],
)
def test_a_coupon_that_does_not_hold_says_why(shop, code, why):
    assert refusal(shop.scan(code)) == why


def test_a_printed_coupon_of_another_till_is_taken_once_and_at_risk(shop):
    code = printed(shop)
    assert notices(shop.scan(MILK, code)) == ["coupon_added"]
    ok(shop.till.pay("cash"))
    assert shop.documents()[-1].coupons == (CouponUse("next", f"next/{SERIAL}", "used", True),)
    shop.scan(MILK)
    assert refusal(shop.scan(code)) == "coupon_used"
    shop.restart()
    shop.till.sign_on("ivan", "1111")
    assert refusal(shop.scan(code)) == "coupon_used"


def test_a_grant_of_one_takes_the_risk_away_and_is_spent(shop):
    shop.memory.outbox.store_grant("g9", f"coupon:next/{SERIAL}", 1, "placed", None)
    shop.scan(MILK, printed(shop))
    ok(shop.till.pay("cash"))
    document = shop.documents()[-1]
    assert not document.coupons[0].at_risk
    assert [(use.grant_id, use.owner) for use in document.uses] == [("g9", f"coupon:next/{SERIAL}")]
    assert shop.memory.journal.allowances(f"coupon:next/{SERIAL}")[0].left == 0


def test_what_the_server_tells_of_a_coupon_is_believed(shop):
    def told(ver, value):
        return row("store:s1", ver, "setting", f"coupon:next/{SERIAL}",
                   {"name": f"coupon:next/{SERIAL}", "value": value})  # fmt: skip

    code = printed(shop)
    shop.mirrors(told(2001, {"used": 1}))
    assert refusal(shop.scan(MILK, code)) == "coupon_used"
    shop.mirrors(told(2002, {"used": 0, "void": True}))
    assert refusal(shop.scan(code)) == "coupon_void"
    shop.mirrors(told(2003, {"used": 0}))
    assert notices(shop.scan(code)) == ["coupon_added"]


def test_a_personal_coupon_counts_while_its_member_is_there(shop):
    own = printed(shop, "own", TILL)
    shop.memory.outbox.store_grant("g9", f"coupon:own/{SERIAL}", 1, "placed", None)
    assert refusal(shop.scan(MILK, own)) == "coupon_other_member"
    shop.scan(CARDS["anna"])
    assert notices(shop.scan(own)) == ["coupon_added"]
    assert opened(shop) == {"own"}
    ok(shop.till.remove_member())
    assert on_receipt(shop) == [("own", False)]
    assert opened(shop) == set()
    shop.scan(CARDS["gleb"])
    ok(shop.till.pay("cash"))
    assert shop.documents()[-1].coupons == ()


def test_an_unlimited_coupon_leaves_no_count(shop):
    shop.scan(BREAD, "K1C:AUTUMN-7")
    ok(shop.till.pay("cash"))
    document = shop.documents()[-1]
    assert (document.totals.discount_minor, document.coupons) == (5_00, (CouponUse("autumn", ""),))
    shop.scan(BREAD)
    assert notices(shop.scan("K1C:AUTUMN-7")) == ["coupon_added"]


def test_a_coupon_that_opened_nothing_stays_with_the_customer(shop):
    code = printed(shop)
    shop.scan(BREAD, code)
    ok(shop.till.pay("cash"))
    assert shop.documents()[-1].coupons == ()
    assert notices(shop.scan(MILK, code)) == ["coupon_added"]
    assert shop.sale.discount_total_minor == 8_99


def test_a_suspended_receipt_keeps_its_coupons(shop):
    shop.scan(MILK, "K1C:AUTUMN-7", printed(shop))
    ok(shop.till.suspend("bread"))
    ok(shop.till.resume(shop.view.suspended[0].id))
    assert [one for one, _ in on_receipt(shop)] == ["autumn", "next"]


def test_a_coupon_that_ended_while_suspended_is_gone_and_said(shop):
    shop.scan(MILK, "K1C:AUTUMN-7", printed(shop))
    ok(shop.till.suspend("long"))
    still = [p for p in PROGRAM["promotions"] if p.get("coupon_needed") != "autumn"]
    newer = {**PROGRAM, "version": 2, "coupons": [PROGRAM["coupons"][1]], "promotions": still}
    shop.mirrors(program_row(3000, newer))
    shop.clock.move(minutes=1)
    assert "coupon_gone" in notices(shop.till.resume(shop.view.suspended[0].id))
    assert [one for one, _ in on_receipt(shop)] == ["next"]


def test_coupons_stay_as_they_are_once_money_was_taken(shop):
    shop.scan(MILK)
    ok(shop.till.tender("cash", 10_00, ""))
    assert refusal(shop.scan("K1C:AUTUMN-7")) == "tenders_taken"


def test_a_whole_return_gives_the_coupon_back(manager):
    code = printed(manager)
    manager.scan(MILK, MILK, code)
    number = ok(manager.till.pay("cash")).data["receipt_number"]
    ok(manager.till.return_sale(number, [(1, "1")]))
    ok(manager.till.complete())
    assert manager.documents()[-1].coupons == ()
    manager.scan(MILK)
    assert refusal(manager.scan(code)) == "coupon_used"
    ok(manager.till.void_transaction())
    ok(manager.till.return_sale(number))
    ok(manager.till.complete())
    assert manager.documents()[-1].coupons == (CouponUse("next", f"next/{SERIAL}", "restored"),)
    assert notices(manager.scan(MILK, code)) == ["coupon_added"]


def bought_apples(shop):
    """The programme gives a coupon for the next visit with fruit; its text as printed."""
    answer = ok(shop.till.add_item("item9", "0.500"))
    assert answer.ok
    ok(shop.till.pay("cash"))
    codes = [e.data for e in shop.devices.jobs[-1].elements if isinstance(e, QRCode)]
    assert len(codes) == 2
    return codes[-1]


def test_a_coupon_won_today_is_worth_something_tomorrow(shop):
    code = bought_apples(shop)
    (given,) = shop.documents()[-1].coupons
    assert (given.coupon_id, given.deed) == ("next", "issued")
    assert refusal(shop.scan(MILK, code)) == "coupon_not_yet"
    ok(shop.till.pay("cash"))
    ok(shop.till.close_session(0, "not_found"))
    shop.clock.move(days=1)
    ok(shop.till.open_session(0))
    assert notices(shop.scan(MILK, code)) == ["coupon_added"]
    ok(shop.till.pay("cash"))
    sold = shop.documents()[-1]
    assert sold.totals.discount_minor == 8_99
    assert sold.coupons == (CouponUse("next", given.key, "used", True),)


def test_a_return_voids_the_coupon_it_gave_unless_it_was_used(manager):
    code = bought_apples(manager)
    first = manager.documents()[-1]
    ok(manager.till.return_sale(first.receipt_number))
    ok(manager.till.complete())
    (voided,) = manager.documents()[-1].coupons
    assert (voided.key, voided.deed) == (first.coupons[0].key, "void")
    kept = bought_apples(manager)
    second = manager.documents()[-1]
    ok(manager.till.end_of_day(0, "not_found"))
    manager.clock.move(days=1)
    ok(manager.till.open_session(0))
    assert refusal(manager.scan(MILK, code)) == "coupon_void"
    assert notices(manager.scan(kept)) == ["coupon_added"]
    ok(manager.till.pay("cash"))
    ok(manager.till.return_sale(second.receipt_number))
    ok(manager.till.complete())
    assert manager.documents()[-1].coupons == ()


def test_a_copy_of_a_receipt_has_no_second_coupon(manager):
    bought_apples(manager)
    ok(manager.till.reprint())
    assert "K1S:" not in paper(manager.devices.jobs[-1])


def test_a_sale_gives_coupons_with_a_code_under_the_receipt(shop):
    station = shop.till.station
    document = shop.sold(MILK)
    signed = present_coupon.issued(station, document, ["next", "own", "no-such"])
    assert [one.coupon_id for one in signed] == ["next"]  # a nameless receipt has no member's own
    job = receipt_job(station, document, "job", coupons=signed)
    words = paper(job)
    assert "На следующую покупку" in words
    assert words.index("Молочное по купону") < words.index("Действует с")
    assert "21.11.2026" in words
    texts = [e.data for e in job.elements if isinstance(e, QRCode)]
    assert read_signed(texts[-1].removeprefix("K1S:")) == signed[0]
    assert "K1S:" not in paper(receipt_job(station, document, "copy", copy=True))
    given = present_coupon.with_issued(document, signed)
    assert given.coupons == (CouponUse("next", f"next/{signed[0].serial}", "issued"),)


def test_a_member_s_own_coupon_says_so_on_paper(shop):
    station = shop.till.station
    shop.scan(CARDS["anna"])
    document = shop.sold(MILK)
    (signed,) = present_coupon.issued(station, document, ["own"])
    assert signed.member_id == member_id("anna")
    assert "Именной" in paper(receipt_job(station, document, "job", coupons=(signed,)))


def test_a_coupon_nobody_knows_any_more_keeps_its_id_for_a_name(shop):
    assert present_coupon.name_of(shop.till.station, "gone") == "gone"


# --- with a link ---------------------------------------------------------------------------------

LEAFLET = "K1C:LF12345674"
LEAF_OWNER = "coupon:leaflet/LF12345674"


@pytest.fixture
def linked(shop):
    shop.courier.online = True
    return shop


def answered(shop, uses=1, **reply):
    """The server's answer about a coupon: a grant of one use, or none."""
    if uses:
        until = shop.clock.now + timedelta(hours=24)
        shop.memory.outbox.store_grant("g-c", LEAF_OWNER, uses, "identified", until)
    return shop.courier.answers("identify", card=None, allowance=uses or None, **reply)


def test_the_server_is_asked_for_the_use_of_a_limited_coupon(linked):
    linked.scan(MILK)
    assert notices(linked.scan(LEAFLET)) == ["coupon_asking"]
    assert on_receipt(linked) == []
    asked = answered(linked).fields
    assert asked == {"kind": "coupon", "key": LEAF_OWNER, "want_points": 1}
    assert linked.codes_heard() == ["coupon_added"]
    assert on_receipt(linked) == [("leaflet", True)]
    ok(linked.till.remove_coupon("leaflet"))
    (event,) = linked.events(AllowanceReturned)
    assert (event.member_id, event.uses[0].points) == (LEAF_OWNER, 1)


def test_what_another_till_has_is_not_taken_here(linked):
    linked.scan(MILK, LEAFLET)
    answered(linked, uses=0)
    assert linked.codes_heard() == ["coupon_elsewhere"]
    assert on_receipt(linked) == []


def test_the_owner_s_risk_is_for_the_dark_and_not_for_a_link(linked):
    linked.scan(MILK, printed(linked))
    linked.courier.answers("identify", card=None, allowance=None)
    assert linked.codes_heard() == ["coupon_elsewhere"]
    linked.scan(printed(linked))
    linked.courier.answers("identify", error="lost")
    assert linked.codes_heard()[-1] == "coupon_added"
    ok(linked.till.pay("cash"))
    assert linked.documents()[-1].coupons[0].at_risk


def test_an_answer_that_is_lost_leaves_the_rule_of_the_dark(linked):
    linked.scan(MILK, LEAFLET)
    linked.courier.answers("identify", error="lost")
    assert linked.codes_heard() == ["coupon_needs_link"]


def test_an_answer_that_comes_too_late_gives_the_use_back(linked):
    linked.scan(MILK, LEAFLET)
    ok(linked.till.pay("cash"))
    answered(linked)
    assert [e.member_id for e in linked.events(AllowanceReturned)] == [LEAF_OWNER]
    linked.scan(MILK, LEAFLET)
    ok(linked.till.tender("cash", 1_00))
    answered(linked)
    assert linked.codes_heard()[-1] == "tenders_taken"


def test_a_suspended_coupon_is_asked_for_again(linked):
    linked.scan(MILK, LEAFLET)
    answered(linked)
    ok(linked.till.suspend("later"))
    assert [e.member_id for e in linked.events(AllowanceReturned)] == [LEAF_OWNER]
    ok(linked.till.resume(linked.view.suspended[0].id))
    assert on_receipt(linked) == []
    until = linked.clock.now + timedelta(hours=24)
    linked.memory.outbox.store_grant("g-d", LEAF_OWNER, 1, "identified", until)
    linked.courier.answers("identify", card=None, allowance=1)
    assert on_receipt(linked) == [("leaflet", True)]


def test_a_right_that_ended_before_the_end_is_said(linked):
    document = {**PROGRAM, "version": 2}
    document["promotions"] = [
        {"id": "leaf", "kind": "percent", "percent": "10", "coupon_needed": "leaflet"}
    ]
    linked.mirrors(linked.newer(lambda ver: program_row(ver, document)))
    linked.scan(MILK, LEAFLET)
    answered(linked)
    linked.clock.move(hours=25)
    linked.courier.online = False
    assert refusal(linked.till.pay("cash")) == "coupon_right_ended"
    ok(linked.till.remove_coupon("leaflet"))
    ok(linked.till.pay("cash"))
