"""The law at the counter, on a real till: floors, hours, printed prices, the age, early goods."""

import json
from datetime import UTC, date, datetime
from itertools import combinations

import pytest

from pos_app.domain.promotion.gift import GiftGiven
from pos_app.domain.read_regulation import load_regulation
from pos_app.wiring.till import regulation_of_country
from pos_app.workstation import regulated
from pos_app.workstation.pricing_task import price
from resources import read_text
from tests.workstation.tills import (
    CARDS,
    MILK,
    PROGRAM,
    Bench,
    ean,
    goods,
    notices,
    ok,
    program_row,
    refusal,
    row,
)

RUSSIA = load_regulation(read_text("regulations", "ru.json"))
VODKA, COGNAC, PACK = ean("460000000021"), ean("460000000022"), ean("460000000023")
CHEAP, DEAR, ADVENT = ean("460000000024"), ean("460000000025"), ean("460000000026")
ENERGY, ELDER = ean("460000000027"), ean("460000000028")
ROWS = (
    goods(21, VODKA, "Водка", 449_00, "Крепкое", regulated="vodka", volume_ml=500),
    goods(22, COGNAC, "Коньяк", 799_00, "Крепкое", regulated="cognac", volume_ml=500),
    goods(23, PACK, "Сигареты", 219_00, "Табак", regulated="cigarettes", ceiling=219_00),
    goods(24, CHEAP, "Водка дешёвая", 408_99, "Крепкое", regulated="vodka", volume_ml=500),
    goods(25, DEAR, "Сигареты дороже", 219_01, "Табак", regulated="cigarettes", ceiling=219_00),
    goods(26, ADVENT, "Адвент", 300_00, "Новинки"),
    goods(27, ENERGY, "Энергетик", 80_00, "Напитки", age_limit=16),
    goods(28, ELDER, "Фейерверк", 80_00, "Напитки", age_limit=21),
)
GOLD = {"id": "gold", "name": {"ru": "Золото", "en": "Gold"}, "from": "50000.00"}


def program(version: int = 2, **parts):
    tiers = {**PROGRAM["tiers"], "list": [*PROGRAM["tiers"]["list"], GOLD]}
    return {**PROGRAM, "version": version, "tiers": tiers, **parts}


@pytest.fixture
def law(tmp_path):
    """A till under Russian law at noon of the 20th of November 2026."""
    made = Bench(tmp_path, regulation=RUSSIA)
    made.mirrors(*ROWS)
    yield made
    made.close()


@pytest.fixture
def shop(law):
    """The cashier Ivan at it."""
    return law.open_shift()


def at(bench: Bench, moscow: str) -> Bench:
    """Set the clock to a local time (UTC+3)."""
    local = datetime.fromisoformat(moscow)
    bench.clock.now = datetime.fromtimestamp(local.replace(tzinfo=UTC).timestamp() - 3 * 3600, UTC)
    return bench


# --- floors ----------------------------------------------------------------------------------


def promotion(kind: str, name: str, **fields):
    return {"id": name, "name": {"ru": name}, "kind": kind, "stacking": "compound", **fields}


REDUCTIONS = {
    "promotion": promotion("percent", "promotion", percent="10"),
    "fixed": promotion("fixed_price", "fixed", price="1.00"),
    "threshold": promotion("threshold", "threshold", threshold="1.00", percent="50"),
    "coupon": promotion("percent", "coupon", percent="30", coupon_needed="autumn"),
}
KINDS = (*REDUCTIONS, "member", "line goodwill", "goodwill", "points", "rounding")


def all_of(kinds) -> dict:
    """A programme with these reductions."""
    card = {"id": "card", "name": {"ru": "Карта"}, "kind": "fixed", "percent": "40"}
    return program(
        promotions=[REDUCTIONS[kind] for kind in REDUCTIONS if kind in kinds],
        member_discounts=[card] if "member" in kinds else [],
        redeem={"point_value": "1.00", "max_share": "100", "step": 1},
        coupons=[one for one in PROGRAM["coupons"] if one["id"] != "next"],
        cash_rounding="500.00" if "rounding" in kinds else "0",
    )


