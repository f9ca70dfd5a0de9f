"""Members and conflicts as a manager's tasks: who may, what is written, what the dark till says."""

from datetime import date, timedelta

import pytest

from pos_app.domain.events import AllowanceReturned, MembersMerged, PointsAdjusted
from pos_app.domain.loyalty.account import EntryKind
from pos_app.workstation.ports import StorageFull
from tests.sync.mirror.feeds import gone, row
from tests.workstation.tills import (
    CARDS,
    MARIA,
    MILK,
    PHONES,
    Bench,
    member_id,
    member_row,
    notices,
    ok,
    refusal,
)

ANNA, GLEB, VERA = member_id("anna"), member_id("gleb"), member_id("vera")


def found(answer):
    return [one.display_name for one in ok(answer).data["found_members"]]


def pushed(bench, name):
    return [a.data[name] for a in bench.heard if name in a.data]


def card(answer):
    return ok(answer).data["member_card"]


def entry_doc(entry_id, kind, points, at="2026-11-19T10:00:00+00:00", cause="x", **more):
    about = {"id": cause, "kind": "transaction", **more.pop("cause_more", {})}
    return {
        "entry": {"id": entry_id, "member": ANNA, "kind": kind, "points": points, "at": at,
                  "business_on": at[:10], "cause": about, **more},
        "effect": points,
    }  # fmt: skip


# --- finding ---------------------------------------------------------------------------------


def test_a_cashier_does_not_look_at_members(shop: Bench):
    assert refusal(shop.till.find_members(CARDS["anna"])) == "senior_only"
    assert refusal(shop.till.member_card(ANNA)) == "senior_only"
    assert refusal(shop.till.conflicts()) == "senior_only"
    assert refusal(shop.till.merge_plan(ANNA, GLEB)) == "senior_only"
    assert shop.audit("see_member") == []


def test_a_member_is_found_by_phone_card_code_and_four_digits(manager: Bench):
    assert found(manager.till.find_members(PHONES["anna"])) == ["Anna"]
    assert found(manager.till.find_members(CARDS["anna"])) == ["Anna"]
    assert sorted(found(manager.till.find_members("1111"))) == ["Dina", "Gleb"]
    assert refusal(manager.till.find_members("0909")) == "unknown_member"
    assert refusal(manager.till.find_members("4111111111111111")) == "scan_payment_card"
    assert refusal(manager.till.find_members("  ")) == "bad_member_key"
    assert manager.sale is None, "looking is no purchase"


def test_a_stranger_is_asked_of_the_server_and_the_dark_till_says_that_it_cannot(manager: Bench):
    assert refusal(manager.till.find_members("+79165554433")) == "unknown_here"
    manager.courier.online = True
    assert notices(manager.till.find_members("+79165554433")) == ["asking_server"]
    asked = manager.courier.asked[-1]
    assert (asked.kind, asked.fields["kind"], asked.fields["want_points"]) == (
        "identify", "phone", 0,
    )  # fmt: skip
    manager.courier.answers("identify", member=None)
    assert manager.codes_heard()[-1] == "unknown_phone_office"
    manager.till.find_members("+79165554433")
    manager.courier.answers("identify", error="lost")
    assert manager.codes_heard()[-1] == "unknown_here"
    manager.till.find_members("2900000000991")
    phone = member_row("anna", 99)
    body = {**phone_body(phone), "id": "m-new", "display_name": "Nina",
            "keys": [["card", "2900000000991"]]}  # fmt: skip
    manager.mirrors(row("store:s1", 99, "member", "m-new", body))
    manager.courier.answers("identify", member={})
    assert [one.display_name for one in pushed(manager, "found_members")[-1]] == ["Nina"]


def phone_body(found_row):
    import json

    return json.loads(bytes(found_row.body))


def test_a_name_is_asked_of_the_courier_with_its_own_right(manager: Bench):
    assert refusal(manager.till.find_members("A")) == "name_too_short"
    assert notices(manager.till.find_members("ann")) == ["looking"]
    manager.courier.answers("people", people=[{"id": ANNA}, {"id": "gone"}])
    assert [one.display_name for one in pushed(manager, "found_members")[-1]] == ["Anna"]
    manager.till.find_members("nobody")
    manager.courier.answers("people", people=[])
    assert manager.codes_heard()[-1] == "unknown_member"
    manager.till.find_members("ann")
    manager.courier.answers("people", error="timeout")
    assert manager.codes_heard()[-1] == "try_again"
    rights = manager.till.station.operator.rights
    from dataclasses import replace

    from pos_app.domain.rights import Right

    less = replace(
        manager.till.station.operator, rights=rights - {Right.FIND_MEMBER_BY_NAME}
    )  # fmt: skip
    manager.till.station.operator = less
    assert refusal(manager.till.find_members("ann")) == "senior_only"


