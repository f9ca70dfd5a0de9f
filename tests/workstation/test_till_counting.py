"""The drawer is counted before it is closed, and no count is forgotten."""

from pos_app.domain.events import RightUsed
from tests.workstation.tills import MILK, notices, ok, refusal


def counts(bench):
    return [e for e in bench.events(RightUsed) if e.action == "drawer_counted"]


def test_a_count_closes_nothing_says_the_difference_and_is_kept(manager):
    manager.sold(MILK)
    expected = manager.memory.journal.session().cash_minor
    answer = manager.till.count_drawer(expected - 100)
    assert notices(answer) == ["drawer_short"]
    assert answer.notices[0].text.args["amount"].minor == 100
    assert notices(manager.till.count_drawer(expected + 200)) == ["drawer_over"]
    assert answer.data["difference_minor"] == -100
    assert manager.view.session is not None
    right = ok(manager.till.count_drawer(expected))
    assert (right.data["difference_minor"], notices(right)) == (0, [])
    assert [e.amount_minor for e in counts(manager)] == [-100, 200, 0], "the first count stays"


def test_nothing_is_counted_without_a_session_or_an_amount(bench):
    assert refusal(bench.till.count_drawer(0)) == "sign_on_first"
    ok(bench.till.sign_on("maria", "3333"))
    assert refusal(bench.till.count_drawer(0)) == "no_session"
    ok(bench.till.open_session(0))
    assert refusal(bench.till.count_drawer(-1)) == "bad_amount"