@pytest.mark.parametrize(
    "kinds", [*combinations(KINDS, 1), ("promotion", "points"), KINDS], ids="+".join
)
@pytest.mark.parametrize(("code", "floor"), [(VODKA, 409_00), (COGNAC, 755_00)])
def test_no_gesture_and_no_rule_takes_a_bottle_below_its_floor(law, kinds, code, floor):
    law.mirrors(program_row(2000, all_of(kinds)))
    law.grant("anna", 1250)
    law.open_shift("maria")
    law.scan(code, code, CARDS["anna"])
    if "coupon" in kinds:
        ok(law.scan("K1C:AUTUMN-7"))
    if "line goodwill" in kinds:
        law.till.discount(1, percent="50")
    if "goodwill" in kinds:
        law.till.discount(None, percent="50")
    if "points" in kinds:
        law.till.redeem("max")
    ok(law.till.confirm("age", "seen"))
    ok(law.till.pay("cash", 2000_00))
    totals = law.documents()[-1].totals
    assert totals.due_minor >= 2 * floor
    reducing = set(kinds) - {"rounding"}
    if len(reducing) > 1 or reducing & {"fixed", "threshold", "member", "points"}:
        assert totals.due_minor == 2 * floor


@pytest.mark.parametrize(
    ("day", "floor"), [("2025-12-31T12:00", 349_00), ("2026-01-01T12:00", 409_00)]
)
def test_the_floor_is_that_of_the_business_day(law, day, floor):
    law.mirrors(old(21, VODKA, "Водка", 449_00))
    for version, since in ((2, "2025-01-01T00:00:00+03:00"), (3, "2026-01-01T00:00:01+03:00")):
        rules = {**all_of(("fixed",)), "version": version, "valid_from": since}
        law.mirrors(program_row(2000 + version, rules))
    at(law, day).open_shift()
    law.scan(VODKA)
    assert law.sale.total_minor == floor


def old(number: int, code: str, name: str, price_minor: int):
    """Half a litre of vodka at that price since 2025."""
    more = {"since": "2025-01-01", "regulated": "vodka", "volume_ml": 500}
    body = goods(number, code, name, price_minor, "Крепкое", **more).body
    return row("chain", 1500 + number, "item", f"item{number}", json.loads(bytes(body)))


def test_a_price_below_the_floor_is_refused_and_says_which(shop):
    answer = shop.scan(CHEAP)
    assert refusal(answer) == "regulated_below_floor"
    assert answer.refusal.text.args["floor"].minor == 409_00
    assert shop.view.transaction is None


def test_a_price_above_the_printed_one_is_refused(shop):
    ok(shop.scan(PACK))
    assert refusal(shop.scan(DEAR)) == "regulated_above_ceiling"
    assert len(shop.sale.lines) == 1


def test_a_floor_that_rose_meanwhile_leaves_the_line_out_on_resuming(law):
    law.mirrors(old(24, CHEAP, "Водка дешёвая", 400_00))
    at(law, "2025-12-31T20:00").open_shift()
    ok(law.scan(CHEAP))
    ok(law.till.suspend("водка"))
    ok(law.till.sign_on("maria", "3333"))
    ok(law.till.end_of_day(1000_00))
    at(law, "2026-01-01T12:00")
    ok(law.till.open_session(1000_00))
    draft = law.view.suspended[0]
    assert "regulated_below_floor" in notices(law.till.resume(draft.id))
    assert law.sale.lines == ()


