"""A part of `TillPort`: what is asked of the fiscal registrar. Never a task."""

from typing import Protocol

from pos_app.workstation.answer import Answer

Override = tuple[str, str]


class FiscalGesturePort(Protocol):
    """The registrar. What it answers is pushed to the listeners; without one all is refused."""

    def open_shift(self) -> Answer:
        """Open its shift; a till session does it by itself."""

    def close_shift(self) -> Answer:
        """Z without the end of the till's day: a shift of more than 24 hours."""

    def electronic_receipt(self, address: str) -> Answer:
        """The buyer's e-mail or phone (tag 1008), before the payment; empty: paper."""

    def fiscal_correction(
        self, receipt: str, reason: str, order: str = "", override: Override | None = None
    ) -> Answer:
        """For a receipt without a fiscal document. `order`: the tax office's, with its number."""

    def fiscal_copy(self, receipt: str = "") -> Answer:
        """A copy on the registrar's paper; empty is the last receipt."""

    def go_on_printing(self) -> Answer:
        """There is paper again: finish the document that was being printed."""

    def unsure_errands(self) -> Answer:
        """data["errands"]: tuple[ErrandView, ...], what the registrar cannot say whether it did;
        it is asked once more."""

    def decide_errand(
        self, key: str, decision: str, reason: str, override: Override | None = None
    ) -> Answer:
        """A person's word on one of them, and why: was_done, was_not_done."""
