"""The page of why: what was applied, what was nearly, then the rest; on the real till."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.domain.money import Money
from pos_app.domain.sentence import say
from pos_app.ui import gestures
from pos_app.ui.controls import Paragraph
from pos_app.ui.pages import TracePage
from pos_app.workstation.view import TraceRow
from pos_app.workstation.why_order import in_order
from tests.ui.looks import in_every_look
from tests.workstation.tills import BREAD, CARDS, MILK, SWEETS, Bench


@pytest.fixture
def till(tmp_path):
    made = Bench(tmp_path)
    yield made.open_shift()
    made.close()


def missed(name, key, **args):
    return TraceRow(name, name, False, 0, (), (say(key, **args),))


def test_what_was_applied_is_first_then_what_was_nearly_least_missing_first_then_the_rest():
    rows = (
        missed("over", "why.ended"),
        missed("far", "why.missing", missing=Money(500_00)),
        missed("card", "why.members_only"),
        missed("near", "why.missing", missing=Money(20_00)),
        missed("two", "why.too_few", missing=2),
        TraceRow("cheap", "cheap", True, 10_00, (1,)),
        missed("one", "why.too_few", missing=1),
        missed("none", "why.no_goods"),
        TraceRow("points", "points", True, 0, (2,)),
    )
    assert [row.rule_id for row in in_order(rows)] == [
        "cheap", "points", "one", "two", "near", "far", "card", "over", "none",
    ]  # fmt: skip


@in_every_look
def test_the_page_of_why_begins_with_what_was_applied_and_what_was_nearly(till, open_till, look):
    window = open_till(till.till, **look)
    for code in (MILK, SWEETS, SWEETS, BREAD, CARDS["anna"]):
        gestures.scan(window.desk, code.encode())
    QTest.keyClick(window.entry, Qt.Key.Key_F11)
    rows = window.desk.page.content.rows
    applied = [row.applied for row in rows]
    assert applied == sorted(applied, reverse=True)
    first, *_ = [row for row in rows if not row.applied]
    assert (first.rule_id, first.why[0].key) == ("sweets-3-for-2", "why.too_few")
    page = window.screen_shown.findChild(TracePage)
    shown = [one.text() for one in page.findChildren(Paragraph)]
    names = [text for text in shown if text in {row.name for row in rows}]
    assert names == [row.name for row in rows]
