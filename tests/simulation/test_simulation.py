"""The simulation holds its promises: invariants under fresh seeds, the same trace for a seed."""

import pytest

from tests.simulation.campaign import campaign, fresh_seeds, plan_of
from tests.simulation.run import play


@pytest.mark.slow
def test_the_same_seed_gives_the_same_trace(untraced):
    one, two = (play(plan_of(3)) for _ in range(2))
    assert one.trace == two.trace
    assert one.digest == two.digest


@pytest.mark.slow
def test_every_invariant_holds_under_fresh_seeds(untraced):
    total = campaign(fresh_seeds(), workers=1)
    assert total.failures == {}
