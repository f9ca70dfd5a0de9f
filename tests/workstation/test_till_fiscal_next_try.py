"""The next try of an errand takes the place of the one before in one commit: a file that the
courier holds just then, or a cut, loses neither."""

import pytest

from drivers.fake.fiscal import VirtualFiscal
from pos_app.storage import fiscal_book
from pos_app.workstation.ports import NotNow
from tests.workstation.test_till_fiscal_unsure import Unsure
from tests.workstation.tills import notices


@pytest.fixture
def till(tmp_path):
    with VirtualFiscal() as fiscal:
        made = Unsure(tmp_path, fiscal)
        yield made
        fiscal.set_fault(hold=False)
        made.close()


@pytest.fixture
def busy(monkeypatch):
    """The file is taken away once, before the row of a next try is written."""
    plain, times = fiscal_book.save_fiscal, []

    def save(driver, row) -> None:
        if row.state == "queued" and not times:
            times.append(row.key)
            raise NotNow
        plain(driver, row)

    monkeypatch.setattr(fiscal_book, "save_fiscal", save)
    return times


def test_a_file_that_is_busy_at_the_next_try_loses_no_money(till, request) -> None:
    till.loses()
    till.fiscal.unplug()
    till.until(lambda: till.seen().shift == "unknown")
    assert notices(till.says("was_not_done")) == ["errand_decided"]
    times = request.getfixturevalue("busy")
    till.fiscal.replug()
    till.until(lambda: times and not till.errands())
    assert sum(text.startswith("cashIn 500") for text in till.fiscal.storage.printed) == 1
    assert till.drawer_minor == till.till.station.session.cash_minor
