"""A price check of what a scale has labelled: that pack and the kilogram."""

from pos_app.domain.quantity import grams
from pos_app.workstation.price_check import OnLabel, Quote
from tests.ui.builders import SellingTill, selling
from tests.ui.counter_samples import price_of_a_pack
from tests.ui.looks import in_every_look


def plain(text):
    return text.replace("\xa0", " ").replace("\u202f", " ")


@in_every_look
def test_a_price_check_of_a_weighed_label_tells_that_weight_and_the_kilogram(open_till, look):
    window = open_till(SellingTill(selling()), **look)
    price_of_a_pack(window)
    say = window.look.say
    rows = [(row.title, plain(row.figure)[-9:]) for row in window.desk.rows]
    money = {"ru": ("109,37 ₽", "103,90 ₽"), "en": ("₽109.37", "₽103.90")}[look["language"]]
    assert rows[1] == (say("ui.label_weighs", weight=grams(842)), money[0])
    assert rows[2] == (say("ui.label_with_card"), money[1])
    assert "129" in window.desk.rows[0].figure
    told = window.desk.said.texts[0]
    assert told.key == "ui.price_label_weighs_card"
    line = plain(window.look.words.say(told))
    assert all(part in line for part in ("842", "109", "103", "129")), line


def test_a_label_that_tells_its_price_only_tells_that_and_the_kilogram(open_till):
    window = open_till(SellingTill(selling()))
    price_of_a_pack(window, OnLabel(None, Quote(50_00, (), 0), None))
    assert window.desk.rows[1].title == "По этикетке"
    assert window.desk.said.texts[0].key == "ui.price_label_says"
