"""A marking code without a verdict leaves a mark on the receipt, in words, until it comes."""

import pytest

from pos_app.ui.asked_codes import AskedCodes
from tests.ui.builders import SellingTill, selling
from tests.ui.counter_samples import become


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()))


def asked(window, *names):
    """The mark, once the till asks of these goods."""
    become(window, asking=names)
    (found,) = window.findChildren(AskedCodes)
    return found


def test_the_mark_names_the_goods_and_counts_the_others(window):
    assert not asked(window).isVisible()
    one = asked(window, "Вода 1 л")
    assert one.isVisible()
    assert one.accessibleName() == "Код маркировки проверяется: Вода 1 л"
    more = asked(window, "Вода 1 л", "Сыр", "Молоко")
    assert more.accessibleName() == "Коды маркировки проверяются: Вода 1 л, ещё 2"


def test_it_stays_through_a_scan_and_goes_with_the_verdict(window):
    mark = asked(window, "Вода 1 л")
    become(window, member=None)
    window.desk.hush()
    assert mark.isVisible()
    asked(window)
    assert not mark.isVisible()


def test_it_is_there_before_the_first_line_and_goes_with_the_receipt(window):
    become(window, transaction=None)
    mark = asked(window, "Вода 1 л")
    assert mark.isVisible()
    become(window, transaction=None, asking=())
    assert not mark.isVisible()