# --- hours -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "sold"), [("07:59", False), ("08:00", True), ("22:59", True), ("23:00", False)]
)
def test_a_bottle_is_sold_in_its_hours_and_milk_at_any(law, time, sold):
    at(law, f"2026-11-20T{time}").open_shift()
    ok(law.scan(MILK))
    answer = law.scan(VODKA)
    assert answer.ok is sold
    if not sold:
        assert refusal(answer) == "regulated_hours"
        assert answer.refusal.text.args["since"] == "08:00"
        assert answer.refusal.text.args["until"] == "23:00"
    assert len(law.sale.lines) == 1 + sold


def test_a_bottle_scanned_in_time_is_not_paid_after_it(law):
    at(law, "2026-11-20T22:59").open_shift()
    law.scan(MILK, VODKA)
    ok(law.till.confirm("age", "seen"))
    at(law, "2026-11-20T23:00")
    assert refusal(law.till.pay("cash")) == "regulated_hours"
    ok(law.till.void_line(2))
    ok(law.till.pay("cash"))


def test_once_money_has_moved_the_hour_stops_nothing(law):
    at(law, "2026-11-20T22:59").open_shift()
    law.scan(VODKA)
    ok(law.till.confirm("age", "seen"))
    ok(law.till.tender("card", 100_00))
    at(law, "2026-11-20T23:00")
    ok(law.till.pay("cash"))
    assert law.documents()[-1].totals.due_minor == 449_00


def test_a_bottle_may_come_back_at_any_hour(law):
    law.open_shift("maria")
    law.scan(VODKA)
    ok(law.till.confirm("age", "seen"))
    number = ok(law.till.pay("cash")).data["receipt_number"]
    at(law, "2026-11-20T23:30")
    ok(law.till.return_sale(number))
    ok(law.till.complete())
    assert law.documents()[-1].age_answer == ""


# --- the document of the mirror ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "found"), [(None, "RU"), ("ru", "RU"), ("RU", "RU"), ("", ""), ("atlantis", "")]
)
def test_a_till_is_built_with_the_document_of_its_country(country, found):
    assert regulation_of_country(country).country == found


def setting(ver: int, name: str, value) -> object:
    return row("chain", ver, "setting", name, {"name": name, "value": value})


def test_the_mirrors_document_and_region_bind_before_the_shipped_one(law):
    scope = {"classes": ["alcohol"], "since": "2026-01-01", "source": "act"}
    document = {
        "country": "XX",
        "classes": [{"id": "alcohol"}, {"id": "vodka", "under": "alcohol"}],
        "hours": [{**scope, "from": "09:00", "to": "21:00"}],
        "forbidden_days": [{**scope, "yearly": ["11-20"], "regions": ["north"]}],
    }
    law.mirrors(setting(4000, "regulation", document))
    at(law, "2026-11-20T08:59").open_shift()
    assert refusal(law.scan(VODKA)) == "regulated_hours"
    at(law, "2026-11-20T12:00")
    ok(law.scan(CHEAP))
    law.mirrors(setting(4001, "region", "north"))
    answer = law.scan(VODKA)
    assert refusal(answer) == "regulated_forbidden_day"
    assert answer.refusal.text.args["again"] == date(2026, 11, 21)


def test_a_document_of_a_newer_release_leaves_the_one_before_in_force(law):
    law.open_shift()
    assert refusal(law.scan(CHEAP)) == "regulated_below_floor"
    law.mirrors(setting(4000, "regulation", {"schema": 9}))
    assert refusal(law.scan(CHEAP)) == "regulated_below_floor"


def test_an_unreadable_document_at_the_start_leaves_the_shipped_one(law):
    law.mirrors(setting(4000, "regulation", {"schema": 9}))
    law.open_shift()
    assert refusal(law.scan(CHEAP)) == "regulated_below_floor"


