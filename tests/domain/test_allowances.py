"""Points that a till may spend with no link: drawn from grants, never beyond them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.loyalty.allowance import Allowance, AllowanceUse, after_use, draw, spendable
from tests.builders import NOON_UTC


def grant(grant_id: str, granted: int, **fields) -> Allowance:
    return Allowance(grant_id, "m1", granted, **fields)


def test_a_till_spends_what_is_left_of_grants_whose_lease_runs() -> None:
    soon = NOON_UTC + timedelta(hours=1)
    grants = [
        grant("a", 50, spent=20, returned=10),
        grant("b", 30, lease_until=soon),
        grant("dead", 99, lease_until=NOON_UTC),
    ]
    assert spendable(grants, NOON_UTC) == 50
    assert draw(grants, 40, NOON_UTC) == ((AllowanceUse("b", 30), AllowanceUse("a", 10)), 0)
    assert draw(grants, 70, NOON_UTC)[1] == 20


def test_grants_that_go_back_after_the_sale_are_spent_first() -> None:
    grants = [grant("placed", 10), grant("asked", 10, kind="identified")]
    assert draw(grants, 5, NOON_UTC)[0] == (AllowanceUse("asked", 5),)


def test_a_grant_is_never_spent_beyond_what_is_left() -> None:
    assert after_use(grant("a", 50, spent=20), 30).left == 0
    for points in (31, 0, -1):
        with pytest.raises(ValueError, match="30 left"):
            after_use(grant("a", 50, spent=20), points)


GRANTS = st.lists(
    st.tuples(
        st.integers(0, 90),
        st.integers(0, 90),
        st.integers(0, 90),
        st.sampled_from(["placed", "identified"]),
        st.none() | st.integers(-2, 2),
    ),
    max_size=6,
)


@given(GRANTS, st.lists(st.integers(0, 80), max_size=5))
def test_draws_never_exceed_what_is_left_however_often_a_till_draws(rows, wishes) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    grants = {
        f"g{n}": grant(
            f"g{n}",
            points + spent + returned,
            spent=spent,
            returned=returned,
            kind=kind,
            lease_until=None if hours is None else now + timedelta(hours=hours),
        )
        for n, (points, spent, returned, kind, hours) in enumerate(rows)
    }
    most, drawn = spendable(grants.values(), now), 0
    for wish in wishes:
        left = spendable(grants.values(), now)
        uses, rest = draw(grants.values(), wish, now)
        assert sum(use.points for use in uses) + rest == wish
        assert rest == max(wish - left, 0)
        for use in uses:
            assert grants[use.grant_id].live(now)
            grants[use.grant_id] = after_use(grants[use.grant_id], use.points)
        drawn += wish - rest
    assert drawn <= most
