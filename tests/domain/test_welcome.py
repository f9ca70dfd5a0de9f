"""Points for joining: one lot, one id, whoever asks and however often."""

from datetime import timedelta

from pos_app.domain.loyalty.ledger import Ledger, PostResult
from pos_app.domain.loyalty.welcome import welcome_entry, welcome_lots
from tests.builders import NOON_UTC, TODAY, a_program

WELCOME = {"welcome_points": 200, "vesting_days": 3, "expires_after_days": 30}


def test_a_new_member_is_welcomed_with_a_lot_of_its_own() -> None:
    entry = welcome_entry(a_program(earn=WELCOME), "m1", NOON_UTC, TODAY)
    assert entry is not None
    assert (entry.points, entry.cause.kind, entry.cause.reason) == (200, "program", "welcome")
    (lot,) = welcome_lots(a_program(earn=WELCOME), "m1", NOON_UTC, TODAY)
    ledger = Ledger("m1")
    assert ledger.post(entry) is PostResult.POSTED
    assert ledger.post(entry) is PostResult.EXISTS
    account = ledger.account()
    assert account.lots == (lot,)
    assert (account.available(TODAY), account.available(TODAY + timedelta(days=3))) == (0, 200)
    assert lot.expires_on == TODAY + timedelta(days=30)


def test_points_that_never_end_and_a_programme_that_gives_nothing() -> None:
    (lot,) = welcome_lots(
        a_program(earn={**WELCOME, "expires_after_days": None}), "m1", NOON_UTC, TODAY
    )
    assert lot.expires_on is None
    assert welcome_lots(a_program(), "m1", NOON_UTC, TODAY) == ()
    assert welcome_entry(None, "m1", NOON_UTC, TODAY) is None