# --- reading ---------------------------------------------------------------------------------


def test_a_dark_till_shows_what_it_knows_and_says_so_and_who_looked_is_kept(manager: Bench):
    manager.scan(CARDS["anna"])
    document = manager.sold(MILK)
    answer = manager.till.member_card(ANNA)
    assert notices(answer) == ["member_is_own"]
    seen = card(answer)
    assert (seen.whole, seen.asked, seen.phone_last4) == (False, False, PHONES["anna"][-4:])
    assert seen.points == 1250
    assert seen.pending == document.totals.points_earned > 0
    lots = [(lot.points, lot.expires_on, lot.pending) for lot in seen.lots]
    assert lots[0] == (1250, date(2026, 12, 31), False)
    assert lots[1][2], "what was earned today is spendable tomorrow"
    (line,) = seen.ledger
    assert (line.kind, line.receipt, line.unheard) == ("earn", document.receipt_number, True)
    (receipt,) = seen.receipts
    assert (receipt.number, receipt.here, receipt.total_minor) == (
        document.receipt_number, True, document.totals.due_minor,
    )  # fmt: skip
    (used,) = manager.audit("see_member")
    assert (used.subject, used.operator_id) == (ANNA, "maria")
    assert refusal(manager.till.member_card("nobody")) == "unknown_member"


def test_the_servers_history_comes_with_balances_and_what_is_unsent_stays_on_top(manager: Bench):
    manager.scan(CARDS["anna"])
    document = manager.sold(MILK)
    manager.courier.online = True
    first = card(manager.till.member_card(ANNA))
    assert first.asked
    assert not first.whole
    adjusted = entry_doc("e2", "adjust", 50, at="2026-11-19T11:00:00+00:00",
                         expires_on="2027-11-19",
                         cause_more={"operator": "petr", "reason": "apology"})  # fmt: skip
    told = {
        "member": {"id": ANNA},
        "lines": [{**adjusted, "balance": 1250},
                  {**entry_doc("e1", "earn", 1200, cause="t-old"), "balance": 1200},
                  {**entry_doc("e0", "transfer", 7), "former": True}],
        "receipts": [{"id": "t-old", "kind": "sale", "receipt": "B000007", "store": "s2",
                      "terminal": "t2", "business_on": "2026-11-19",
                      "at": "2026-11-19T10:00:00+00:00", "payable": 24_000_00, "earned": 1200}],
        "more": True,
    }  # fmt: skip
    asked = manager.courier.answers("history", **told)
    assert asked.fields["member"] == ANNA
    seen = pushed(manager, "member_card")[-1]
    assert seen.whole
    assert seen.more
    assert not seen.asked
    newest, by_hand, earned, former = seen.ledger
    assert (newest.receipt, newest.unheard) == (document.receipt_number, True)
    assert (by_hand.operator, by_hand.reason, by_hand.balance) == ("Petr", "apology", 1250)
    assert by_hand.expires_on == date(2027, 11, 19)
    assert (earned.receipt, earned.balance, earned.unheard) == ("B000007", 1200, False)
    assert former.former
    assert [one.number for one in seen.receipts] == [document.receipt_number, "B000007"]
    assert [one.here for one in seen.receipts] == [True, False]
    assert [one.store for one in seen.receipts] == ["Магазин", ""], "another store has no name here"


def test_a_history_that_does_not_come_leaves_what_is_here(manager: Bench):
    manager.courier.online = True
    manager.till.member_card(ANNA)
    manager.courier.answers("history", error="lost")
    seen = pushed(manager, "member_card")[-1]
    assert (seen.whole, seen.asked) == (False, False)
    manager.till.member_card(ANNA)
    manager.mirrors(gone("store:s1", 500, "member", ANNA))
    manager.courier.answers("history", member=None)
    assert manager.codes_heard()[-1] == "unknown_member"


# --- adjusting -------------------------------------------------------------------------------


def test_points_given_in_the_dark_are_an_event_with_its_lot_and_its_audit_line(manager: Bench):
    answer = manager.till.adjust_points(ANNA, 100, "apology")
    assert notices(answer) == ["points_given"]
    seen = card(answer)
    assert seen.points == 1350
    (event,) = manager.events(PointsAdjusted)
    entry = event.entry
    assert (entry.kind, entry.points, entry.member_id) == (EntryKind.ADJUST, 100, ANNA)
    assert (entry.cause.operator_id, entry.cause.reason) == ("maria", "apology")
    assert entry.available_on == manager.till.station.business_on()
    assert entry.expires_on == entry.available_on + timedelta(365)
    assert event.uses == ()
    (used,) = manager.audit("adjust_points")
    assert (used.subject, used.reason) == (f"{ANNA} +100", "apology")
    assert [line.unheard for line in seen.ledger] == [True]
    manager.restart()
    ok(manager.till.sign_on(*MARIA))
    assert card(manager.till.member_card(ANNA)).points == 1350


