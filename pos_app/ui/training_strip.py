"""The strip that says "training" over every screen, the customer's too. Never a way in or out."""

from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout

from pos_app.ui.controls import Paragraph, reveal
from pos_app.ui.desk import Desk
from pos_app.ui.phrases import words_of
from pos_app.ui.theme import SEMIBOLD, Look


class TrainingStrip(QFrame):
    """In words and across the whole width; there only while it is training."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("training")
        self._desk = desk
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        pad = look.metrics.px(6)
        column.setContentsMargins(look.metrics.pad, pad, look.metrics.pad, pad)
        self._words = Paragraph(look, look.metrics.body, ink="warning")
        self._words.setFont(look.font(look.metrics.body, SEMIBOLD))
        column.addWidget(self._words)
        self.setVisible(desk.view.training)
        self.refresh()

    def refresh(self) -> None:
        """As the till's view says now."""
        shown = self._desk.view.training
        self._words.say(words_of(self._desk).text("ui.training_banner") if shown else "")
        reveal(self, shown)
