"""The server's conflicts at the till: seen in the dark, signed off with reason and right."""

import pytest

from tests.sync.mirror.feeds import row
from tests.workstation.test_till_office import ANNA, GLEB, pushed, told
from tests.workstation.tills import (
    CARDS,
    MARIA,
    Bench,
    member_row,
    notices,
    ok,
    refusal,
)

LINE = {"id": "c1", "kind": "overdraft", "at": "2026-11-20T11:00:00+00:00", "terminal": "t1",
        "terminal_name": "Касса 1", "member": ANNA, "receipt": "A000007", "points": 30,
        "money": 30_00}  # fmt: skip
SIGNED = {**LINE, "id": "c2", "kind": "parked", "member": "", "state": "signed_off",
          "action": "note", "by": "Мария (maria)", "reason": "seen",
          "signed_at": "2026-11-20T11:30:00+00:00"}  # fmt: skip


def test_a_dark_till_says_that_conflicts_are_the_servers_and_when_they_were_last_seen(manager):
    answer = manager.till.conflicts()
    assert notices(answer) == ["conflicts_dark"]
    never = answer.data["conflicts"]
    assert (never.whole, never.sums.count, never.sums.seen_at) == (False, 0, None)
    manager.courier.online = True
    ok(manager.till.conflicts())
    manager.courier.answers("conflicts", **told(LINE, SIGNED))
    seen = pushed(manager, "conflicts")[-1]
    assert seen.whole
    waiting, signed = seen.lines
    assert waiting.actions == ("absorb", "collect", "note")
    assert (waiting.member, waiting.receipt, waiting.money_minor) == (
        f"Anna ··{CARDS['anna'][-4:]}", "A000007", 30_00,
    )  # fmt: skip
    assert (signed.actions, signed.by, signed.member) == ((), "Мария (maria)", "")
    assert signed.signed_at is not None
    manager.courier.online = False
    manager.restart()
    ok(manager.till.sign_on(*MARIA))
    dark = manager.till.conflicts().data["conflicts"]
    assert (dark.sums.count, dark.sums.money_minor, dark.whole) == (1, 30_00, False)
    assert dark.sums.seen_at.isoformat() == "2026-11-20T15:00:00+03:00"
    sums = ok(manager.till.open_conflicts()).data["open_conflicts"]
    assert sums == dark.sums


def test_a_conflict_without_a_debt_is_only_noted_and_a_nameless_member_is_digits(manager: Bench):
    manager.courier.online = True
    nameless = {**member_state("gleb"), "display_name": ""}
    manager.mirrors(row("store:s1", 700, "member", GLEB, nameless))
    ok(manager.till.conflicts())
    manager.courier.answers("conflicts", **told({**LINE, "kind": "clock_skew", "member": GLEB}))
    (line,) = pushed(manager, "conflicts")[-1].lines
    assert line.actions == ("note",)
    assert line.member == f"··{CARDS['gleb'][-4:]}"


def member_state(name):
    import json

    return json.loads(bytes(member_row(name, 1).body))


def test_a_signature_is_in_the_audit_chain_before_the_server_hears_it(manager: Bench):
    assert refusal(manager.till.sign_conflict("c1", "note", " ")) == "reason_needed"
    assert refusal(manager.till.sign_conflict("c1", "note", "seen")) == "conflicts_need_link"
    assert manager.audit("sign_conflict") == []
    manager.courier.online = True
    assert notices(manager.till.sign_conflict("c1", "absorb", "good_customer")) == ["asking_server"]
    (used,) = manager.audit("sign_conflict")
    assert (used.subject, used.reason) == ("c1", "absorb: good_customer")
    asked = manager.courier.answers("sign_off", line={**LINE, "state": "signed_off"})
    assert asked.fields == {
        "conflict": "c1", "action": "absorb", "operator": "maria", "reason": "good_customer",
    }  # fmt: skip
    assert manager.codes_heard()[-1] == "conflict_signed_off"
    manager.courier.answers("conflicts", **told(count=0, points=0, money=0))
    assert pushed(manager, "conflicts")[-1].sums.count == 0


@pytest.mark.parametrize(
    ("reply", "code", "asks"),
    [
        ({"refused": "signed_off"}, "conflict_signed", 1),
        ({"refused": "no_right"}, "conflict_no_right", 1),
        ({"refused": "unknown_conflict"}, "conflict_gone", 1),
        ({"error": "timeout"}, "conflict_unanswered", 0),
    ],
)
def test_what_the_server_says_no_to_is_said(manager: Bench, reply, code, asks):
    manager.courier.online = True
    ok(manager.till.sign_conflict("c1", "note", "seen"))
    manager.courier.answers("sign_off", **reply)
    assert manager.codes_heard()[-1] == code
    assert len(manager.courier.asked) == asks


def test_a_list_that_does_not_come_says_what_was_seen(manager: Bench):
    manager.courier.online = True
    ok(manager.till.conflicts())
    manager.courier.answers("conflicts", error="lost")
    assert manager.codes_heard()[-1] == "conflicts_dark"
    assert not pushed(manager, "conflicts")[-1].whole


def test_the_count_for_a_menu_is_asked_quietly_by_whoever_may_know(shop: Bench):
    shop.courier.online = True
    ok(shop.till.recount_conflicts())
    assert shop.courier.asked == []
    ok(shop.till.sign_off())
    ok(shop.till.recount_conflicts())
    ok(shop.till.sign_on(*MARIA))
    ok(shop.till.recount_conflicts())
    before = len(shop.heard)
    shop.courier.answers("conflicts", error="lost")
    assert len(shop.heard) == before
    ok(shop.till.recount_conflicts())
    asked = shop.courier.answers("conflicts", **told(count=2))
    assert asked.fields == {"signed": False}
    assert ok(shop.till.open_conflicts()).data["open_conflicts"].count == 2
    assert not pushed(shop, "conflicts")


def test_what_was_remembered_and_cannot_be_read_is_nothing(manager: Bench):
    manager.memory.journal.remember("conflicts", b"not json")
    assert ok(manager.till.open_conflicts()).data["open_conflicts"].seen_at is None


def test_whoever_may_sign_sees_how_many_wait_and_nobody_else(manager: Bench):
    manager.courier.online = True
    ok(manager.till.sign_off())
    ok(manager.till.sign_on(*MARIA))
    assert manager.view.link.conflicts == 0
    manager.courier.answers("conflicts", **told(LINE))
    assert manager.view.link.conflicts == told(LINE)["open"] > 0
    ok(manager.till.sign_off())
    assert manager.view.link.conflicts == 0
    ok(manager.till.sign_on("ivan", "1111"))
    assert manager.view.link.conflicts == 0
