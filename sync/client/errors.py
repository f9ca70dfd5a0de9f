"""What can come of asking the server. Never decides what to do about it.

Trouble                 a pass did not succeed; it is tried again later
|- Lost                 no answer, or one that is not our server's: nothing may be concluded
|- NotEnrolled          the till has no identity yet
|- MemoryFailed         the till's own files would not
|- Stuck                the server answers, and nothing moves
|- Moved                this database lived on another machine: a person says which one goes on
|- HistoryGone          the server lost what this till was allowed to forget
|- Busy                 the server asks to wait (429, or 5xx with Retry-After)
|- ServerFailed         5xx: the server is there and cannot
`- Refused              the server understood and says no: see `problem`
   |- NotAdmitted       401: unknown, revoked, badly signed or replayed
   |- Gap               409: it has not the event before ours; `problem.head` is what it has
   |- Fenced            410: this incarnation of the till has been replaced
   |- EpochChanged      412: the server lives in another epoch than we thought
   |- TooLarge          413: fewer at a time
   |- Forked            422: it knows another content for what we sent
   |  `- Tampered       422: our own bytes do not fit our own chain
   `- Outdated          426: this program is too old for the server; it goes on selling
"""

from sync.wire.messages import Problem


class Trouble(Exception):
    """A pass did not succeed. `code` is stable and names a sentence for a person."""

    code = "trouble"
    retry_after_s: float | None = None
    reached = True
    """Whether the answer came from our server, so that the link is up."""


class Lost(Trouble):
    """No answer that could be our server's."""

    code = "lost"
    reached = False

    def __init__(
        self, why: str, retry_after_s: float | None = None, *, missing: bool = False
    ) -> None:
        """`missing`: whoever answered knows no such address."""
        super().__init__(why)
        self.retry_after_s = retry_after_s
        self.missing = missing


class NotEnrolled(Trouble):
    """There is nobody to talk to."""

    code = "not_enrolled"
    reached = False


class Stuck(Trouble):
    """The server answers as it should and nothing moves: a person must look."""

    code = "stuck"


class Moved(Trouble):
    """Nothing is sent from a copy on another machine until a person has said so."""

    code = "moved"


class HistoryGone(Trouble):
    """The server went back behind what its backups had promised to keep."""

    code = "history"

    def __init__(self, head: int) -> None:
        super().__init__(f"the server has nothing after event {head}, which is not kept here")
        self.head = head


class MemoryFailed(Trouble):
    """The till's own files would not take or give what the courier needs."""

    code = "memory"


class ServerFailed(Trouble):
    """The server answered that it failed."""

    code = "server_failed"

    def __init__(self, status: int, retry_after_s: float | None = None) -> None:
        super().__init__(f"status {status}")
        self.retry_after_s = retry_after_s


class Busy(ServerFailed):
    """The server asks to come again later. `why`: the code of its problem."""

    code = "busy"

    def __init__(self, status: int, retry_after_s: float | None = None, why: str = "") -> None:
        super().__init__(status, retry_after_s)
        self.why = why


class Refused(Trouble):
    """A problem document of the server."""

    code = "refused"

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(f"{status} {problem.code}: {problem.detail}")
        self.status = status
        self.problem = problem


class NotAdmitted(Refused):
    """401."""

    code = "not_admitted"


class Outdated(Refused):
    """426."""

    code = "outdated"


class Gap(Refused):
    """409."""

    code = "gap"


class Fenced(Refused):
    """410."""

    code = "fenced"


class EpochChanged(Refused):
    """412."""

    code = "epoch"


class TooLarge(Refused):
    """413."""

    code = "too_large"


class Forked(Refused):
    """422."""

    code = "fork"


class Tampered(Forked):
    """422: bytes that were changed behind the program's back; never sent under another chain."""

    code = "tampered"


OF_A_CHANGED_BODY = ("tampered", "exists_with_different_content")
REFUSALS: dict[int, type[Refused]] = {
    401: NotAdmitted,
    409: Gap,
    410: Fenced,
    412: EpochChanged,
    413: TooLarge,
    422: Forked,
    426: Outdated,
}
