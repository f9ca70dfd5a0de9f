"""When a redemption wants a yes, and three tries for a PIN."""

from datetime import UTC, datetime

import pytest
from argon2 import PasswordHasher

from pos_app.domain.loyalty.confirmation import PIN, Confirmation, is_wanted
from pos_app.domain.loyalty.pin import TRIES, before_trying, judge
from pos_app.domain.mechanics.redeem import Redeem
from pos_app.gear.secrets import Argon2PinHasher

PINS = Argon2PinHasher(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
VERIFIER = PINS.hash_pin("4821")
YES = Confirmation(PIN, "m1", datetime(2026, 11, 20, tzinfo=UTC))


@pytest.mark.parametrize(
    ("limit", "points", "given", "wanted"),
    [
        (500, 500, None, False),
        (500, 501, None, True),
        (500, 501, YES, False),
        (0, 1_000_000, None, False),
    ],
)
def test_only_points_above_the_limit_want_a_yes(limit, points, given, wanted):
    assert is_wanted(Redeem(confirm_above=limit), points, given) is wanted


def test_the_right_pin_says_yes_and_a_wrong_one_counts_down():
    assert judge(PINS, VERIFIER, "4821", 2) is None
    said = [judge(PINS, VERIFIER, "0000", wrong) for wrong in range(TRIES)]
    assert [one.key for one in said] == ["pin.wrong", "pin.wrong", "pin.no_tries"]
    assert [one.args.get("left") for one in said] == [2, 1, None]


@pytest.mark.parametrize(
    ("verifier", "pin", "wrong", "key"),
    [
        ("", "4821", 0, "pin.none"),
        (VERIFIER, "4821", TRIES, "pin.no_tries"),
        (VERIFIER, "48a1", 0, "pin.shape"),
        (VERIFIER, "481", 0, "pin.shape"),
        (VERIFIER, "123456789", 0, "pin.shape"),
        (VERIFIER, "٤٨٢١", 0, "pin.shape"),
    ],
    ids=["no_pin", "no_tries", "a_letter", "too_short", "too_long", "other_digits"],
)
def test_what_is_not_even_tried_says_why(verifier, pin, wrong, key):
    assert before_trying(verifier, pin, wrong).key == key
    assert before_trying(VERIFIER, "4821", TRIES - 1) is None


def test_a_verifier_that_nobody_can_read_is_a_wrong_pin():
    assert judge(PINS, "rubbish", "4821", 0).key == "pin.wrong"
