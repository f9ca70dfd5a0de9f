"""Gestures of the drawer, the session, the day and the manager. Never a rule of its own."""

from datetime import date

from pos_app.workstation import counting, day_close, lending, period_report, sign_on, till_control
from pos_app.workstation.answer import Answer, Part, done, notice
from pos_app.workstation.station import Override, Station, changed, guarded


class Managing:
    """Operators, cash and days."""

    def __init__(self, station: Station) -> None:
        self._station = station

    def sign_on(self, operator_id: str, pin: str) -> Answer:
        """See SessionPort."""
        return guarded(lambda: sign_on.sign_on(self._station, operator_id, pin))

    def operators(self, right: str = "") -> Answer:
        """See SessionPort."""
        return guarded(lambda: sign_on.operators(self._station, right))

    def sign_off(self) -> Answer:
        """See SessionPort."""
        return guarded(lambda: sign_on.sign_off(self._station))

    def swap(self, operator_id: str, pin: str) -> Answer:
        """See SessionPort."""
        return guarded(lambda: sign_on.swap(self._station, operator_id, pin))

    def lend_right(self, right: str, override: Override | None = None) -> Answer:
        """See SessionPort."""
        return guarded(lambda: lending.lend(self._station, right, override))

    def give_right_back(self) -> Answer:
        """See SessionPort."""
        return lending.give_back(self._station)

    def open_session(self, float_minor: int, override: Override | None = None) -> Answer:
        """See SessionPort."""
        return guarded(lambda: till_control.open_session(self._station, float_minor, override))

    def count_drawer(self, counted_minor: int) -> Answer:
        """See SessionPort."""
        return guarded(lambda: counting.count_drawer(self._station, counted_minor))

    def close_session(self, counted_minor: int, reason: str = "") -> Answer:
        """See SessionPort."""
        return guarded(lambda: till_control.close_session(self._station, counted_minor, reason))

    def cash_movement(
        self, kind: str, amount_minor: int, reason: str, override: Override | None = None
    ) -> Answer:
        """See SessionPort."""
        return guarded(
            lambda: till_control.cash_movement(self._station, kind, amount_minor, reason, override)
        )

    def no_sale(self, reason: str, override: Override | None = None) -> Answer:
        """See SessionPort."""
        return guarded(lambda: till_control.no_sale(self._station, reason, override))

    def period_report(
        self, since: date, until: date, chain: bool = False, override: Override | None = None
    ) -> Answer:
        """See SessionPort."""
        return guarded(
            lambda: period_report.period_report(self._station, since, until, chain, override)
        )

    def x_report(self) -> Answer:
        """See SessionPort."""
        return guarded(lambda: till_control.x_report(self._station))

    def end_of_day(self, counted_minor: int, reason: str = "") -> Answer:
        """See SessionPort."""
        return guarded(lambda: day_close.close(self._station, counted_minor, reason))

    def day_begin(self) -> Answer:
        """See SessionPort."""
        return guarded(lambda: day_close.begin(self._station))

    def day_choice(self, step: str, choice: str, reason: str = "") -> Answer:
        """See SessionPort."""
        return guarded(lambda: day_close.choose(self._station, step, choice, reason))

    def day_leave(self) -> Answer:
        """See SessionPort."""
        return guarded(lambda: day_close.leave(self._station))

    def link(self, online: bool) -> Answer:
        """See SessionPort."""
        self._station.courier.request("link", {"online": online}, lambda _reply: None)
        return changed(Part.LINK)

    def sync_now(self) -> Answer:
        """See SessionPort."""
        station = self._station

        def answered(reply: object) -> None:
            station.say(changed(Part.LINK, Part.MEMBER, sync=reply))

        station.courier.request("sync", {}, answered, 30_000)
        return done(notice("syncing"))
