"""What can come of asking the server. Never decides what to do about it.

Trouble                 a pass did not succeed; it is tried again later
|- Lost                 no answer, or one that is not our server's: nothing may be concluded
|- NotEnrolled          the till has no identity yet
|- MemoryFailed         the till's own files would not
|- Stuck                the server answers, and nothing moves
|- Busy                 the server asks to wait (429, or 5xx with Retry-After)
|- ServerFailed         5xx: the server is there and cannot
`- Refused              the server understood and says no: see `problem`
   |- NotAdmitted       401: unknown, revoked, badly signed or replayed
   |- Gap               409: it has not the event before ours; `problem.head` is what it has
   |- Fenced            410: this incarnation of the till has been replaced
   |- EpochChanged      412: the server lives in another epoch than we thought
   |- TooLarge          413: fewer at a time
   |- Forked            422: it knows another content for what we sent
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

    def __init__(self, why: str, retry_after_s: float | None = None) -> None:
        super().__init__(why)
        self.retry_after_s = retry_after_s


class NotEnrolled(Trouble):
    """There is nobody to talk to."""

    code = "not_enrolled"
    reached = False


class Stuck(Trouble):
    """The server answers as it should and nothing moves: a person must look."""

    code = "stuck"


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
    """The server asks to come again later."""

    code = "busy"


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


REFUSALS: dict[int, type[Refused]] = {
    401: NotAdmitted,
    409: Gap,
    410: Fenced,
    412: EpochChanged,
    413: TooLarge,
    422: Forked,
    426: Outdated,
}