def test_the_open_receipt_of_the_member_sees_the_points_at_once(manager: Bench):
    manager.scan(MILK, CARDS["anna"])
    ok(manager.till.adjust_points(ANNA, 100, "apology"))
    assert manager.view.member.points == 1350


def test_points_taken_off_in_the_dark_come_out_of_this_tills_allowance(manager: Bench):
    assert refusal(manager.till.adjust_points(ANNA, -100, "mistake")) == "adjust_dark"
    manager.grant("anna", 60)
    short = manager.till.adjust_points(ANNA, -100, "mistake")
    assert short.refusal.text.args["points"].value == 60
    assert notices(manager.till.adjust_points(ANNA, -60, "mistake")) == ["points_taken"]
    (event,) = manager.events(PointsAdjusted)
    assert [(use.grant_id, use.points) for use in event.uses] == [("g1", 60)]
    assert event.entry.available_on is None
    (grant,) = manager.memory.journal.allowances(ANNA)
    assert grant.left == 0
    assert card(manager.till.member_card(ANNA)).points == 1190
    assert refusal(manager.till.adjust_points(ANNA, -9999, "mistake")) == "adjust_beyond"


def test_with_a_link_the_server_lends_what_is_taken_off_and_the_rest_goes_back(manager: Bench):
    manager.courier.online = True
    assert notices(manager.till.adjust_points(ANNA, -100, "mistake")) == ["asking_server"]
    assert manager.events(PointsAdjusted) == []
    manager.grant("anna", 130, kind="identified")
    manager.courier.answers("identify", member={})
    assert manager.codes_heard()[-1] == "points_taken"
    assert manager.events(PointsAdjusted)[0].entry.points == -100
    (back,) = manager.events(AllowanceReturned)
    assert sum(use.points for use in back.uses) == 30


def test_what_lies_at_another_till_is_said_and_asked_for_once(manager: Bench):
    manager.courier.online = True
    manager.till.adjust_points(ANNA, -100, "mistake")
    manager.grant("anna", 40, kind="identified")
    manager.courier.answers("identify", member={})
    assert manager.codes_heard()[-1] == "adjust_elsewhere"
    assert manager.events(PointsAdjusted) == []
    assert [one.kind for one in manager.courier.asked] == []


def test_a_member_who_is_gone_when_the_server_answers_is_said(manager: Bench):
    manager.courier.online = True
    manager.till.adjust_points(ANNA, -100, "mistake")
    manager.mirrors(gone("store:s1", 500, "member", ANNA))
    manager.courier.answers("identify", member=None)
    assert manager.codes_heard()[-1] == "unknown_member"


@pytest.mark.parametrize(
    ("points", "reason", "code"),
    [
        (0, "why", "bad_points"),
        (10**9, "why", "bad_points"),
        (5, "  ", "reason_needed"),
        (5, "x" * 301, "reason_needed"),
    ],
)
def test_no_points_move_without_a_number_and_a_reason(manager: Bench, points, reason, code):
    assert refusal(manager.till.adjust_points(ANNA, points, reason)) == code


def test_a_cashier_needs_somebody_with_the_right_and_nobody_adjusts_their_own(shop: Bench):
    assert refusal(shop.till.adjust_points(ANNA, 5, "why")) == "needs_override"
    ok(shop.till.adjust_points(ANNA, 5, "why", MARIA))
    assert shop.events(PointsAdjusted)[0].override_by == "maria"
    olga = member_id("olga")
    assert refusal(shop.till.adjust_points(olga, 5, "why", MARIA)) == "own_adjustment"
    assert refusal(shop.till.adjust_points("nobody", 5, "why", MARIA)) == "unknown_member"


def test_above_the_shops_limit_two_people_say_so(manager: Bench):
    manager.mirrors(
        row("store:s1", 600, "setting", "adjust_points_limit",
            {"name": "adjust_points_limit", "value": 100})
    )  # fmt: skip
    ok(manager.till.adjust_points(ANNA, 100, "why"))
    assert refusal(manager.till.adjust_points(ANNA, 101, "why")) == "needs_second_person"
    assert refusal(manager.till.adjust_points(ANNA, 101, "why", MARIA)) == "needs_second_person"
    petr = ("petr", "2222")
    assert refusal(manager.till.adjust_points(ANNA, 101, "why", petr)) == "override_lacks_right"
    ok(manager.till.sign_off())
    assert refusal(manager.till.adjust_points(ANNA, 101, "why", MARIA)) == "sign_on_first"
    ok(manager.till.sign_on("petr", "2222"))
    ok(manager.till.adjust_points(ANNA, 101, "why", MARIA))
    assert manager.events(PointsAdjusted)[-1].override_by == "maria"


