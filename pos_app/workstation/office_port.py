"""A part of `TillPort`: members and conflicts, for those who answer for them. Never a task."""

from typing import Protocol

from pos_app.workstation.answer import Answer

Override = tuple[str, str]


class OfficePort(Protocol):
    """Members and conflicts, for those who have the rights."""

    def find_members(self, text: str) -> Answer:
        """A phone, its last four digits, a card, or the beginning of a name.

        data["found_members"]: tuple[FoundMember, ...], at once or pushed later.
        """

    def member_card(self, member_id: str) -> Answer:
        """data["member_card"]: MemberCard, at once from here; pushed with the server's history."""

    def adjust_points(
        self, member_id: str, points: int, reason: str, override: Override | None = None
    ) -> Answer:
        """Points given (or, below zero, taken off) by hand; data["member_card"] afterwards.

        `needs_second_person`: above the shop's limit another person's PIN is wanted.
        """

    def merge_plan(self, kept_id: str, gone_id: str) -> Answer:
        """data["merge_plan"]: MergePlan; nothing is done."""

    def merge_members(
        self, kept_id: str, gone_id: str, reason: str, override: Override | None = None
    ) -> Answer:
        """Two members become one, for good; data["member_card"] of the one that stays."""

    def conflicts(self) -> Answer:
        """data["conflicts"]: ConflictList as last heard; pushed when the server has told."""

    def open_conflicts(self) -> Answer:
        """data["open_conflicts"]: OpenConflicts of the store as last heard, without asking."""

    def recount_conflicts(self) -> Answer:
        """Ask the server how many there are, where the operator may know; nothing is shown."""

    def sign_conflict(
        self, conflict_id: str, action: str, reason: str, override: Override | None = None
    ) -> Answer:
        """A word on one: absorb (the shop bears it), collect (it stays a debt), note (seen)."""
