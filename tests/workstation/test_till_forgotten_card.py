"""A forgotten card: a receipt of nobody earns for the member who comes back with it, once."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pos_app.domain.events import ReceiptCredited
from pos_app.domain.forgotten_card import as_members
from pos_app.domain.loyalty.account import EntryKind
from tests.sync.mirror.feeds import gone
from tests.workstation.tills import (
    CARDS,
    CHEESE,
    MILK,
    PROGRAM,
    STRANGE_CARD,
    SWEETS,
    TOBACCO,
    Bench,
    member_id,
    member_row,
    notices,
    ok,
    program_row,
    refusal,
)

ANNA = member_id("anna")


def earning(**more):
    return json.loads(json.dumps({**PROGRAM, "earn": {**PROGRAM["earn"], **more}}))


def known(bench: Bench):
    return bench.till.station.known.account


def comes_back(bench: Bench, who: str = "anna"):
    """The member stands at the counter again, with nothing to buy."""
    bench.scan(CARDS[who])
    return bench


def credited(bench: Bench, number: str = "A000001"):
    return bench.till.credit_receipt(number)


def what_the_card_would_have_earned(bench: Bench, *codes: str) -> int:
    bench.scan(CARDS["anna"], *codes)
    points = bench.sale.points_earned
    ok(bench.till.void_transaction("mistake"))
    return points


def test_a_receipt_earns_for_whoever_had_forgotten_the_card(senior):
    wanted = what_the_card_would_have_earned(senior, CHEESE, MILK)
    sold = senior.sold(CHEESE, MILK)
    comes_back(senior)
    before = known(senior).balance
    assert notices(credited(senior, "K1R:A000001")) == ["receipt_credited_later"]
    (event,) = senior.events(ReceiptCredited)
    assert event.entry.points == wanted > 0
    assert (event.entry.kind, event.member_id) == (EntryKind.EARN, ANNA)
    assert event.entry.cause.id == sold.transaction_id == event.receipt_id
    assert event.entry.available_on == senior.till.station.business_on() + timedelta(days=1)
    assert known(senior).balance == before + wanted, "the panel shows it at once"
    assert senior.view.member.pending == wanted
    assert senior.audit("credit_receipt")[0].subject == f"A000001 {ANNA} +{wanted}"


def test_a_receipt_is_credited_once_to_anybody(senior):
    senior.sold(CHEESE)
    ok(credited(comes_back(senior)))
    assert refusal(credited(senior)) == "credit_twice"
    senior.restart()
    ok(senior.till.sign_on("petr", "2222"))
    assert refusal(credited(comes_back(senior, "boris"))) == "credit_twice"
    assert len(senior.events(ReceiptCredited)) == 1


def test_a_receipt_that_is_somebodys_is_not_credited(senior):
    senior.scan(CHEESE, CARDS["boris"])
    ok(senior.till.pay("cash"))
    assert refusal(credited(comes_back(senior))) == "credit_has_member"
    ok(senior.till.remove_member())
    senior.scan(CHEESE, STRANGE_CARD)
    number = ok(senior.till.pay("cash")).data["receipt_number"]
    assert senior.documents()[-1].member_id is None, "a card that only the server may know"
    assert refusal(credited(comes_back(senior), number)) == "credit_has_member"
    assert senior.events(ReceiptCredited) == []


def test_who_what_and_which_receipt_are_asked_for_first(senior):
    senior.sold(CHEESE)
    assert refusal(credited(senior)) == "credit_who"
    comes_back(senior)
    assert refusal(credited(senior, "B000001")) == "credit_elsewhere"
    ok(senior.till.return_sale("A000001", reason="defect"))
    assert refusal(credited(senior)) == "finish_first"


def test_nothing_is_credited_before_sign_on_nor_while_money_is_on_the_way(bench):
    assert refusal(bench.till.credit_receipt("A000001")) == "sign_on_first"
    bench.open_shift("petr")
    bench.sold(CHEESE)
    bench.scan(CARDS["anna"], MILK)
    ok(bench.till.tender("cash", 1_00))
    assert refusal(credited(bench)) == "tenders_taken"


@pytest.mark.parametrize(
    ("days", "late", "said"),
    [
        (14, 14, "receipt_credited_later"),
        (14, 15, "credit_too_late"),
        (3, 4, "credit_too_late"),
        (0, 0, "credit_never"),
    ],
)
def test_the_days_of_the_programme_are_kept_on_both_sides_of_the_border(senior, days, late, said):
    senior.mirrors(program_row(2000, earning(forgotten_card_days=days)))
    senior.sold(CHEESE)
    ok(senior.till.close_session(0, "not_found"))
    ok(senior.till.end_of_day(0, "not_found"))
    senior.clock.move(days=late)
    if senior.view.operator is None:
        ok(senior.till.sign_on("petr", "2222"))
    ok(senior.till.open_session(0))
    answer = credited(comes_back(senior))
    assert (notices(answer)[0] if answer.ok else refusal(answer)) == said


def test_goods_that_came_back_earn_nothing(senior):
    whole = what_the_card_would_have_earned(senior, CHEESE, MILK)
    kept = what_the_card_would_have_earned(senior, MILK)
    senior.sold(CHEESE, MILK)
    ok(senior.till.return_sale("A000001", [(1, "1")], reason="defect"))
    ok(senior.till.complete())
    ok(credited(comes_back(senior)))
    assert senior.events(ReceiptCredited)[0].entry.points == kept < whole
    ok(senior.till.remove_member())
    ok(senior.till.return_sale("A000001", reason="defect"))
    assert senior.sale.points_earned == kept
    ok(senior.till.complete())
    assert known(comes_back(senior)).balance == 1250


def test_a_return_takes_back_the_share_of_its_goods_and_all_returns_everything(senior):
    senior.sold(SWEETS, SWEETS, SWEETS, CHEESE, MILK)
    sold = senior.documents()[0]
    ok(credited(comes_back(senior)))
    points = senior.events(ReceiptCredited)[0].entry.points
    spend = senior.till.station.known.unposted_spend
    ok(senior.till.remove_member())
    taken = 0
    for lines in ([(1, "1")], [(2, "1")], [(1, "2"), (3, "1")]):
        ok(senior.till.return_sale("A000001", lines, reason="defect"))
        taken += senior.sale.points_earned
        ok(senior.till.complete())
        back = senior.documents()[-1]
        assert (back.member_id, back.original_id) == (None, sold.transaction_id)
        assert all(e.member_id == ANNA and e.points < 0 for e in back.entries)
    assert taken == points
    assert known(comes_back(senior)).balance == 1250
    assert senior.till.station.known.unposted_spend == spend == (), "earning only: no turnover"


def test_a_receipt_of_which_nothing_is_kept_or_earned_is_refused(senior):
    senior.sold(CHEESE)
    ok(senior.till.return_sale("A000001", reason="defect"))
    ok(senior.till.complete())
    assert refusal(credited(comes_back(senior))) == "credit_nothing"
    assert refusal(credited(senior, "A000002")) == "is_a_return"


def test_barred_goods_earn_nothing_afterwards_either(senior):
    senior.scan(TOBACCO)
    ok(senior.till.confirm("age", "seen"))
    ok(senior.till.pay("cash"))
    assert refusal(credited(comes_back(senior))) == "credit_nothing"


def test_the_member_earns_by_their_tier_and_the_rules_of_the_receipts_day(senior):
    rules = [{"id": "base-earn", "percent": "5", "by_tier": {"silver": {"percent": "10"}}}]
    senior.mirrors(program_row(2000, {**earning(rules=rules), "version": 2}))
    senior.sold(CHEESE)
    dearer = [{"id": "base-earn", "percent": "50"}]
    senior.mirrors(
        program_row(2001, {**earning(rules=dearer), "version": 3}),
        member_row("boris", 2002, 10, spend_by_month={"2026-11": 9_000_00}),
    )
    net = senior.documents()[0].totals.net_minor
    ok(credited(comes_back(senior, "boris")))
    assert senior.events(ReceiptCredited)[0].entry.points == net // 1000
    assert senior.events(ReceiptCredited)[0].entry.program.version == 2


def test_nobody_credits_in_training(tmp_path):
    bench = Bench(tmp_path, training=True).open_shift("petr")
    assert refusal(credited(comes_back(bench))) == "not_in_training"
    bench.close()


def test_a_credit_lies_beside_the_returns_of_its_receipt(senior):
    journal = senior.memory.journal
    sold = senior.sold(CHEESE)
    assert journal.credit_of(sold.transaction_id) is None
    ok(credited(comes_back(senior)))
    event = journal.credit_of(sold.transaction_id)
    assert event == senior.events(ReceiptCredited)[0]
    assert journal.returns_of(sold.transaction_id) == ()
    assert journal.unposted(ANNA, 0)[-1] == event.entry
    assert event.entry.business_on == date(2026, 11, 20)


def test_what_transaction_promotions_took_off_counts_where_the_programme_says_so(senior):
    half = {"id": "all-off", "kind": "percent", "percent": "50", "scope": "transaction"}
    rules = earning(base="before_transaction_promotions")
    senior.mirrors(program_row(2000, {**rules, "version": 2, "promotions": [half]}))
    wanted = what_the_card_would_have_earned(senior, CHEESE)
    sold = senior.sold(CHEESE)
    ok(credited(comes_back(senior)))
    event = senior.events(ReceiptCredited)[0]
    assert event.entry.points == wanted
    assert event.lines[0].base_minor == sold.totals.list_minor > sold.totals.net_minor


def test_a_credit_that_names_fewer_lines_leaves_the_others_as_they_were(senior):
    sold = senior.sold(CHEESE, MILK)
    ok(credited(comes_back(senior)))
    event = senior.events(ReceiptCredited)[0]
    fewer = as_members(sold, replace(event, lines=event.lines[:1]))
    assert fewer.lines[1] == sold.lines[1]
    assert fewer.totals.points_earned == event.lines[0].points
    assert as_members(sold, None) is sold


def test_without_the_receipts_own_programme_the_one_in_force_gives_the_points(senior):
    senior.sold(CHEESE)
    senior.mirrors(
        gone("chain", 2000, "program", "small@1"),
        program_row(2001, {**earning(), "version": 2}),
    )
    ok(credited(comes_back(senior)))
    assert senior.events(ReceiptCredited)[0].entry.program.version == 2
