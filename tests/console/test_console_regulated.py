"""A bottle at the console: refused by the hour, asked for the age, never below its floor."""

import json
from datetime import UTC, datetime

from resources import read_text
from tests.workstation.tills import CARDS, MILK, PROGRAM, ean, goods, program_row, row

VODKA, ADVENT = ean("460000000021"), ean("460000000026")
RULES = {
    **PROGRAM,
    "version": 2,
    "member_discounts": [{"id": "card", "kind": "fixed", "percent": "10"}],
    "redeem": {"point_value": "1.00", "max_share": "100"},
    "early_access": [
        {
            "id": "advent",
            "goods": {"items": ["item26"]},
            "tiers": ["silver"],
            "open_to_all": "2026-12-01",
        }
    ],
}


def under_russian_law(shift):
    document = json.loads(read_text("regulations", "ru.json"))
    shift.bench.mirrors(
        row("chain", 4000, "setting", "regulation", {"name": "regulation", "value": document}),
        goods(21, VODKA, "Водка", 449_00, "Крепкое", regulated="vodka", volume_ml=500),
        goods(26, ADVENT, "Адвент", 300_00, "Новинки"),
        program_row(2000, RULES),
    )
    return shift


def message(answer):
    return answer["error"]["code"], answer["error"]["message"]


def test_vodka_at_449_less_ten_percent_and_all_points_costs_409(shift):
    under_russian_law(shift).bench.grant("anna", 1250)
    shift.do("scan", data=VODKA)
    shift.do("scan", data=CARDS["anna"])
    state = shift.do("redeem", points="max")["state"]
    assert state["transaction"]["total"] == "409.00"
    assert state["transaction"]["lines"][0]["notes"] == ["Дешевле 409,00\u00a0₽ нельзя"]
    assert shift.refused("tender", kind="cash") == "age_first"
    assert shift.refused("confirm", age="maybe") == "bad_answer"
    shift.do("confirm", age="identity")
    shift.do("tender", kind="cash", amount="500.00")
    shift.do("complete")
    document = shift.bench.documents()[-1]
    assert (document.totals.due_minor, document.age_answer) == (409_00, "identity")


def test_at_night_the_till_says_when_it_may_be_sold(shift):
    under_russian_law(shift)
    shift.bench.clock.now = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)  # 23:00 in Moscow
    answer = shift.ask("scan", data=VODKA)
    assert message(answer) == ("regulated_hours", "Водка: продаётся с 08:00 до 23:00")
    shift.do("scan", data=MILK)
    shift.bench.clock.now = datetime(2026, 11, 20, 19, 59, tzinfo=UTC)
    assert len(shift.do("scan", data=VODKA)["state"]["transaction"]["lines"]) == 2


def test_refused_the_bottle_leaves_and_the_rest_is_paid(shift):
    under_russian_law(shift)
    shift.do("scan", data=MILK)
    shift.do("scan", data=VODKA)
    state = shift.do("confirm", age="refused")["state"]
    assert [line["code"] for line in state["transaction"]["lines"]] == [MILK]
    assert state["demand"] is None
    shift.do("tender", kind="cash")
    shift.do("complete")
    assert shift.bench.documents()[-1].age_answer == "refused"
    assert [one.reason for one in shift.bench.audit("age_refused")] == ["18+"]


def test_goods_for_silver_wait_for_the_card(shift):
    under_russian_law(shift)
    state = shift.do("scan", data=ADVENT)["state"]
    assert state["transaction"]["lines"][0]["notes"] == ["Ранний доступ: Серебро"]
    said = message(shift.ask("tender", kind="cash"))
    assert said == (
        "early_show_card",
        "«Адвент»: сейчас только участникам: Серебро. До оплаты нужна карта",
    )
    shift.do("scan", data=CARDS["anna"])
    said = message(shift.ask("tender", kind="cash"))
    assert said == (
        "early_others",
        "«Адвент»: с 1\u00a0декабря 2026 для всех, сейчас — только участникам: Серебро",
    )
    shift.do("scan", data=CARDS["tanya"])
    shift.do("tender", kind="cash")
    shift.do("complete")
