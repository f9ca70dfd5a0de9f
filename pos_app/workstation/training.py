"""Training: the same till on books of its own, marked everywhere, that touches nothing real.

A newcomer presses everything; no event goes anywhere, no money moves, no drawer opens, nobody's
points change. Whoever may, begins and ends it; both are in the real audit chain. What the power
ends is ended: the till starts on its real books, and the training ones are gone.
"""

from collections.abc import Callable, Mapping
from typing import Any

from drivers.contract import Align, OpenDrawer, PrintJob, Style, Text
from pos_app.domain.rights import Right
from pos_app.workstation.answer import ALL_PARTS, Answer, Tone, notice, refused
from pos_app.workstation.ports import Devices, DeviceState, Facts, Reply
from pos_app.workstation.station import (
    Override,
    Station,
    authorise,
    changed,
    guarded,
    record,
    right_used,
)

BEGUN, ENDED, CUT = "training_begun", "training_ended", "training_cut"
MARK = Style(bold=True, align=Align.CENTER)
Begin = Callable[[Station], tuple[Station, Callable[[], None]]]
"""Makes a station of the real one, on books of its own, and what puts them away."""


class TrainingDevices:
    """Devices that show and print, marked; what holds money stays shut. Satisfies `Devices`."""

    def __init__(self, real: Devices, mark: str) -> None:
        self._real, self._mark = real, mark

    def states(self) -> tuple[DeviceState, ...]:
        """Without what takes money or signs for it: a trainee pays by hand."""
        return tuple(one for one in self._real.states() if one.kind not in ("payment", "fiscal"))

    def print_job(self, job: PrintJob) -> None:
        """The mark on every paper; never a pulse for the drawer."""
        kept = tuple(one for one in job.elements if not isinstance(one, OpenDrawer))
        has = any(isinstance(one, Text) and one.text == self._mark for one in kept)
        marked = kept if has else (Text(self._mark, MARK), *kept)
        self._real.print_job(PrintJob(job.job_id, marked, job.columns, replaces=job.replaces))

    def open_drawer(self) -> None:
        """Stays shut."""

    def display(self, rows: tuple[str, str]) -> None:
        """The customer reads it too."""
        self._real.display((rows[0], self._mark))

    def ready_for_scan(self) -> None:
        """The scanner is real."""
        self._real.ready_for_scan()

    def request(
        self, do: str, fields: Mapping[str, Any], on_reply: Reply, deadline_ms: int = 10_000
    ) -> int:
        """Devices are cared for on the real till."""
        on_reply({"error": self._mark})
        return 0

    def cancel(self, number: int) -> None:
        """Nothing was asked."""


class TrainingGestures:
    """Begin and end. `_books` is the real station; `_station` the one that gestures go to."""

    _station: Station
    _books: Station
    begin_training: Begin | None = None
    _put_away: Callable[[], None] | None = None

    @property
    def is_training(self) -> bool:
        """Whether gestures go to books of their own now."""
        return self._station is not self._books

    def train(self, on: bool, override: Override | None = None) -> Answer:
        """See TrainingPort."""
        return guarded(lambda: self._train(on, override))

    def _train(self, on: bool, override: Override | None) -> Answer:
        if on == self.is_training or self.begin_training is None:
            return refused("no_training")
        busy = _busy(self._station)
        if busy is not None:
            return busy
        allowed = authorise(self._station, Right.TRAINING, override)
        if isinstance(allowed, Answer):
            return allowed
        used = right_used(self._books, BEGUN if on else ENDED, "till", override_by=allowed.by)
        trouble = record(self._books, Facts(events=(used,)))
        if trouble:
            return trouble
        if on:
            self._station, self._put_away = self.begin_training(self._books)
            return changed(*ALL_PARTS, notices=(notice("training_begun", Tone.WARNING),))
        self.end_training()
        return changed(*ALL_PARTS, notices=(notice("training_ended", Tone.GOOD),))

    def train_from_the_start(self) -> None:
        """A till that was started for training; whoever may, ends it."""
        if self.begin_training is not None:
            record(self._books, Facts(events=(right_used(self._books, BEGUN, "start"),)))
            self._station, self._put_away = self.begin_training(self._books)

    def end_training(self) -> None:
        """The real books again; the others are gone."""
        put_away, self._put_away = self._put_away, None
        self._station = self._books
        if put_away is not None:
            put_away()


def _busy(station: Station) -> Answer | None:
    """A receipt or a payment is finished first, on whichever books it is."""
    if station.operator is None:
        return refused("sign_on_first")
    if station.open is not None and station.open.lines:
        return refused("finish_first")
    if station.moving is not None or station.doing is not None or station.weighing is not None:
        return refused("finish_first")
    return None
