"""The main screens look as they were looked at; what a person would see changes the picture.

`python -m tests.ui.pictures` makes the references anew, after a look at `make pictures`.
"""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QFont, QImage

from pos_app.ui import theme
from tests.ui.builders import a_transaction, lines
from tests.ui.gallery import photograph
from tests.ui.pictures import FOLDER, SCREENS, SIZE, difference, path_of
from tests.ui.states import become

MOST_BYTES = 2_000_000
SELLING = ("selling", "ru", "light")


def reference(screen):
    return QImage(str(path_of(*screen)))


@pytest.mark.parametrize("screen", SCREENS, ids="-".join)
def test_a_main_screen_looks_as_it_was_looked_at(qapp, screen):
    found = difference(photograph(*screen, SIZE), reference(screen))
    assert not found.is_another_picture, f"{found}: python -m tests.ui.pictures, and look"


def test_the_references_are_few_and_small():
    kept = {place.name for place in FOLDER.glob("*.png")}
    assert kept == {path_of(*screen).name for screen in SCREENS}
    assert sum(place.stat().st_size for place in FOLDER.iterdir()) < MOST_BYTES


def spoilt(spoil, screen=SELLING):
    return difference(photograph(*screen, SIZE, spoil), reference(screen))


def moved(widget):
    widget.move(widget.pos() + QPoint(8, 0))


def another_colour(window):
    window.look._colours["pay"] = QColor("#0B536B")


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda w: moved(w.screen_shown.member.known._name), id="a name 8 px aside"),
        pytest.param(lambda w: moved(w.screen_shown.totals._names[1]), id="a small label 8 px"),
        pytest.param(lambda w: moved(w.screen_shown.totals.figure), id="the total 8 px aside"),
        pytest.param(another_colour, id="another green"),
        pytest.param(lambda w: w.screen_shown.member.known._next_tier.hide(), id="a line missing"),
        pytest.param(
            lambda w: become(w, transaction=a_transaction(lines(7), points=300)), id="a row missing"
        ),
        pytest.param(
            lambda w: w.screen_shown.totals.pay.buttons[1].relabel("Картой"), id="another word"
        ),
    ],
)
def test_a_change_that_a_person_sees_is_another_picture(qapp, spoil):
    assert spoilt(spoil).is_another_picture


def test_another_rasteriser_of_fonts_is_the_same_picture(qapp, monkeypatch):
    plain = theme.Look.font

    def unhinted(look, *args, **kwargs):
        font = QFont(plain(look, *args, **kwargs))
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font

    monkeypatch.setattr(theme.Look, "font", unhinted)
    assert not spoilt(lambda window: None).is_another_picture