def test_training_and_a_full_disk_change_nothing(tmp_path):
    bench = Bench(tmp_path, training=True).open_shift("maria")
    assert refusal(bench.till.adjust_points(ANNA, 5, "why")) == "not_in_training"
    assert refusal(bench.till.merge_members(ANNA, GLEB, "why")) == "not_in_training"
    bench.close()

    def full(name):
        if name == "record.events":
            raise StorageFull

    bench = Bench(tmp_path, points=full)
    bench.till.station.operator = bench.mirror.operators()[1]
    bench.till.station.settings = type(bench.till.station.settings)(
        tax=bench.till.station.settings.tax
    )
    for answer in (
        bench.till.adjust_points(ANNA, 5, "why"),
        bench.till.merge_members(ANNA, GLEB, "why"),
        bench.till.member_card(ANNA),
    ):
        assert refusal(answer) == "storage_full"
    bench.courier.online = True
    assert refusal(bench.till.sign_conflict("c1", "note", "why")) == "storage_full"
    assert bench.courier.asked == []
    bench.close()


# --- merging ---------------------------------------------------------------------------------


def test_a_merge_is_looked_at_first_and_changes_nothing(manager: Bench):
    plan = ok(manager.till.merge_plan(ANNA, GLEB)).data["merge_plan"]
    assert (plan.kept.id, plan.gone.id, plan.points, plan.waits) == (ANNA, GLEB, 1300, True)
    assert manager.events(MembersMerged) == []
    manager.courier.online = True
    assert not ok(manager.till.merge_plan(ANNA, GLEB)).data["merge_plan"].waits


def test_a_merge_in_the_dark_is_an_event_behind_all_that_was_said_before(manager: Bench):
    answer = manager.till.merge_members(ANNA, GLEB, "same_person")
    assert notices(answer) == ["merge_waits"]
    assert card(answer).merges == (GLEB,)
    assert card(manager.till.member_card(GLEB)).merges == (ANNA,)
    (event,) = manager.events(MembersMerged)
    assert (event.kept_id, event.gone_id, event.operator_id) == (ANNA, GLEB, "maria")
    assert (event.reason, event.phone_last4) == ("same_person", PHONES["gleb"][-4:])
    (used,) = manager.audit("merge_members")
    assert used.subject == f"{GLEB} > {ANNA}"
    manager.courier.online = True
    assert notices(manager.till.merge_members(ANNA, member_id("dina"), "why")) == ["merge_told"]


@pytest.mark.parametrize(
    ("kept", "gone", "code"),
    [
        (ANNA, ANNA, "merge_same"),
        (ANNA, VERA, "merge_blocked"),
        (VERA, ANNA, "merge_blocked"),
        (ANNA, "nobody", "unknown_member"),
    ],
)
def test_nobody_is_merged_with_oneself_with_a_blocked_one_or_a_stranger(manager, kept, gone, code):
    assert refusal(manager.till.merge_plan(kept, gone)) == code
    assert refusal(manager.till.merge_members(kept, gone, "why")) == code
    assert manager.events(MembersMerged) == []


def test_a_merge_needs_a_reason_a_right_and_a_closed_receipt(shop: Bench):
    assert refusal(shop.till.merge_members(ANNA, GLEB, " ")) == "reason_needed"
    assert refusal(shop.till.merge_members(ANNA, GLEB, "why")) == "needs_override"
    olga = member_id("olga")
    assert refusal(shop.till.merge_members(ANNA, olga, "why", MARIA)) == "own_adjustment"
    shop.scan(MILK, CARDS["gleb"])
    assert refusal(shop.till.merge_members(ANNA, GLEB, "why", MARIA)) == "merge_on_receipt"
    ok(shop.till.pay("cash", None))
    ok(shop.till.merge_members(ANNA, GLEB, "why", MARIA))
    assert shop.events(MembersMerged)[0].override_by == "maria"


# --- conflicts -------------------------------------------------------------------------------


def told(*lines, count=1, points=30, money=30_00):
    return {"server_time": "2026-11-20T12:00:00+00:00", "open": count, "points": points,
            "money": money, "lines": list(lines)}  # fmt: skip
