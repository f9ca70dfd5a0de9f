"""One offer at a time, one tap, silent for this receipt once dismissed. Never in the way."""

from functools import partial

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from pos_app.ui.controls import Button, Paragraph, reveal
from pos_app.ui.desk import Desk
from pos_app.ui.menu_flows import perform
from pos_app.ui.theme import Look


class OfferCard(QWidget):
    """The present offer and the hints under it."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        metrics = look.metrics
        row = QHBoxLayout(self)
        air = metrics.px(12)
        row.setContentsMargins(air, air // 2, air // 3, air // 2)
        row.setSpacing(metrics.px(10))
        icon = QLabel()
        icon.setPixmap(look.icon("gift", "points", metrics.px(24)))
        self._text = Paragraph(look, metrics.small, ink="")
        column = QVBoxLayout()
        column.addWidget(self._text)
        dismiss = Button(look, "", partial(perform, desk, "dismiss"), icon="x", skin="offer")
        dismiss.setAccessibleName(look.say("ui.dismiss_offer"))
        dismiss.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row.addWidget(icon)
        row.addLayout(column, 1)
        row.addWidget(dismiss)

    def show_offer(self) -> None:
        """The first offer that was not dismissed; none takes no room."""
        offer = self._desk.offer()
        reveal(self, offer is not None)
        if offer is not None:
            self._text.say(self._look.words.say(offer))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._look.colour("points"), 1))
        painter.setBrush(self._look.colour("points_soft"))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = self._look.metrics.px(10)
        painter.drawRoundedRect(box, radius, radius)
