"""`kopilka program explain`: a basket knows of its customer what the till would know."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.program.commands import HEADING, ROOT, a_program, run, written

ROWS = HEADING + "\n1;2026-03-01 12:30;7;x1;Halva;Home;3;100,00;300,00\n"

LOYAL = a_program(
    tiers={"by": "spend", "period": "year", "list": [{"id": "base"}, {"id": "gold", "from": "9"}]},
    promotions=[
        {"id": "free-coffee", "name": {"en": "Free coffee"}, "kind": "cheapest_free",
         "goods": {"categories": ["Coffee"]}, "when": {"segments": ["stamps/coffee"]}},
        {"id": "fish", "name": {"en": "Your fish"}, "kind": "percent", "percent": "20",
         "goods": {"categories": ["Fish"]}, "when": {"segments": ["offer/fish"]}},
        {"id": "mug", "name": {"en": "Mug"}, "kind": "percent", "percent": "100", "claim": True,
         "goods": {"items": ["mug"]}, "cost_points": 500},
        {"id": "opened", "kind": "percent", "percent": "10", "goods": {"items": ["no"]},
         "coupon_needed": "spring"},
    ],
    member_discounts=[
        {"id": "old", "name": {"en": "Pensioners"}, "kind": "fixed", "percent": "10",
         "evidence": {"en": "pension card"}, "goods": {"categories": ["Bread"]}}],
    coupons=[{"id": "spring", "kind": "code", "codes": [{"code": "SPRING10"}], "use": "multi_use"}],
    earn={"rules": [{"id": "base", "name": {"en": "Base"}, "percent": "1"},
                    {"id": "chosen", "name": {"en": "Chosen"}, "percent": "5"}]},
    cashback={"choice": {"categories": ["Tea", "Fish", "Home"], "count": 2, "rules": ["chosen"]},
              "caps": [{"id": "monthly", "name": {"en": "Cap"}, "points": 100, "period": "month"}]},
    redeem={"point_value": "1.00", "max_share": "30"},
    stamps={"cards": [
        {"id": "coffee", "name": {"en": "Coffee"}, "kind": "units", "needed": 5,
         "goods": {"categories": ["Coffee"]}, "reward": "free-coffee"},
        {"id": "days", "name": {"en": "Days"}, "kind": "streak", "needed": 3, "every": "day"},
        {"id": "both", "name": {"en": "Both"}, "kind": "set", "needed": 2,
         "elements": ["Tea", "Fish"]}]},
    offers={"list": [{"id": "fish", "segments": ["vip"], "uses": 2, "period": "month"}]},
    draws={"list": [{"id": "car", "name": {"en": "Car"}, "per": "100.00"}]},
    early_access=[{"id": "new", "goods": {"categories": ["New"]}, "tiers": ["gold"],
                   "from": "2026-11-15", "open_to_all": "2026-12-01"}],
)  # fmt: skip


def explained(capsys, folder: Path, category: str, customer: dict | None, **more) -> list[str]:
    line = {"item": "mug", "name": "Mug", "price": "1000.00", "categories": [category]}
    basket = {"at": "2026-11-20T12:00:00+03:00", "lines": [line], **more}
    if customer is not None:
        basket["customer"] = {"id": "m1", **customer}
    program = written(folder, "loyal.json", LOYAL)
    path = written(folder, "basket.json", basket)
    _, said = run(capsys, "explain", program, "--basket", path, "--language", "en")
    return said


@pytest.mark.parametrize(
    ("chosen", "points"), [({}, 10), ({"chosen": {}}, 10), ({"chosen": {"chosen": ["Home"]}}, 50)]
)
def test_who_chose_no_category_earns_in_none(capsys, tmp_path, chosen, points) -> None:
    assert f"  Earned: {points} points" in explained(capsys, tmp_path, "Home", chosen)


def test_a_full_stamp_card_and_an_offer_open_what_they_open_at_a_till(capsys, tmp_path) -> None:
    coffee = explained(capsys, tmp_path, "Coffee", {"stamps": {"coffee": 5}})
    assert any(line.startswith("  Free coffee: −₽1,000.00") for line in coffee), coffee
    assert "  Coffee: 0 of 5, 5 to go" in coffee
    four = explained(capsys, tmp_path, "Coffee", {"stamps": {"coffee": 4}})
    assert "  Coffee: 5 of 5, the reward is yours" in four
    vip = {"segments": ["vip"], "uses": {"offer/fish": 1}}
    assert any("Your fish: −" in x for x in explained(capsys, tmp_path, "Fish", vip))
    used = {"segments": ["vip"], "uses": {"fish": 2}}
    assert not any("Your fish: −" in x for x in explained(capsys, tmp_path, "Fish", used))


def test_streaks_sets_and_draws_are_counted_on(capsys, tmp_path) -> None:
    said = explained(capsys, tmp_path, "Tea", {"stamps": {"days": 2, "both": 1}})
    assert "  Draw Car: entries 10" in said
    assert not any(line.startswith("  Both") for line in said), "Tea was there already"
    assert "  Both: 1 of 2 collected, 1 to go" in explained(capsys, tmp_path, "Tea", {})


def test_what_cut_the_receipt_is_said(capsys, tmp_path) -> None:
    said = explained(capsys, tmp_path, "Home", {"earned": {"monthly": 97}})
    assert "  Earned: 3 points" in said
    assert any(line.startswith("  Cap: ") for line in said), said


def test_rules_of_earning_take_nothing_off(capsys, tmp_path) -> None:
    said = explained(capsys, tmp_path, "Home", {})
    assert "  Base; lines 1" in said


def test_points_stand_on_their_lines_and_rewards_apart(capsys, tmp_path) -> None:
    paid = explained(capsys, tmp_path, "Home", {"points": 900}, points=100)
    assert "      by points ₽100.00, in money ₽900.00" in paid
    assert "  Paid by points (100 points): −₽100.00" in paid
    claimed = explained(capsys, tmp_path, "Home", {"points": 600}, claims=["mug"])
    assert "  Given for points: 500 points" in claimed
    assert not any(line.startswith("  Paid by points") for line in claimed)
    assert "  Points do not pay for these items" in claimed


def test_evidence_that_was_seen_opens_the_discount(capsys, tmp_path) -> None:
    assert not any("Pensioners: −" in x for x in explained(capsys, tmp_path, "Bread", {}))
    seen = explained(capsys, tmp_path, "Bread", {}, evidence=["old"])
    assert any(line.startswith("  Pensioners: −₽100.00") for line in seen), seen


def test_goods_that_are_not_for_this_customer_yet_say_so(capsys, tmp_path) -> None:
    def early(customer: dict | None) -> bool:
        said = explained(capsys, tmp_path, "New", customer)
        return any(line.startswith("      ") and "Mug" in line for line in said)

    assert early(None)
    assert early({"tier": "base"})
    assert not early({"tier": "gold"})


@pytest.mark.parametrize(
    ("customer", "more", "fault"),
    [
        ({}, {"coupons": ["zz"]}, "coupons[0]: there is no coupon 'zz'; there are: spring"),
        ({}, {"coupons": ["spring10"]}, "coupons[0]: 'spring10' is a code: a basket names"),
        ({}, {"claims": ["mugg"]}, "claims[0]: there is no promotion to claim 'mugg'"),
        ({}, {"evidence": ["ol"]}, "evidence[0]: there is no discount with evidence 'ol'"),
        ({"tier": "plat"}, {}, "customer.tier: there is no tier 'plat'; there are: base, gold"),
        ({"segments": ["vips"]}, {}, "customer.segments[0]: there is no segment 'vips'"),
        ({"spend": {"decade": "1"}}, {}, "customer.spend.decade: there is no period 'decade'"),
        ({"earned": {"zz": 1}}, {}, "customer.earned.zz: there is no cap 'zz'"),
        ({"stamps": {"zz": 1}}, {}, "customer.stamps.zz: there is no stamp card 'zz'"),
        ({"uses": {"zz": 1}}, {}, "customer.uses.zz: there is no promotion or offer 'zz'"),
        ({"chosen": {"zz": []}}, {}, "customer.chosen.zz: there is no rule of a choice 'zz'"),
        ({"chosen": {"chosen": ["X"]}}, {}, "customer.chosen.chosen[0]: there is no category to"),
        (
            {"chosen": {"chosen": ["Tea", "Fish", "Home"]}}, {},
            "customer.chosen.chosen: more than 2 categories",
        ),
        (
            {}, {"lines": [{"item": "x", "price": "1", "regulated": "booze"}]},
            "lines[0].regulated: there is no regulated class 'booze'; there are: alcohol",
        ),
    ],
)  # fmt: skip
def test_names_of_a_basket_that_no_rule_knows_are_faults(
    capsys, tmp_path, customer, more, fault
) -> None:
    said = explained(capsys, tmp_path, "Home", customer, **more)
    assert [line for line in said if line.startswith(fault)], said
    assert len(said) == 1


def test_a_basket_for_a_programme_without_counters(capsys, tmp_path) -> None:
    program = written(tmp_path, "p.json", a_program())
    basket = {"customer": {"id": "m1", "chosen": {"a": []}, "spend": {"rolling_30_days": "1"}},
              "lines": [{"item": "x", "price": "1"}]}  # fmt: skip
    status, said = run(capsys, "explain", program, "--basket", written(tmp_path, "b", basket))
    assert (status, said) == (1, ["customer.chosen.a: there is no rule of a choice 'a'"])


def test_whoever_reads_only_the_head_ends_it_without_a_word(tmp_path) -> None:
    command = [sys.executable, "-m", "pos_app", "program", "schema"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_a_rule_that_takes_nothing_off_shows_no_amount_in_a_replay(capsys, tmp_path) -> None:
    program = written(tmp_path, "p.json", LOYAL)
    path = written(
        tmp_path,
        "r.csv",
        ROWS.replace("paid\n", "paid;member\n").replace("300,00\n", "300,00;m1\n"),
    )
    status, said = run(capsys, "replay", program, "--receipts", path, "--language", "en")
    assert status == 0
    assert "  Base: points, receipts 1" in said
