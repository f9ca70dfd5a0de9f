"""The program document: what nobody could explain is refused, with its path and its reason."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.errors import ProgramRefused
from pos_app.domain.loyalty.program import content_hash, load
from tests.builders import a_document, a_program, a_promotion

ROOT = Path(__file__).parents[2]
TIERS = {"list": [{"id": "base"}, {"id": "gold", "from": "100.00"}]}


def faults_of(data: Any) -> list[str]:
    text = data if isinstance(data, (str, bytes)) else json.dumps(data)
    with pytest.raises(ProgramRefused) as refused:
        load(text)
    return [str(fault) for fault in refused.value.faults]


def promotion(**fields: Any) -> dict[str, Any]:
    fields.setdefault("kind", "percent")
    if fields["kind"] == "percent":
        fields.setdefault("percent", "10")
    return a_document(promotions=[a_promotion(**fields)])


def discount(**fields: Any) -> dict[str, Any]:
    return a_document(member_discounts=[{"id": "d", **fields}])


def earn(*rules: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return a_document(earn={"rules": [{"id": f"e{n}", **r} for n, r in enumerate(rules)], **fields})


def redeem(**fields: Any) -> dict[str, Any]:
    return a_document(redeem=fields)


def without(key: str) -> dict[str, Any]:
    document = a_document()
    del document[key]
    return document


P = "promotions[0]"
CONTRADICTIONS = [
    # --- the document itself
    (without("program"), "program: is missing"),
    (without("version"), "version: is missing"),
    (a_document(version=10**30), "version: more than 1000000000 is no version"),
    (without("valid_from"), "valid_from: is missing"),
    (a_document(program=""), "program: a text is wanted"),
    (a_document(program=None), "program: a text is wanted"),
    (a_document(version=0), "version: a whole number from 1 is wanted"),
    (a_document(version=None), "version: a whole number from 1 is wanted"),
    (a_document(version=True), "version: a whole number from 1 is wanted"),
    (a_document(schema=2), "schema: this release reads schema 1"),
    (a_document(valid_from="2026-01-01"), "valid_from: an instant with its zone is wanted"),
    (a_document(valid_from="soon"), "valid_from: an instant with its zone is wanted"),
    (a_document(valid_from=None), "valid_from: an instant with its zone is wanted"),
    (a_document(valid_from=7), "valid_from: an instant with its zone is wanted"),
    (a_document(currency="RUB"), "currency: an object is wanted here"),
    (a_document(currency={"minor_digits": 2}), "currency.code: is missing"),
    (a_document(currency={"code": "RUB", "minor_digits": 5}), "currency.minor_digits: a whole"),
    (a_document(currency={"code": "RUB", "digits": 2}), "currency.digits: is not known here"),
    (a_document(name="Kopilka"), "name: a name per language is wanted"),
    (a_document(name={"en": 1}), "name: a name per language is wanted"),
    (a_document(promotion=[]), "promotion: is not known here"),
    (a_document(promotions={}), "promotions: a list is wanted"),
    (a_document(promotions=["x"]), f"{P}: an object is wanted here"),
    (a_document(node_budget=0), "node_budget: a whole number from 1 is wanted"),
    (a_document(cash_rounding="1.005"), "cash_rounding: at most 2 decimals, got '1.005'"),
    (a_document(return_policy="maybe"), "return_policy: one of difference, proportional is"),
    # --- tiers
    (a_document(tiers={"period": "week"}), "tiers.period: one of month, quarter, year"),
    (a_document(tiers={"list": [{"id": "a", "from": "1.00"}]}), "tiers.list[0].from: the lowest"),
    (
        a_document(tiers={"list": [{"id": "a"}, {"id": "b", "from": "0"}]}),
        "tiers.list: 'b' must start above 'a'",
    ),
    (a_document(tiers={"list": [{"id": "a", "form": "0"}]}), "tiers.list[0].form: is not known"),
    (
        a_document(tiers={"list": [{"id": "a"}, {"id": "a", "from": "1"}]}),
        "tiers.list[1].id: 'tier a' is used twice",
    ),
    # --- a promotion's benefit
    (promotion(percentage="10"), f"{P}.percentage: is not known here"),
    (promotion(kind="surprise"), f"{P}.kind: one of percent, amount, fixed_price, buy_n_pay_m"),
    (a_document(promotions=[{"id": "p"}]), f"{P}.kind: is missing"),
    (promotion(percent="0"), f"{P}.percent: a percent promotion needs it, more than 0"),
    (promotion(percent="101"), f"{P}.percent: more than 100 %"),
    (promotion(percent=10), f'{P}.percent: a decimal string is wanted, as "12.50"'),
    (promotion(percent="-5"), f"{P}.percent: a decimal string is wanted"),
    (promotion(percent=None), f"{P}.percent: a decimal string is wanted"),
    (promotion(amount="5.00"), f"{P}.amount: is not known here"),
    (promotion(kind="amount"), f"{P}.amount: a amount promotion needs it"),
    (promotion(kind="fixed_price"), f"{P}.price: is missing"),
    (promotion(kind="bundle", buy=2), f"{P}.price: a bundle promotion needs it"),
    (promotion(kind="bundle", price="9.00"), f"{P}.buy: a bundle promotion needs it"),
    (promotion(kind="buy_n_pay_m", buy=3, pay=3), f"{P}.pay: must be less than buy (3)"),
    (promotion(kind="buy_n_pay_m"), f"{P}.buy: a buy_n_pay_m promotion needs it"),
    (promotion(kind="buy_n_pay_m", buy=-3), f"{P}.buy: a whole number from 0 to 10000 is wanted"),
    (promotion(kind="buy_n_pay_m", buy=None), f"{P}.buy: a whole number from 0 to 10000 is wanted"),
    (promotion(kind="buy_n_pay_m", buy=3, price="1"), f"{P}.price: is not known here"),
    (promotion(kind="threshold", percent="5"), f"{P}.threshold: a threshold promotion needs it"),
    (promotion(kind="threshold", threshold="9"), f"{P}.percent: a threshold gives either"),
    (
        promotion(kind="threshold", threshold="9", percent="5", amount="5"),
        f"{P}.percent: a threshold gives either a percent or an amount",
    ),
    # --- stacking and limits
    (promotion(stacking="best_of"), f"{P}.group: best_of needs the name of a group"),
    (promotion(group="g"), f"{P}.group: has a meaning only with stacking best_of"),
    (promotion(group=None), f"{P}.group: a text is wanted"),
    (promotion(stacking="sometimes"), f"{P}.stacking: one of exclusive, best_of, compound"),
    (promotion(max_units=2, max_units_per_line=1), f"{P}.max_units_per_line: either this or max"),
    (promotion(scope="transaction", max_units=2), f"{P}.max_units: means nothing for the whole"),
    (promotion(pick="cheapest"), f"{P}.pick: has a meaning only with max_units"),
    (promotion(kind="amount", amount="1", scope="line", max_units=2), f"{P}.max_units: an amount"),
    (promotion(cost_points=5), f"{P}.cost_points: only what the customer asks for"),
    (promotion(stage="price", max_units=1), f"{P}.stage: a shelf price is"),
    (promotion(stage="item", scope="transaction"), f"{P}.stage: an amount on the transaction"),
    (promotion(benefits=[]), f"{P}.benefits: a promotion gives something"),
    (promotion(limits={"period": "day"}), f"{P}.limits.period: of what? per_member is not limited"),
    (promotion(conditions=[{"kind": "amount", "from": "0"}]), f"{P}.conditions[0].from: an amount"),
    (promotion(conditions=[{"kind": "units"}]), f"{P}.conditions[0].from: from or to is needed"),
    (
        promotion(conditions=[{"kind": "units", "from": 3, "to": 2}]),
        f"{P}.conditions[0].to: is below from: never",
    ),
    (promotion(conditions=[{"kind": "receipt"}]), f"{P}.conditions[0].number: either number or"),
    (promotion(kind="bundle", price="9", buy=2, parts=[{}]), f"{P}.buy: a bundle promotion needs"),
    (promotion(kind="bundle", price="9", parts=[{}], goods={}), f"{P}.goods: each part names"),
    (promotion(kind="buy_get", get={"percent": "0"}), f"{P}.get.percent: gives nothing"),
    (promotion(kind="nth_price", every=1, price="0"), f"{P}.every: 2 or more"),
    (promotion(kind="gift"), f"{P}.item: either item or same_item is needed"),
    (promotion(kind="gift", same_item=True), f"{P}.same_item: of what?"),
    (promotion(kind="round_down", to="0.01"), f"{P}.to: a multiple more than one minor unit"),
    (
        promotion(steps=[{"from": "9", "percent": "5"}, {"from": "9", "percent": "6"}]),
        f"{P}.steps: borders must rise",
    ),
    (a_document(policies={"compounding": "best_in_priority"}), "policies.order: compounding best"),
    (a_document(policies={"rounding": "half_up_sum"}), "policies.rounding: half_up_sum rounds"),
    (promotion(kind="bundle", buy=2, price="9", max_units=2), f"{P}.max_units: is not known here"),
    (
        promotion(kind="threshold", threshold="9", percent="5", max_units=1),
        f"{P}.max_units: is not known here",
    ),
    (promotion(max_applications=2), f"{P}.max_applications: is not known here"),
    (a_document(promotions=[a_promotion("percent", percent="1")] * 2), "promotions[1].id: 'p' is"),
    # --- goods
    (
        promotion(goods={"items": ["tea"], "not_items": ["tea"]}),
        f"{P}.goods: 'tea' is both named and excluded",
    ),
    (promotion(goods={"categories": "tea"}), f"{P}.goods.categories: a list of texts is wanted"),
    (promotion(goods={"items": [""]}), f"{P}.goods.items: a list of texts is wanted"),
    (promotion(goods={"item": ["tea"]}), f"{P}.goods.item: is not known here"),
    (
        promotion(goods={"price_min": "2.00", "price_max": "1.00"}),
        f"{P}.goods.price_max: is below price_min: no goods at all",
    ),
    # --- when
    (
        promotion(when={"from": "2026-03-02", "until": "2026-03-01"}),
        f"{P}.when.until: ends before it begins (2026-03-02)",
    ),
    (promotion(when={"from": "tomorrow"}), f"{P}.when.from: a date is wanted"),
    (promotion(when={"until": 7}), f"{P}.when.until: a date is wanted"),
    (promotion(when={"weekdays": [0]}), f"{P}.when.weekdays: a list of days 1 (Monday) to 7"),
    (promotion(when={"weekdays": 5}), f"{P}.when.weekdays: a list of days"),
    (promotion(when={"weekdays": [1.0]}), f"{P}.when.weekdays: a list of days"),
    (promotion(when={"weekdays": [True]}), f"{P}.when.weekdays: a list of days"),
    (promotion(when={"from_time": "25:00"}), f"{P}.when.from_time: a time of the store is wanted"),
    (promotion(when={"from_time": 9}), f"{P}.when.from_time: a time of the store is wanted"),
    (
        promotion(when={"from_time": "09:00+03:00"}),
        f"{P}.when.from_time: a time of the store is wanted",
    ),
    (
        promotion(when={"from_time": "09:00", "until_time": "09:00"}),
        f"{P}.when.until_time: is the hour it begins",
    ),
    (promotion(when={"members_only": "yes"}), f"{P}.when.members_only: true or false is wanted"),
    (promotion(when={"tiers": ["gold"]}), f"{P}: there is no tier 'gold'"),
    # --- member discounts
    (discount(kind="fixed"), "member_discounts[0].percent: is needed in a fixed discount"),
    (discount(kind="tier"), "member_discounts[0].by_tier: is needed in a tier discount"),
    (discount(kind="cumulative"), "member_discounts[0].steps: is needed in a cumulative"),
    (
        discount(kind="fixed", percent="5", steps=[{"above": "0", "percent": "5"}]),
        "member_discounts[0].steps: means nothing in a fixed discount",
    ),
    (
        discount(kind="cumulative", steps=[{"above": "5", "percent": "5"}] * 2),
        "member_discounts[0].steps: borders must rise",
    ),
    (
        discount(kind="cumulative", steps=[{"over": "5", "percent": "5"}]),
        "member_discounts[0].steps[0].over: is not known here",
    ),
    (
        discount(kind="cumulative", steps=[{"above": "0"}]),
        "member_discounts[0].steps[0].percent: is missing",
    ),
    (discount(kind="tier", by_tier={"gold": "5"}), "member_discounts[0]: there is no tier 'gold'"),
    # --- earning and redemption
    (earn({}), "earn.rules[0].percent: either percent, or points and per, is needed"),
    (earn({"points": 1}), "earn.rules[0].percent: either percent, or points and per"),
    (earn({"percent": "5", "points": 1}), "earn.rules[0].points: is not known here"),
    (earn({"percent": "5", "by_tier": {"gold": {"percent": "7"}}}), "earn.rules[0]: there is no"),
    (earn({"percent": "5", "by_tier": {"gold": "7"}}), "earn.rules[0].by_tier.gold: an object"),
    (
        earn(base="gross"),
        "earn.base: one of paid_money, before_redemption, before_transaction_promotions",
    ),
    (earn(vesting_days=14, expires_after_days=14), "earn.vesting_days: points would end before"),
    (
        earn(expires_after_days=3_000_000),
        "earn.expires_after_days: a whole number from 1 to 36500 is wanted, or null",
    ),
    (
        earn(vesting_days=40_000, expires_after_days=None),
        "earn.vesting_days: a whole number from 0 to 36500 is wanted",
    ),
    (
        earn(expires_after_days=0),
        "earn.expires_after_days: a whole number from 1 to 36500 is wanted, or null",
    ),
    (redeem(point_value="0"), "redeem.point_value: a point must be worth something"),
    (redeem(step=30, chip_step=100), "redeem.chip_step: must be a multiple of step (30)"),
    (redeem(step=0), "redeem.step: a whole number from 1 is wanted"),
    (redeem(max_share="130"), "redeem.max_share: more than 100 %"),
    (redeem(start="always"), "redeem.start: one of ask, none, max"),
    (redeem(max_shares="30"), "redeem.max_shares: is not known here"),
]


@pytest.mark.parametrize(
    ("document", "fault"), CONTRADICTIONS, ids=[fault for _, fault in CONTRADICTIONS]
)
def test_a_contradiction_is_refused_with_its_path_and_reason(document, fault: str) -> None:
    found = faults_of(document)
    assert any(one.startswith(fault) for one in found), found


def test_every_fault_is_told_not_only_the_first() -> None:
    document = a_document(version=0, promotions=[{"id": "a", "kind": "percent", "percnt": "5"}])
    assert len(faults_of(document)) == 3


@pytest.mark.parametrize("text", ["", "{", b"\xff", "[" * 100_000])
def test_what_is_not_json_is_refused(text: str | bytes) -> None:
    assert faults_of(text)[0].startswith("document: is not JSON")


def test_a_list_is_no_program() -> None:
    assert "document: an object is wanted here" in faults_of("[]")


def test_a_field_named_twice_cannot_hide_the_first() -> None:
    text = json.dumps(a_document())[:-1] + ', "promotions": [], "promotions": []}'
    assert faults_of(text) == ["document: is not JSON: 'promotions' is named twice"]


def test_the_hash_names_the_content_not_its_layout() -> None:
    document = a_document()
    turned = dict(reversed(document.items()))
    assert load(json.dumps(turned, indent=3)).ref == load(json.dumps(document)).ref
    assert content_hash({**document, "version": 2}) != content_hash(document)


def test_a_small_document_gets_the_defaults_of_the_design() -> None:
    program = a_program()
    assert (program.earn.vesting_days, program.earn.expires_after_days) == (1, 365)
    assert program.earn.base == "paid_money"
    assert (program.redeem.point_value_minor, program.redeem.max_share_ppm) == (100, 1_000_000)
    assert program.return_policy == "difference"
    assert program.tiers.rank("gold") == -1


def test_rates_are_exact_in_percent_and_in_points_per_money() -> None:
    rules = [
        {"id": "a", "percent": "5", "by_tier": {"gold": {"points": 1, "per": "10.00"}}},
        {"id": "b", "points": 3, "per": "100.00", "name": {"en": "Three"}},
        {"id": "c", "percent": "5", "point_value": "0.10"},
    ]
    a, b, c = a_program(tiers=TIERS, earn={"rules": rules}).earn.rules
    assert (a.rate("base"), a.rate("gold")) == (Fraction(5, 10_000), Fraction(1, 1000))
    assert (b.rate(""), c.rate("")) == (Fraction(3, 10_000), Fraction(5, 1000))
    assert (b.name("ru"), c.name("ru")) == ("Three", "c")


def test_points_may_live_for_ever() -> None:
    assert a_program(earn={"expires_after_days": None}).earn.expires_after_days is None


def test_names_fall_back_to_another_language_and_then_to_the_id() -> None:
    parts = {"kind": "fixed", "percent": "5"}
    program = a_program(
        promotions=[{"id": "p", "kind": "percent", "percent": "1"}],
        member_discounts=[{"id": "d", **parts}, {"id": "e", "name": {"ru": "Е"}, **parts}],
    )
    assert program.promotions[0].name("en") == "p"
    assert [d.name("en") for d in program.member_discounts] == ["d", "Е"]


def test_the_demo_program_is_understood_whole() -> None:
    program = load((ROOT / "resources/demo/program.json").read_bytes())
    assert program.ref.program_id == "kopilka-demo"
    assert [tier.tier_id for tier in program.tiers.tiers] == ["base", "bronze", "silver", "gold"]
    shapes = {type(benefit).__name__ for p in program.promotions for benefit in p.benefits}
    assert shapes == {"Reduction", "OrderedGroup"}
    assert program.redeem.max_share_ppm == 300_000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        "schema",
        "program",
        "version",
        "valid_from",
        "name",
        "currency",
        "tiers",
        "member_discounts",
        "promotions",
        "earn",
        "redeem",
        "node_budget",
        "cash_rounding",
        "return_policy",
    ]
)


@given(st.dictionaries(FIELDS, JSON, max_size=3), st.dictionaries(st.text(max_size=6), JSON))
def test_any_document_is_understood_or_refused_never_a_crash(parts, strange) -> None:
    try:
        load(json.dumps(a_document(**parts) | strange))
    except ProgramRefused as refused:
        assert refused.faults
    else:
        assert not strange or set(strange) <= set(a_document())


PROMOTION_FIELDS = st.sampled_from(
    [
        "id",
        "kind",
        "name",
        "when",
        "goods",
        "percent",
        "amount",
        "price",
        "buy",
        "pay",
        "threshold",
        "stacking",
        "group",
        "priority",
        "max_units",
        "max_applications",
    ]
)


@given(st.dictionaries(PROMOTION_FIELDS, JSON, max_size=4))
def test_any_promotion_is_understood_or_refused_never_a_crash(parts) -> None:
    try:
        load(json.dumps(promotion(**parts)))
    except ProgramRefused as refused:
        assert refused.faults
