"""A manager reads a member, corrects points, makes two members one, and signs a conflict off."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from pos_app.ui import conflict_flows, member_flows
from pos_app.ui.conflict_page import ConflictsPage
from pos_app.ui.gestures import back, scan
from pos_app.ui.member_page import MemberPage, MergePage
from pos_app.ui.menu_flows import perform
from pos_app.workstation.answer import Tone, done, notice, refused
from resources.words import Words
from tests.ui import office_samples as office
from tests.ui.builders import MEMBERS, SellingTill, selling, signed_on


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(signed_on()))


def keys(window, text):
    QTest.keyClicks(window.entry, text)
    QTest.keyClick(window.entry, Qt.Key.Key_Return)


def texts(page):
    return [one.text() for one in page.findChildren(QLabel) if one.text()]


def said(window, page):
    return " | ".join(texts(window.findChildren(page)[-1]))


def test_by_keys_a_member_is_found_among_two_and_read(window, qapp):
    window.desk.till.answers["find_members"] = done(found_members=MEMBERS)
    window.desk.till.answers["member_card"] = done(member_card=office.a_card())
    perform(window.desk, "members")
    keys(window, "4567")
    assert window.desk.till.said("find_members") == [(("4567",), {})]
    keys(window, "2")
    assert window.desk.till.said("member_card") == [(("m2",), {})]
    qapp.processEvents()
    assert "1\u202f250" in said(window, MemberPage).replace("\xa0", "\u202f")
    keys(window, "2")
    qapp.processEvents()
    told = said(window, MemberPage)
    assert "начислено дважды по звонку покупателя" in told
    assert "Извинение" in told
    keys(window, "3")
    qapp.processEvents()
    assert "Возврат A000009" in said(window, MemberPage)
    keys(window, "7")
    assert window.desk.ask.name == "find_member"


def test_a_card_that_is_scanned_while_a_member_is_looked_for_is_no_sale(window):
    perform(window.desk, "members")
    scan(window.desk, b"2990000000019")
    assert window.desk.till.said("find_members") == [(("2990000000019",), {})]
    assert window.desk.till.said("scan") == []


def test_the_member_of_the_open_receipt_is_one_enter_away(open_till):
    window = open_till(SellingTill(selling()))
    window.desk.till.answers["member_card"] = done(member_card=office.a_card())
    perform(window.desk, "members")
    keys(window, "")
    assert window.desk.till.said("member_card") == [(("m1",), {})]
    assert window.desk.page.kind == "member"
    back(window.desk)
    back(window.desk)
    assert window.desk.page is None
    assert window.desk.view.transaction is not None


def test_a_scan_on_a_members_page_looks_a_member_up_and_sells_nothing(window):
    office.open_member(window)
    scan(window.desk, b"4600000000018")
    assert window.desk.till.said("find_members") == [(("4600000000018",), {})]
    assert window.desk.till.said("scan") == []
    assert window.desk.page.kind == "member"


def test_the_servers_history_fills_the_page_that_is_open_and_no_other(window, qapp):
    known = office.a_card(whole=False, asked=True, ledger=())
    office.open_member(window, "ledger", known)
    qapp.processEvents()
    assert "Спрашиваем сервер" in said(window, MemberPage)
    window.desk.till.push(done(member_card=office.a_card(id="somebody else")))
    assert window.desk.page.content.card is known
    window.desk.till.push(done(member_card=office.a_card()))
    qapp.processEvents()
    assert window.desk.page.content.section == "ledger"
    assert "Сгорело" in said(window, MemberPage)
    assert window.desk.ask.name == "member_do"


def test_points_are_given_by_touch_with_a_reason(window):
    office.open_member(window)
    after = office.a_card(points=1400)
    window.desk.till.answers["adjust_points"] = done(
        notice("points_given", Tone.GOOD), member_card=after
    )
    window.desk.ask.pick(window.desk.rows[3])
    window.desk.write("150")
    perform(window.desk, "submit")
    assert window.desk.ask.name == "why_so"
    window.desk.ask.pick(window.desk.rows[0])
    assert window.desk.till.said("adjust_points") == [(("m1", 150, "apology", None), {})]
    assert window.desk.page.content.card is after
    assert window.desk.ask.name == "member_do"


def test_no_number_is_no_points_and_the_reason_may_be_ones_own_words(window):
    office.open_member(window)
    window.desk.ask.pick(window.desk.rows[4])
    for wrong in ("", "0", "ten", "²"):
        window.desk.ask.accept(wrong)
        assert window.desk.said.texts[0].key == "ui.not_a_number"
    window.desk.ask.accept("20")
    window.desk.ask.pick(window.desk.rows[-1])
    assert window.desk.ask.name == "own_words"
    window.desk.ask.accept("no")
    assert window.desk.said.texts[0].key == "refused.reason_needed"
    window.desk.ask.accept("начислено дважды")
    assert window.desk.till.said("adjust_points")[0][0] == ("m1", -20, "начислено дважды", None)


def test_above_the_limit_a_second_person_types_the_pin(window):
    office.open_member(window)
    answers = iter((refused("needs_second_person", limit=500), done(member_card=office.a_card())))
    window.desk.till.answers["adjust_points"] = lambda *args: next(answers)
    window.desk.ask.pick(window.desk.rows[3])
    window.desk.ask.accept("5000")
    window.desk.ask.pick(window.desk.rows[0])
    assert window.desk.ask.name == "override"
    window.desk.point(1)
    window.desk.ask.accept("2222")
    assert window.desk.till.said("adjust_points")[1][0] == ("m1", 5000, "apology", ("o2", "2222"))
    assert window.desk.ask.name == "member_do"


def test_a_merge_is_asked_twice_and_the_careful_answer_is_the_first(window, qapp):
    office.merge(window)
    qapp.processEvents()
    assert window.desk.till.said("merge_plan") == [(("m1", "m2"), {})]
    assert "1\u202f461" in said(window, MergePage).replace("\xa0", "\u202f")
    assert window.desk.ask.name == "merge_keep"
    window.desk.ask.pick(window.desk.rows[1])
    window.desk.ask.pick(window.desk.rows[0])
    assert window.desk.ask.name == "merge_sure"
    window.desk.ask.pick(window.desk.rows[0])
    assert window.desk.till.said("merge_members") == []
    assert window.desk.page.kind == "member"

    office.merge(window)
    window.desk.till.answers["merge_members"] = done(member_card=office.a_card(merges=("m2",)))
    window.desk.ask.pick(window.desk.rows[0])
    window.desk.ask.pick(window.desk.rows[1])
    window.desk.ask.pick(window.desk.rows[1])
    expected = ("m1", "m2", "lost_card", None)
    assert window.desk.till.said("merge_members") == [(expected, {})]
    qapp.processEvents()
    assert "Объединение записано" in said(window, MemberPage)


def test_a_refused_merge_stays_on_its_page_and_says_why(window):
    office.merge_sure(window)
    window.desk.till.answers["merge_members"] = refused("merge_blocked")
    window.desk.ask.pick(window.desk.rows[1])
    assert window.desk.page.kind == "merge"
    assert window.desk.said.texts[0].key == "refused.merge_blocked"


def test_conflicts_come_when_the_server_has_told_and_are_signed_by_keys(window, qapp):
    office.open_conflicts(window, office.DARK)
    qapp.processEvents()
    assert "связи нет" in said(window, ConflictsPage)
    assert window.desk.ask is None
    window.desk.till.push(done(conflicts=office.TOLD))
    qapp.processEvents()
    told = said(window, ConflictsPage)
    assert "Без связи списали больше баллов" in told
    assert "Воскресенская Мария (maria)" in told
    keys(window, "1")
    assert [row.value for row in window.desk.rows] == ["absorb", "collect", "note"]
    keys(window, "1")
    keys(window, "2")
    expected = ("c1", "absorb", "good_customer")
    assert window.desk.till.said("sign_conflict") == [(expected, {"override": None})]
    assert window.desk.ask.name == "conflict_line"


def test_a_new_list_does_not_interrupt_a_decision(window):
    office.decide(window)
    window.desk.till.push(done(conflicts=replace(office.TOLD, lines=office.OPEN[:2])))
    assert window.desk.ask.name == "conflict_do"
    back(window.desk)
    window.desk.till.push(done(conflicts=office.NONE))
    assert window.desk.ask is None
    back(window.desk)
    window.desk.till.push(done(conflicts=office.TOLD))
    assert window.desk.page is None, "nobody looks at conflicts any more"


def test_the_menu_counts_open_conflicts_and_asks_meanwhile(window):
    office.menu_with_conflicts(window)
    figures = {row.value: row.figure for row in window.desk.rows}
    assert figures["conflicts"] == "4"
    assert window.desk.till.said("recount_conflicts") == [((), {})]
    window.desk.till.answers["open_conflicts"] = done()
    assert conflict_flows.counted(window.desk, (("conflicts", ""),)) == ""
    assert conflict_flows.counted(window.desk, (("reports", ""),)) == ""


def test_what_a_till_does_not_know_yet_is_named_all_the_same(window):
    strange = office.a_conflict(9, "from_the_future", points=3)
    words = Words("ru")
    assert "from_the_future" in conflict_flows.kind_words(words, strange)
    assert conflict_flows.meaning_words(words, strange) == words.text("conflict.unknown_means")
    office.open_conflicts(window, replace(office.TOLD, lines=(strange,)))
    assert window.desk.rows[0].detail.startswith("3 балла")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_kind_that_the_server_writes_has_words(language):
    import re

    from sync.server.books.conflicts import Conflict
    from sync.server.poster.outcomes import OF_NO_BUCKET

    words = Words(language)
    listed = Conflict.__doc__.partition("Kinds:")[2].partition("`name`")[0]
    named = {one for one in re.findall(r"[a-z]+(?:_[a-z]+)+", re.sub(r"\([^)]*\)", "", listed))}
    kinds = {*named, *OF_NO_BUCKET, "parked", "fork", "overdraft", "not_reconciled"}
    for kind in kinds:
        assert words.knows(f"conflict_kind.{kind}"), kind
        assert words.knows(f"conflict_means.{kind}"), kind


def test_other_pushes_leave_the_desk_alone(window):
    window.desk.till.push(done(notice("synced")))
    assert (window.desk.page, window.desk.ask) == (None, None)
    member_flows.heard(window.desk, done(found_members=MEMBERS))
    assert window.desk.ask is None


def test_two_conflicts_of_a_kind_are_told_apart_in_the_list_and_on_the_page(window, qapp):
    twins = tuple(replace(one, id=f"t{n}", member=f"Анна ··000{n}", actions=office.DEBT)
                  for n, one in enumerate((office.OPEN[0],) * 2))  # fmt: skip
    office.open_conflicts(window, replace(office.TOLD, lines=twins))
    qapp.processEvents()
    shown = [(row.title, row.detail) for row in window.desk.rows]
    assert len(set(shown)) == 2
    for part in ("232,00", "Анна ··0000", "22\xa0ноября, 10:38", "Касса 2", "A000018"):
        assert part in shown[0][1]
    told = said(window, ConflictsPage)
    assert "1. " in told
    assert "2. " in told


def test_a_pill_tells_whoever_may_sign_how_many_conflicts_wait(window, qapp):
    assert not window.top.conflicts.isVisible()
    link = replace(window.desk.view.link, conflicts=3)
    window.desk.do(window.desk.till.become(link=link))
    qapp.processEvents()
    assert window.top.conflicts.isVisible()
    assert window.top.conflicts.accessibleName() == "3 расхождения без подписи"


def test_a_return_among_the_purchases_says_what_was_taken_back_and_given_back(window, qapp):
    back = replace(office.a_card().receipts[-1], earned=12, redeemed=30)
    card = office.a_card(receipts=(back,))
    window.desk.till.answers["find_members"] = done(found_members=MEMBERS)
    window.desk.till.answers["member_card"] = done(member_card=card)
    perform(window.desk, "members")
    keys(window, "4567")
    keys(window, "2")
    keys(window, "3")
    qapp.processEvents()
    told = said(window, MemberPage)
    assert "снято начисленных 12" in told and "отдано назад 30" in told
    assert "начислено 12" not in told


@pytest.mark.parametrize(
    ("kind", "detail", "told"),
    [
        ("velocity_receipts", "2: 0101000001 0101000002", "2 чека: 0101000001, 0101000002"),
        ("velocity_operator", "6: A1 A2", "6 раз, чеки A1, A2"),
        ("velocity_stores", "4: A1 B1", "4 магазина, чеки A1, B1"),
        ("overdraft", "a note of nobody's", ""),
    ],
)
def test_a_card_used_too_often_says_how_often_and_on_which_receipts(kind, detail, told):
    one = office.a_conflict(9, kind, member="Анита К.", detail=detail)
    assert conflict_flows.detail_words(Words("ru"), one) == told
