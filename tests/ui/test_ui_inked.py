"""Text that is shaped once stands where Qt would have put it, to the pixel."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter

from pos_app.ui import inked
from pos_app.ui.inked import Inked
from pos_app.ui.theme import SEMIBOLD, Look

ROOM = QRect(7, 3, 230, 40)
TEXTS = ("1 234,56", "Сыр «Российский» 45 %", "1 × 89,90", "x", "Äpfel & fi")


@pytest.fixture(params=[False, True], ids=["plain", "struck"])
def ink(qapp, look: Look, request) -> Inked:
    """A price that was is struck: its stroke belongs to where its digits are."""
    return Inked(look.font(17, SEMIBOLD, figures=True, struck=request.param))


@pytest.fixture
def look(open_till) -> Look:
    return open_till().look


def painted(draw) -> QImage:
    image = QImage(240, 50, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    draw(painter)
    painter.end()
    return image


@pytest.mark.parametrize("text", TEXTS)
def test_both_edges_are_the_ones_of_qt(ink, text):
    def by_qt(side):
        def draw(painter):
            painter.setFont(ink.font)
            painter.drawText(ROOM, side | Qt.AlignmentFlag.AlignTop, text)

        return painted(draw)

    left = painted(lambda painter: ink.write(painter, ROOM.left(), ROOM.top(), text))
    right = painted(lambda p: ink.write_right(p, ROOM.right() + 1, ROOM.top(), text))
    assert left == by_qt(Qt.AlignmentFlag.AlignLeft)
    assert right == by_qt(Qt.AlignmentFlag.AlignRight)
    assert left != right


def test_what_does_not_fit_is_shortened_and_what_fits_is_left_alone(ink):
    metrics = QFontMetrics(ink.font)
    whole = metrics.horizontalAdvance(TEXTS[1])
    assert ink.short(TEXTS[1], whole) == TEXTS[1]
    for _ in range(2):
        short = ink.short(TEXTS[1], whole - 1)
        assert short.endswith("…")
        assert ink.width(short) <= whole - 1


def test_what_was_forgotten_to_make_room_is_written_again_the_same(ink, monkeypatch):
    def page():
        return painted(lambda p: [ink.write_right(p, 200, 9 * n, t) for n, t in enumerate(TEXTS)])

    before = page()
    monkeypatch.setattr(inked, "TEXTS_MOST", 2)
    assert page() == before
    assert page() == before