def test_a_gift_that_the_law_forbids_is_not_given(law):
    gifts = (GiftGiven("item23", 1, "g"), GiftGiven("item21", 1, "g"), GiftGiven("item1", 1, "g"))
    station = law.till.station
    assert regulated.lawful_gifts(station, (*gifts, GiftGiven("gone", 1, "g"))) == (
        GiftGiven("item1", 1, "g"),
        GiftGiven("gone", 1, "g"),
    )
    gift = {"id": "g", "name": {"ru": "Подарок"}, "kind": "gift", "units": 1}
    milk = {"items": ["item1"]}
    both = [
        {**gift, "id": f"g{n}", "item": item, "goods": milk}
        for n, item in enumerate(("item23", "item2"))
    ]
    law.mirrors(program_row(2000, program(promotions=both)))
    law.open_shift()
    law.scan(MILK)
    assert [one.item_id for one in price(station, station.open).gifts] == ["item2"]


# --- the age question --------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["seen", "document", "identity"])
def test_the_answer_is_stored_with_the_receipt(shop, answer):
    shop.scan(VODKA)
    ok(shop.scan(MILK))
    assert refusal(shop.till.pay("cash")) == "age_first"
    ok(shop.till.confirm("age", answer))
    ok(shop.scan(COGNAC))
    assert shop.view.demand is None
    ok(shop.till.pay("cash"))
    assert shop.documents()[-1].age_answer == answer


def test_a_receipt_without_such_goods_stores_none(shop):
    assert shop.sold(MILK).age_answer == ""


def test_a_stricter_age_asks_again_and_a_laxer_one_does_not(shop):
    shop.scan(ENERGY)
    assert shop.view.demand.text.args["years"] == 16
    ok(shop.till.confirm("age", "seen"))
    ok(shop.scan(ELDER))
    assert shop.view.demand.text.args["years"] == 21
    ok(shop.till.confirm("age", "document"))
    shop.scan(VODKA, ENERGY)
    assert shop.view.demand is None


def test_a_bottle_taken_out_and_put_back_asks_no_second_time(shop):
    shop.scan(VODKA)
    ok(shop.till.confirm("age", "seen"))
    shop.till.sign_on("maria", "3333")
    ok(shop.till.void_line(1))
    ok(shop.scan(VODKA))
    assert shop.view.demand is None


def test_refused_and_scanned_again_it_is_asked_again(shop):
    shop.scan(MILK, VODKA, PACK)
    assert notices(shop.till.confirm("age", "refused")) == ["age_refused"]
    assert [line.item_id for line in shop.sale.lines] == ["item1"]
    subjects = [(one.subject, one.reason) for one in shop.audit("age_refused")]
    assert subjects == [("item21 x 1", "18+"), ("item23 x 1", "18+")]
    ok(shop.scan(VODKA))
    assert shop.view.demand.kind == "age"


def test_refused_after_money_has_moved_changes_nothing(shop):
    shop.scan(VODKA)
    ok(shop.till.confirm("age", "seen"))
    ok(shop.till.tender("card", 100_00))
    assert refusal(shop.till.confirm("age", "refused")) == "tenders_taken"
    assert len(shop.sale.lines) == 1


def test_refused_with_nothing_to_refuse_only_keeps_the_answer(shop):
    shop.scan(MILK)
    ok(shop.till.confirm("age", "refused"))
    assert shop.audit("age_refused") == []
    ok(shop.till.pay("cash"))


def test_a_disk_that_refuses_keeps_the_goods_on_the_receipt(shop):
    shop.scan(VODKA)
    shop.memory.journal.record = _full
    assert refusal(shop.till.confirm("age", "refused")) == "storage_full"
    assert len(shop.sale.lines) == 1


def _full(_facts):
    from pos_app.workstation.ports import StorageFull

    raise StorageFull


def test_the_answer_survives_being_put_aside(shop):
    shop.scan(VODKA)
    ok(shop.till.confirm("age", "document"))
    ok(shop.till.suspend("а"))
    ok(shop.till.resume(shop.view.suspended[0].id))
    assert shop.view.demand is None
    ok(shop.scan(PACK))
    ok(shop.till.pay("cash"))
    assert shop.documents()[-1].age_answer == "document"
