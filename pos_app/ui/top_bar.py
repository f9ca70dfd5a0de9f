"""Who, where, and how the till is: link, unsent, devices as pills. Colour never alone."""

from datetime import datetime, timedelta
from functools import partial

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from pos_app.ui.controls import LEFT, Button, Variants, reveal
from pos_app.ui.desk import Change, Desk, Own
from pos_app.ui.device_flows import ICONS
from pos_app.ui.menu_flows import perform
from pos_app.ui.theme import MEDIUM, SEMIBOLD, Look
from pos_app.workstation.answer import Part
from pos_app.workstation.view import DeviceView, LinkView

TONES = {
    "points": ("points_soft", "points"),
    "good": ("good_soft", "good"),
    "warning": ("warning_soft", "warning"),
    "error": ("error_soft", "error"),
}


BAD_STATES = {
    "lost": "error",
    "misfit": "error",
    "paper_out": "error",
    "cover_open": "error",
    "paper_low": "warning",
    "open_long": "warning",
    **{
        f"fiscal_{why}": "error"
        for why in (
            *("shift_expired", "storage_full", "storage_lost", "unsent_too_long", "no_paper"),
            *("cover_open", "blocked", "busy", "fault", "unreachable"),
        )
    },
}
"""A device that nobody has heard of yet (`unknown`) is no trouble."""


MODULE_NEAR = timedelta(hours=6)
"""So long before its lists end the marking module is shown: somebody can still do something."""


