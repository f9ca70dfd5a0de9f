"""Plots of the report: what is drawn is told as well, and can be read in every theme."""

import pytest
from PySide6.QtGui import QColor

from pos_app.ui.plots import (
    READ,
    Bars,
    Interval,
    Line,
    Ranks,
    Squares,
    contrast,
    mixed,
    strongest_tint,
)
from resources.themes import THEMES
from tests.ui.builders import SellingTill, signed_on
from tests.ui.states import report_of


def plots(window, kind):
    return [one for one in window.findChildren(kind) if one.isVisibleTo(window)]


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(signed_on()))


def named(window, kind):
    return {one.accessibleName(): one.accessibleDescription() for one in plots(window, kind)}


def test_the_overview_draws_hours_days_and_points_earned_and_redeemed(window, qapp):
    report_of(window, "overview")
    qapp.processEvents()
    assert set(named(window, Bars)) == {"Продажи по часам"}
    lines = named(window, Line)
    assert set(lines) == {"Продажи по дням", "Начислено баллов", "Списано баллов"}
    assert all(told.count(";") == 21 for told in lines.values())


def test_goods_tiers_rfm_and_what_a_member_brings_are_drawn(window, qapp):
    report_of(window, "goods")
    qapp.processEvents()
    (goods,) = plots(window, Ranks)
    best = [int("".join(filter(str.isdigit, part.rpartition(":")[2])))
            for part in goods.accessibleDescription().split("; ")]  # fmt: skip
    assert best == sorted(best, reverse=True)
    report_of(window, "members")
    qapp.processEvents()
    assert [one.accessibleDescription() for one in plots(window, Ranks)] == [
        "без уровня: 8\u202f120; Серебро: 2\u202f310; Золото: 640"
    ]
    assert len(plots(window, Squares)) == 1
    (span,) = plots(window, Interval)
    assert span.accessibleDescription() == "16\u202f900 - 18\u202f420 - 20\u202f110"


@pytest.mark.parametrize("theme", THEMES)
def test_a_number_in_the_map_is_read_on_the_strongest_square_of_every_theme(open_till, theme):
    look = open_till(SellingTill(signed_on()), theme=theme).look
    square = mixed(look.colour("accent"), look.colour("surface"), strongest_tint(look))
    assert contrast(look.colour("text"), square) >= READ
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21)


def test_a_plot_of_nothing_and_a_narrow_interval_are_painted(window, qapp):
    for made in (Ranks(window.look, "t", str), Interval(window.look, "t", str)):
        made.resize(made.minimumSizeHint())
        assert not made.grab().isNull()
    narrow = Interval(window.look, "t", str)
    narrow.show_interval(1_000_000, 1_000_001, 1_000_002)
    narrow.resize(narrow.minimumSizeHint())
    assert not narrow.grab().isNull()
    qapp.processEvents()
