"""A scan over a full-screen page: on a member's it looks a member up, elsewhere the sale comes back
with what was scanned. Nothing is sold behind a page."""

import pytest

from pos_app.ui.member_flows import adjust
from pos_app.ui.menu_flows import perform
from tests.ui.test_ui_codes_scanned import heard_at
from tests.workstation.tills import CARDS, MILK, Bench, member_id

by_a_scanner = pytest.mark.parametrize("way", ["serial", "marked", "wedge", "wedge_25_ms"])
BANK_CARD = "4111111111111111"
SALES_PAGES = ("x_report", "reports", "conflicts", "end_of_day")


@pytest.fixture
def counter(tmp_path, open_till, qapp):
    till = Bench(tmp_path)
    till.open_shift("maria")
    yield from heard_at(till, open_till, qapp)


def shown_at(desk):
    return desk.page.content.card.id if desk.page and desk.page.kind == "member" else None


@by_a_scanner
def test_a_card_over_a_members_page_looks_that_member_up(counter, way):
    desk = counter.desk
    perform(desk, "members")
    for who in ("anna", "boris"):
        getattr(counter, way)(CARDS[who])
        assert shown_at(desk) == member_id(who)
        assert desk.ask.name == "member_do"
    assert desk.view.transaction is None


@by_a_scanner
def test_a_card_scanned_while_points_are_given_opens_its_member_and_gives_none(counter, way):
    desk = counter.desk
    perform(desk, "members")
    getattr(counter, way)(CARDS["anna"])
    adjust(desk, member_id("anna"), 1)
    desk.write("15")
    getattr(counter, way)(CARDS["boris"])
    assert (shown_at(desk), desk.ask.name, desk.typed) == (member_id("boris"), "member_do", "")


@by_a_scanner
def test_goods_over_a_members_page_are_not_sold_and_it_is_said_where_they_are(counter, way):
    desk = counter.desk
    perform(desk, "members")
    getattr(counter, way)(MILK)
    assert desk.said.texts[0].key == "ui.goods_of_no_member"
    assert desk.ask.name == "find_member"
    getattr(counter, way)(CARDS["anna"])
    getattr(counter, way)(MILK)
    assert desk.said.texts[0].key == "ui.goods_of_no_member"
    assert (shown_at(desk), desk.ask.name) == (member_id("anna"), "member_do")
    assert desk.view.transaction is None


@by_a_scanner
@pytest.mark.parametrize("page", SALES_PAGES)
@pytest.mark.parametrize("code", [MILK, CARDS["anna"]])
def test_a_scan_over_another_page_brings_the_sale_back_and_no_question_stays(
    counter, way, page, code
):
    desk = counter.desk
    perform(desk, page)
    getattr(counter, way)(code)
    assert (desk.page, desk.ask, desk.view.day) == (None, None, None)
    assert len(desk.view.transaction.lines) == (code == MILK)
    assert (desk.view.member is not None) == (code != MILK)


@by_a_scanner
@pytest.mark.parametrize("page", ["x_report", "conflicts", "end_of_day"])
def test_what_is_refused_leaves_the_page_where_it_is(counter, way, page):
    desk = counter.desk
    perform(desk, page)
    before = desk.page.kind
    getattr(counter, way)(BANK_CARD)
    assert desk.said.texts[0].key == "refused.scan_payment_card"
    assert (desk.page.kind, desk.view.transaction) == (before, None)
