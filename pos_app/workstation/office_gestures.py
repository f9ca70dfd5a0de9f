"""Gestures of whoever answers for members and conflicts. Never a rule of its own."""

from pos_app.workstation import adjust_points, find_member, merge_members, open_conflicts
from pos_app.workstation.answer import Answer, done
from pos_app.workstation.station import Override, Station, guarded


class OfficeGestures:
    """See OfficePort."""

    _station: Station

    def find_members(self, text: str) -> Answer:
        """See OfficePort."""
        return guarded(lambda: find_member.find(self._station, text))

    def member_card(self, member_id: str) -> Answer:
        """See OfficePort."""
        return guarded(lambda: find_member.open_card(self._station, member_id))

    def adjust_points(
        self, member_id: str, points: int, reason: str, override: Override | None = None
    ) -> Answer:
        """See OfficePort."""
        wanted = adjust_points.Adjustment(member_id, points, reason)
        return guarded(lambda: adjust_points.adjust(self._station, wanted, override))

    def merge_plan(self, kept_id: str, gone_id: str) -> Answer:
        """See OfficePort."""
        return guarded(lambda: merge_members.plan(self._station, kept_id, gone_id))

    def merge_members(
        self, kept_id: str, gone_id: str, reason: str, override: Override | None = None
    ) -> Answer:
        """See OfficePort."""
        return guarded(
            lambda: merge_members.merge(self._station, kept_id, gone_id, reason, override)
        )

    def conflicts(self) -> Answer:
        """See OfficePort."""
        return guarded(lambda: open_conflicts.look(self._station))

    def open_conflicts(self) -> Answer:
        """See OfficePort."""
        station = self._station
        return guarded(lambda: done(open_conflicts=open_conflicts.open_conflicts(station)))

    def recount_conflicts(self) -> Answer:
        """See OfficePort."""
        return guarded(lambda: open_conflicts.recount(self._station))

    def sign_conflict(
        self, conflict_id: str, action: str, reason: str, override: Override | None = None
    ) -> Answer:
        """See OfficePort."""
        return guarded(
            lambda: open_conflicts.sign(self._station, conflict_id, action, reason, override)
        )
