"""A fiscal document's key is on the disk before the registrar hears of it."""

from dataclasses import replace
from datetime import timedelta

from pos_app.storage.fiscal_book import FiscalBook
from pos_app.workstation.ports import Facts, FiscalRow
from tests.storage.builders import NOON, journal_of, open_at, uid

ROW = FiscalRow(uid(6, 1), uid(1, 1), "sale", "sent", NOON, b"{}")


def test_a_row_is_found_after_the_till_was_opened_again(tmp_path) -> None:
    path = tmp_path / "till.db"
    till = open_at(path)
    FiscalBook(till).save(ROW)
    till.close()
    till = open_at(path)
    assert FiscalBook(till).of(uid(1, 1)) == (ROW,)
    assert FiscalBook(till).open() == (ROW,)
    till.close()


def test_the_same_key_again_changes_its_state_and_not_its_place(tmp_path) -> None:
    till = open_at(tmp_path / "till.db")
    book = FiscalBook(till)
    second = replace(ROW, key=uid(6, 2), at=NOON + timedelta(minutes=1), state="unknown")
    for row in (ROW, second, replace(ROW, state="not_done", result=b"1")):
        book.save(row)
    assert [row.state for row in book.of(uid(1, 1))] == ["not_done", "unknown"]
    assert book.open() == (second,)
    till.close()


def test_errands_go_into_the_disk_with_the_facts_that_cause_them(tmp_path) -> None:
    till = open_at(tmp_path / "till.db")
    errands = tuple(
        FiscalRow(uid(6, n), "", kind, "queued", NOON, b"{}")
        for n, kind in enumerate(("open_shift", "cash_in"))
    )
    journal_of(till).record(Facts(fiscal=errands))
    assert FiscalBook(till).open() == errands
    till.close()