class Pill(QWidget):
    """A state: icon and words, in the longest variant that fits; the icon alone at the very end."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._font = look.font(look.metrics.small, SEMIBOLD)
        self._icon, self._tone = "info", "good"
        self._texts: tuple[str, ...] = ("",)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def say(self, icon: str, tone: str, *texts: str) -> None:
        """A state at length, then shorter."""
        if (icon, tone, texts) == (self._icon, self._tone, self._texts):
            return
        self._icon, self._tone, self._texts = icon, tone, texts
        self.setAccessibleName(texts[0])
        self.setToolTip(texts[0])
        self.updateGeometry()
        self.update()

    def _width(self, text: str) -> int:
        px = self._look.metrics.px
        words = QFontMetrics(self._font).horizontalAdvance(text) + px(8) if text else 0
        return px(12) + px(18) + words + px(12) + 1

    def text(self) -> str:
        """The variant on show."""
        return next((one for one in self._texts if self._width(one) <= self.width()), "")

    def sizeHint(self) -> QSize:
        tall = QFontMetrics(self._font).height() + self._look.metrics.px(14)
        return QSize(self._width(self._texts[0]), tall)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._width(""), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        px = self._look.metrics.px
        ground, ink = TONES[self._tone]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._look.colour(ink), 1.0))
        painter.setBrush(self._look.colour(ground))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        side = px(18)
        top = (self.height() - side) // 2
        painter.drawPixmap(px(12), top, side, side, self._look.icon(self._icon, ink, side))
        painter.setFont(self._font)
        painter.drawText(self.rect().adjusted(px(38), 0, 0, 0), LEFT, self.text())


class TopBar(QFrame):
    """The strip above everything."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("bar")
        self._look, self._desk = look, desk
        metrics = look.metrics
        row = QHBoxLayout(self)
        air = metrics.px(5 if metrics.is_low else 8)
        row.setContentsMargins(metrics.pad, air, metrics.pad, air)
        row.setSpacing(metrics.px(10))
        self._place = Variants(look, metrics.body, SEMIBOLD)
        self._who = Variants(look, metrics.small)
        self.link, self.unsent, self.device = Pill(look), Pill(look), Pill(look)
        self._training, self.conflicts, self.module = Pill(look), Pill(look), Pill(look)
        self._clock = Variants(look, metrics.medium, MEDIUM, figures=True)
        self._clock.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row.addWidget(self._place)
        row.addWidget(self._who, 1)
        for pill in (
            self._training,
            self.conflicts,
            self.module,
            self.device,
            self.link,
            self.unsent,
        ):
            row.addWidget(pill)
        row.addWidget(self._clock)
        self._menu = Button(look, look.say("ui.menu"), partial(perform, desk, "menu"),
                            icon="menu", key="F1", skin="quiet")  # fmt: skip
        self._menu.level = 1 if metrics.is_narrow else 0
        self._menu.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row.addWidget(self._menu)
        self.refresh(frozenset(Part) | {Own.LOOK})

    def refresh(self, changes: frozenset[Change]) -> None:
        """Repaint what these changes touch."""
        if changes & {Part.OPERATOR, Part.SESSION}:
            self._show_who()
        if Part.LINK in changes:
            self._show_link(self._desk.view.link)
        if Part.DEVICES in changes:
            self._show_devices()
        self.show_time()

    def show_time(self) -> None:
        """The clock of the view, in the store's zone."""
        now = self._desk.view.now
        self._clock.say(self._look.words.format(now) if now else "")
        self._show_module(now)

    def _show_who(self) -> None:
        view, say = self._desk.view, self._look.say
        self._place.say(view.workstation_name or "Kopilka")
        session = say("ui.session", n=view.session.number) if view.session else ""
        if view.session and view.now and view.session.business_on != view.now.date():
            on = self._look.words.format(view.session.business_on, "day")
            session = say("ui.session_of", n=view.session.number, on=on)
        person = view.operator.name if view.operator else say("ui.nobody")
        texts = (
            (view.store_name, session, person),
            (session, person),
            (person,),
            ("",),
        )
        self._who.say(*(" · ".join(p for p in parts if p) for parts in texts), ink="secondary")
        self._who.setMinimumWidth(0)
        reveal(self._training, view.training)
        if view.training:
            self._training.say("sparkles", "warning", say("ui.training"))
        reveal(self._menu, view.operator is not None)

    def _show_link(self, link: LinkView) -> None:
        say = self._look.say
        if link.trouble is not None:
            self.link.say("triangle-alert", "error", self._look.words.say(link.trouble))
        elif link.stale:
            self.link.say("triangle-alert", "error", say("ui.stale"), say("ui.stale_short"))
        elif link.online:
            self.link.say("wifi", "good", say("ui.online"))
        else:
            since = (say("ui.offline_since", at=link.since),) if link.since else ()
            selling = (say("ui.offline_selling", at=link.since),) if link.since else ()
            self.link.say("wifi-off", "warning", *selling, *since, say("ui.offline"))
        reveal(self.conflicts, bool(link.conflicts))
        if link.conflicts:
            told = say("ui.conflicts", n=link.conflicts)
            self.conflicts.say("list-checks", "warning", told, str(link.conflicts))
        # With nothing to send and nobody to send it to the link's own pill is the whole truth.
        fine = link.online and link.trouble is None and not link.stale
        reveal(self.unsent, bool(link.unsent) or fine)
        if link.unsent:
            self.unsent.say("upload", "warning", say("ui.unsent", n=link.unsent), str(link.unsent))
        else:
            self.unsent.say("check", "good", say("ui.all_sent"))

    def _show_devices(self) -> None:
        """Only what is wrong is shown; the first fault by name, the others counted."""
        wrong = [one for one in self._desk.view.devices if one.state in BAD_STATES]
        reveal(self.device, bool(wrong))
        if wrong:
            more = f" +{len(wrong) - 1}" if len(wrong) > 1 else ""
            first = wrong[0]
            tone = BAD_STATES[first.state]
            state = self._look.say(f"device.{first.state}")
            word = device_word(self._look, first)
            name = word if first.name == first.kind else first.name
            icon = ICONS.get(first.kind, "monitor")
            self.device.say(icon, tone, f"{name}: {state}{more}", word + more)

    def _show_module(self, now: datetime | None) -> None:
        """The marking module's lists, when they are near their end or past it."""
        ends = [one.until for one in self._desk.view.devices if one.until is not None]
        until = min(ends, default=None)
        near = until is not None and now is not None and until - now < MODULE_NEAR
        reveal(self.module, near)
        if until is not None and now is not None and near:
            past = until <= now
            key = "ui.module_stale" if past else "ui.module_until"
            tone = "error" if past else "warning"
            told = self._look.say(key, at=until)
            self.module.say(ICONS["marking"], tone, told, self._look.words.format(until, "day"))


def device_word(look: Look, device: DeviceView) -> str:
    """The shortest name of a device."""
    key = f"device.kind_{device.kind}"
    return look.say(key) if look.words.knows(key) else device.name
