"""A manager at two tills: points by hand, a merge, and a conflict of two dark tills signed off.

Real tills, real couriers, a real server. What is done at one till is seen at the other; what is
done in the dark is done once; what it cost is listed, decided by a name and gone from the list.
"""

import json

import pytest

from pos_app.wiring.console_till import build_console_till, wait_for_sync
from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_shop import head_office
from tests.demo_shop_once import furnished

ANITA, NIKOLAY = "2990000000019", "2990000000026"
MILK = "2000000000206"
PATIENCE_S = 30
RISK = {"per_card": 1000, "per_till_day": 5000}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with furnished(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


class Office:
    """One till with the manager at it; what was pushed is kept."""

    def __init__(self, shop, name, operator="anna", pin="1111") -> None:
        self.place = shop.till(name)
        first_sync(self.place.data, self.place.server)
        self.driver = build_console_till(self.place)
        self.till = self.driver.till.terminal
        self.heard = []
        self.beside = []
        self.till.subscribe(self.heard.append)
        assert self.till.sign_on(operator, pin).ok
        assert self.till.open_session(0).ok
        self.sync()

    def sync(self) -> None:
        for _round in range(3):
            answer = wait_for_sync(self.driver, PATIENCE_S)
            assert "error" not in answer.data["sync"], answer
            self.driver.work(0.2)

    def cable(self, *, plugged: bool) -> None:
        self.till.link(plugged)
        status = self.driver.till.courier.status
        assert self.driver.wait_for(lambda: status().online == plugged, PATIENCE_S)

    def pushed(self, name, ready=lambda found: True):
        """The newest pushed data of that name that is so."""

        def newest():
            found = [a.data[name] for a in self.heard if name in a.data and ready(a.data[name])]
            return found[-1] if found else None

        def ready_now():
            for one in self.beside:
                one.driver.work(0.01)
            return newest() is not None

        assert self.driver.wait_for(ready_now, PATIENCE_S), name
        return newest()

    def ask(self, answer, name, ready=lambda found: True):
        assert answer.ok, answer.refusal
        if name in answer.data and ready(answer.data[name]):
            return answer.data[name]
        return self.pushed(name, ready)

    def finds(self, text):
        self.heard.clear()
        return self.ask(self.till.find_members(text), "found_members")

    def card(self, text):
        """The member's card with the server's history."""
        (found,) = self.finds(text)
        self.heard.clear()
        return self.ask(self.till.member_card(found.id), "member_card", lambda c: c.whole)

    def conflicts(self):
        self.heard.clear()
        return self.ask(self.till.conflicts(), "conflicts", lambda c: c.whole)

    def leave(self) -> None:
        self.till.close()


@pytest.fixture(scope="module")
def tills(shop):
    found = [Office(shop, "office-front"), Office(shop, "office-back")]
    for one, other in (found, found[::-1]):
        one.beside.append(other)
    yield found
    for one in found:
        one.leave()


def books_are_right(shop) -> None:
    assert head_office(shop.data, "doctor") == ["the books are right"]


def test_points_given_at_one_till_are_seen_with_their_reason_at_the_other(shop, tills):
    front, back = tills
    before = front.card(ANITA)
    assert (before.points, before.ledger[0].balance) == (1250, 1250)
    front.cable(plugged=False)
    answer = front.till.adjust_points(before.id, 100, "apology")
    assert [n.code for n in answer.notices] == ["points_given"]
    dark = answer.data["member_card"]
    assert (dark.points, dark.whole) == (1350, False)
    assert [(line.points, line.unheard) for line in dark.ledger] == [(100, True)]
    front.cable(plugged=True)
    front.sync()
    back.sync()
    seen = back.card("0000")
    assert (seen.id, seen.points) == (before.id, 1350)
    newest = seen.ledger[0]
    assert (newest.kind, newest.points, newest.balance) == ("adjust", 100, 1350)
    assert (newest.reason, newest.operator, newest.unheard) == ("apology", "Анна", False)
    assert sum(lot.points for lot in seen.lots) == 1350

    # Taken off at the other till: out of what the server lends it, so that nothing is overdrawn.
    back.heard.clear()
    taken = back.ask(
        back.till.adjust_points(before.id, -1300, "mistake"), "member_card", lambda c: c.points < 99
    )
    assert taken.points == 50
    back.sync()
    front.sync()
    assert front.card(ANITA).points == 50
    books_are_right(shop)


def test_two_members_who_are_one_person_are_one_at_every_till(shop, tills):
    front, back = tills
    old = front.card(NIKOLAY)
    back.cable(plugged=False)
    assert back.till.enrol("+7 999 555-44-33", None, "Николай").ok
    assert back.till.type_text(MILK).ok
    assert back.till.pay("cash").ok
    new = back.till.find_members("+79995554433").data["found_members"][0]
    plan = back.till.merge_plan(old.id, new.id).data["merge_plan"]
    assert (plan.kept.id, plan.gone.id, plan.waits) == (old.id, new.id, True)
    answer = back.till.merge_members(old.id, new.id, "same_person")
    assert [n.code for n in answer.notices] == ["merge_waits"]
    assert answer.data["member_card"].merges == (new.id,)
    back.cable(plugged=True)
    back.sync()
    front.sync()
    seen = front.card("+79995554433")
    assert (seen.id, seen.phone_last4, seen.merges) == (old.id, old.phone_last4, ())
    assert seen.points + seen.pending == plan.points
    # The receipt of the member that went is in the history of the one that stayed.
    number = back.till.station.journal.last_document().receipt_number
    assert number in {one.number for one in seen.receipts}
    assert any(line.former for line in seen.ledger)
    books_are_right(shop)


def test_a_name_is_looked_up_where_the_member_is_mirrored_even_in_the_dark(tills):
    front, _back = tills
    front.cable(plugged=False)
    found = front.finds("анит")
    assert "Анита" in {one.display_name.split()[0] for one in found}
    assert front.till.find_members("+79161112233").refusal.code == "unknown_here"
    front.cable(plugged=True)


def test_a_conflict_of_two_dark_tills_is_listed_and_signed_off(shop, tills):
    front, back = tills
    head_office(shop.data, "settings", "set", "allowance.risk", json.dumps(RISK))
    for one in tills:
        one.sync()
    for one in tills:
        one.cable(plugged=False)
    for one in tills:
        for _ in range(12):
            assert one.till.type_text(MILK).ok
        assert one.till.scan(ANITA.encode(), "]E0").ok
        assert one.till.redeem("max").ok
        assert one.till.pay("cash").ok
    assert front.till.conflicts().data["conflicts"].whole is False
    assert front.till.sign_conflict("any", "note", "why").refusal.code == "conflicts_need_link"
    for one in tills:
        one.cable(plugged=True)
        one.sync()
    front.sync()

    told = front.conflicts()
    (line,) = [one for one in told.lines if one.kind == "overdraft"]
    assert line.points > 0 and line.money_minor > 0 and line.receipt
    assert line.actions == ("absorb", "collect", "note")
    assert told.sums.money_minor >= line.money_minor
    front.heard.clear()
    assert front.till.sign_conflict(line.id, "absorb", "a good customer").ok
    after = front.pushed("conflicts", lambda c: c.whole)
    assert after.sums.count == told.sums.count - 1
    (signed,) = [one for one in after.lines if one.id == line.id]
    assert (signed.action, signed.by, signed.actions) == ("absorb", "Анна (anna)", ())

    # The other till sees who has signed, and cannot sign it again.
    other = back.conflicts()
    assert next(one for one in other.lines if one.id == line.id).reason == "a good customer"
    back.heard.clear()
    assert back.till.sign_conflict(line.id, "collect", "no").ok
    assert back.driver.wait_for(
        lambda: any(a.refusal and a.refusal.code == "conflict_signed" for a in back.heard), 30
    )
    # Head office sees the same word; the dark till still says how many there were, and when.
    assert any("absorb" in row for row in head_office(shop.data, "conflicts"))
    front.cable(plugged=False)
    dark = front.till.conflicts()
    assert dark.data["conflicts"].sums.count == after.sums.count
    assert dark.data["conflicts"].sums.seen_at is not None
    front.cable(plugged=True)
    front.sync()
    assert front.card(ANITA).debt == 0
    books_are_right(shop)
