"""What a till holds after many customers is what it held after a few: counted, not weighed."""

from dataclasses import fields

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QPixmap, QPixmapCache
from PySide6.QtWidgets import QApplication

from pos_app.storage.connect import TILL_CACHE_KIB
from tests.evidence.soak import Counter

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)
FEW, MORE = 12, 20
PAGE_CACHE_MOST_KIB = 2048


@pytest.fixture
def counter(tmp_path):
    made = Counter(tmp_path, seed=1)
    made.open()
    yield made
    made.close()


def held(counter: Counter) -> dict[str, int]:
    """Sizes of everything that the station keeps between gestures, and what Qt has of ours."""
    station = counter.till.station
    kept = {one.name: getattr(station, one.name) for one in fields(station)}
    sizes = {
        name: len(value)
        for name, value in kept.items()
        if isinstance(value, dict | list | tuple | set | frozenset)
    }
    sizes["widgets below the window"] = len(counter.window.findChildren(QObject))
    sizes["widgets"] = len(QApplication.allWidgets())
    return sizes


def test_what_is_held_between_customers_does_not_grow_with_them(counter):
    for _ in range(FEW):
        counter.customer(12)
    counter.hourly()
    before = held(counter)
    for _ in range(MORE):
        counter.customer(12)
    counter.hourly()
    assert held(counter) == before
    assert counter.done >= MORE


def test_the_page_cache_of_the_tills_file_is_bounded_below_a_day(counter):
    driver = counter.bench.memory.file.driver
    assert driver.execute("PRAGMA cache_size").fetchall() == [(-TILL_CACHE_KIB,)]
    assert TILL_CACHE_KIB <= PAGE_CACHE_MOST_KIB


def test_another_look_leaves_no_picture_of_the_last_one(counter):
    QPixmapCache.insert("of the last look", QPixmap(8, 8))
    counter.window.desk.change_look(language="en")
    assert not QPixmapCache.find("of the last look", QPixmap())
