"""The policy experiment, cut short: the promises hold in every arm that the product could run."""

import pytest

from tests.evidence.allowances import ARMS, Chain, main, ratio, world


@pytest.fixture(scope="module")
def results():
    around = world(900, 60, seed=3)
    return {name: Chain(around, arm).run() for name, arm in ARMS.items()}


def test_no_arm_of_allowances_ever_overdraws_and_spending_the_mirror_does(results) -> None:
    assert {r.overdrafts for name, r in results.items() if name != "mirror"} == {0}
    around = world(900, 60, seed=3)
    crooks = [True] * 90 + [False] * 810
    around = type(around)(900, 60, around.home, crooks, around.dark, around.visits)
    assert Chain(around, ARMS["mirror"]).run().overdrafts > 0
    assert Chain(around, ARMS["product+moves"]).run().overdrafts == 0


def test_placement_with_moves_leaves_at_most_two_thirds_of_the_refusals(results) -> None:
    assert results["home"].short > 20
    assert ratio(results, "product+moves", "home") <= 2 / 3
    assert results["product"].short < results["home"].short < results["home"].wanted
    assert results["block"].cut == 0 < results["block"].denied


def test_the_same_seed_tells_the_same_story() -> None:
    first, again = (Chain(world(80, 20), ARMS["product"]).run() for _ in range(2))
    assert first == again


def test_the_table_is_printed_and_the_command_says_whether_the_promises_hold(capsys) -> None:
    assert main(["150", "30"]) in (0, 1)
    said = capsys.readouterr().out
    assert "product+moves / home" in said
    assert said.count("%") > len(ARMS)
