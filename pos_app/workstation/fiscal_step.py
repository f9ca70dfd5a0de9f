"""The middle arrow: a fiscal document for what is paid, then the commit of exactly that document.

Never issues by itself after a cut: the registrar is asked what became of it first.
"""

from collections.abc import Callable
from dataclasses import replace

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.sentence import say
from pos_app.workstation.answer import Answer, Notice, Part, Tone, done, notice, refused_with
from pos_app.workstation.moving import Moving, Stage
from pos_app.workstation.payment_port import FiscalAnswer, FiscalState
from pos_app.workstation.ports import StoredJob
from pos_app.workstation.shift_wait import passes, unsent
from pos_app.workstation.station import Doing, Station, changed, guarded
from pos_app.workstation.take_payment import PARTS, undo_all
from pos_app.workstation.tendering import frozen, keep, moving_of, open_again, thawed

AWAY = "fiscal.unreachable"
"""The document did not leave the till."""
Commit = Callable[[Station, CompletedTransaction, int, StoredJob | None], Answer]
"""The last arrow: document, receipt counter, paper."""


def missing(station: Station) -> Answer | None:
    """Why nobody can pay: the registrar's shift is too long, its storage full, its paper out."""
    refusal = _trouble(station)
    return refusal if refusal is None or not passes(refusal) else None


def opening(station: Station) -> Answer | None:
    """Before the first thing that cannot be taken back: all is well, once the shift is open, or
    the registrar is heard."""
    refusal = _trouble(station)
    return refusal if refusal is not None and passes(refusal) else None


def _trouble(station: Station) -> Answer | None:
    why = station.registrar.trouble() if station.registrar is not None else None
    return None if why is None else refused_with(why)


def run(
    station: Station,
    document: CompletedTransaction,
    counter: int,
    paper: StoredJob | None,
    commit: Commit,
) -> Answer:
    """Issue, then commit; without a registrar only commit."""
    registrar = station.registrar
    if registrar is None:
        return commit(station, document, counter, paper)
    at = station.settings.crash_point
    moving = frozen(station, moving_of(station), document, counter)
    keep(station, replace(moving, stage=Stage.FISCAL, paper=_kept(paper)))
    at("fiscal.kept")
    station.fiscal_trouble = None
    station.doing = Doing("fiscal")
    key = document.transaction_id
    heard = _Heard(station, lambda answer: _told(station, key, answer, commit))
    registrar.issue(document, key, heard)
    at("fiscal.sent")
    return heard.so_far() or changed(*PARTS, notices=(notice("fiscal_asked"),))


class _Heard:
    """An answer that comes at once is the gesture's own; a later one is told to the listeners."""

    def __init__(self, station: Station, told: Callable[[FiscalAnswer], Answer]) -> None:
        self._station, self._told = station, told
        self._first: Answer | None = None
        self._late = False

    def __call__(self, answer: FiscalAnswer) -> None:
        told = self._told(answer)
        if self._late:
            self._station.say(told)
        else:
            self._first = told

    def so_far(self) -> Answer | None:
        """What came before the gesture ended."""
        self._late = True
        return self._first


def _kept(paper: StoredJob | None) -> tuple[str, str]:
    return (paper.job_id, paper.body.decode()) if paper is not None else ("", "")


def _paper(moving: Moving) -> StoredJob | None:
    job_id, body = moving.paper
    return StoredJob(job_id, moving.transaction_id, body.encode()) if job_id else None


def look_up(station: Station, commit: Commit) -> Answer:
    """After a cut, or when nobody knew: what became of the document."""
    moving, registrar = station.moving, station.registrar
    document = thawed(station, moving) if moving is not None else None
    if moving is None or document is None or registrar is None:
        return done()
    station.doing = Doing("fiscal_looking")
    key = moving.transaction_id
    registrar.look_up(document, key, lambda answer: _say(station, key, answer, commit))
    return changed(*PARTS)


def _say(station: Station, key: str, answer: FiscalAnswer, commit: Commit) -> None:
    station.say(_told(station, key, answer, commit))


def _told(station: Station, key: str, answer: FiscalAnswer, commit: Commit) -> Answer:
    moving = station.moving
    if moving is None or moving.transaction_id != key or moving.stage is not Stage.FISCAL:
        return done()
    station.doing = None
    return guarded(lambda: settle(station, moving, answer, commit))


def settle(station: Station, moving: Moving, answer: FiscalAnswer, commit: Commit) -> Answer:
    """What the registrar's answer means for the receipt."""
    station.fiscal_trouble = answer.why
    if answer.state is FiscalState.ISSUED:
        keep(station, replace(moving, stage=Stage.ISSUED, receipt=dict(answer.receipt)))
        station.settings.crash_point("fiscal.issued")
        return committed(station, commit)
    if answer.state is FiscalState.UNKNOWN:
        return changed(*PARTS, notices=(notice("fiscal_unknown", Tone.ERROR),))
    keep(station, open_again(moving))
    if not answer.final and answer.why is not None and answer.why.key == AWAY:
        waits = unsent(station)
        if waits is not None:
            return waits
    said = _not_issued(answer)
    if answer.final:
        back = undo_all(station)
        return replace(back, notices=(said, *back.notices))
    return changed(*PARTS, notices=(said,))


def _not_issued(answer: FiscalAnswer) -> Notice:
    """With the registrar's own reason: too little cash in it, a shift that is too long."""
    said = notice("fiscal_not_issued", Tone.ERROR)
    if answer.why is None:
        return said
    return replace(said, text=say("notice.fiscal_not_issued_why", why=answer.why))


def committed(station: Station, commit: Commit) -> Answer:
    """The frozen document, exactly once: the row goes in the same commit."""
    moving = station.moving
    document = thawed(station, moving) if moving is not None else None
    if moving is None or document is None:
        return done()
    answer = commit(station, document, moving.counter, _paper(moving))
    return replace(answer, changed=answer.changed | {Part.DEMAND, Part.TENDERS})
