"""What the till writes without anybody's gesture: at once where nobody writes, else on a tick.

The courier keeps the write lock of the till's file for as long as it needs, and a window that
waits for it stands still. Never for what must be on the disk before something else may happen in
the same breath: that is a gesture's own commit. What waits here is lost by a cut of the power
before the next tick that finds the file free, so each task says what that means for it.
"""

from collections.abc import Callable
from functools import partial

from pos_app.workstation.answer import Answer, done
from pos_app.workstation.ports import NotNow
from pos_app.workstation.station import Station, changed, guarded

Task = Callable[[], object]


def at_once_or_later(station: Station, name: str, task: Task, again: Task | None = None) -> bool:
    """Do it now if the file is free, else keep it under its name; False when it waits.

    `again`: what is done later instead, where the world may be another by then. A task may be cut
    at its first write and is begun anew, so what it did before that must bear being done twice.
    Raises what the task raises, never NotNow.
    """
    station.later.pop(name, None)
    try:
        with station.journal.without_waiting():
            task()
    except NotNow:
        station.later[name] = again or task
        return False
    return True


def tick(station: Station) -> None:
    """The heart beat: what waits is tried once more, until the first that must wait on."""
    for name, task in tuple(station.later.items()):
        if name in station.later and not _tried(station, name, task):
            return


def _tried(station: Station, name: str, task: Task) -> bool:
    waits = False

    def again() -> Answer:
        nonlocal waits
        waits = not at_once_or_later(station, name, task)
        return changed()

    answer = guarded(again)
    if not waits:
        station.say(answer)
    return not waits


def finish(station: Station) -> None:
    """The till ends: what waits is written now, however long that takes."""
    waiting, station.later = station.later, {}
    for task in waiting.values():
        guarded(partial(_done, task))


def _done(task: Task) -> Answer:
    task()
    return done()
