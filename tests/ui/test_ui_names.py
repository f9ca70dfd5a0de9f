"""Where no name is known a plain word stands, never an id: people, goods, stores, old discounts."""

from dataclasses import replace

import pytest

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.money import RUB
from pos_app.domain.reporting.period_report import ItemFigures, OperatorFigures
from pos_app.ui.report_flows import show_period
from pos_app.ui.report_sheets import GOODS, PEOPLE, Voice, sheets_of
from pos_app.workstation.answer import done
from pos_app.workstation.explain import _past
from pos_app.workstation.member_card import operator_name
from resources.words import LANGUAGES, Words
from tests.ui.builders import SellingTill, selling
from tests.ui.looks import in_every_look
from tests.ui.office_samples import open_member
from tests.ui.report_samples import a_month
from tests.ui.test_ui_money_and_day import words_on
from tests.workstation.tills import SWEETS, Bench

STAFF = tuple(OperatorFigures(one, 10, 100_00, 4, None) for one in ("o1", "op-7f3a", "op-91bc"))


def names(report, section, language="ru"):
    voice = Voice(Words(language), RUB, {"o1": "Иванова Анна"})
    return [row[0] for row in sheets_of(report, section, voice)[0].rows]


@pytest.mark.parametrize("language", LANGUAGES)
def test_staff_whom_the_till_does_not_know_are_somebody_else_and_counted(language):
    several = names(replace(a_month(), operators=STAFF), PEOPLE, language)
    one = names(replace(a_month(), operators=STAFF[:2]), PEOPLE, language)
    text = Words(language).text
    assert several == [
        "Иванова Анна", text("staff.other_of", n=1), text("staff.other_of", n=2),
    ]  # fmt: skip
    assert one == ["Иванова Анна", text("staff.other")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_goods_without_a_name_say_so_beside_their_code(language):
    nameless = ItemFigures("2000000000206", "", 1, "piece", 100_00, 1)
    (name,) = names(replace(a_month(), items=(nameless,)), GOODS, language)
    assert name == Words(language).text("period.unnamed", code="2000000000206")


@in_every_look
def test_the_report_of_people_shows_no_id(open_till, look):
    till = SellingTill(selling())
    till.answers["operators"] = done(operators=(("o1", "Иванова Анна"),))
    window = open_till(till, **look)
    show_period(window.desk, done(period=replace(a_month(), operators=STAFF)))
    window.desk.ask.pick(window.desk.rows[2])
    assert "op-" not in words_on(window)


@in_every_look
def test_a_receipt_of_another_store_says_that_and_no_id(open_till, look):
    window = open_till(SellingTill(selling()), **look)
    open_member(window, "receipts")
    assert window.look.say("member.other_store") in words_on(window)


def test_a_discount_that_was_kept_without_a_name_is_one_without_a_name(tmp_path):
    till = Bench(tmp_path)
    till.open_shift()
    sold: CompletedTransaction = till.sold(SWEETS, SWEETS, SWEETS)
    till.close()
    old = replace(sold, lines=tuple(
        replace(line, modifications=tuple(replace(m, name="") for m in line.modifications))
        for line in sold.lines
    ))  # fmt: skip
    first, *_ = _past(old, Words("ru").text)
    assert first.name == "Скидка без названия"


@pytest.mark.parametrize(
    ("language", "words"), [("ru", "Другой сотрудник"), ("en", "Another employee")]
)
def test_somebody_who_works_elsewhere_is_a_plain_word_and_no_id(tmp_path, language, words):
    till = Bench(tmp_path).open_shift()
    station = till.till.station
    station.operator = replace(station.operator, language=language)
    assert operator_name(station, "op-7f3a") == words
    assert operator_name(station, "petr") == "Petr"
    assert operator_name(station, "") == ""
    till.close()
