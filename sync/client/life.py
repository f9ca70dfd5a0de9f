"""The lives of this till's database as the server sees them. Never guesses which of two goes on.

A database that is older than it was on this very machine begins a new chain and sends again what
survived. Where another machine speaks for the till, a person decides; nothing is spent until then.
"""

from collections.abc import Callable
from datetime import datetime

from sync.client.errors import Fenced, Forked, HistoryGone, Moved, Tampered, Trouble
from sync.client.ports import Grants, Lives, Outbox
from sync.client.pull import Pull
from sync.client.push import Push


class Life:
    """Around one push: what must be settled before it, and what is said after it."""

    def __init__(
        self,
        push: Push,
        pull: Pull,
        outbox: Outbox,
        grants: Grants,
        lives: Lives,
        now: Callable[[], datetime],
    ) -> None:
        self._push, self._pull = push, pull
        self._outbox, self._grants, self._lives = outbox, grants, lives
        self._now = now
        self._announced: tuple[str, int] | None = None
        self._told = 0

    async def push(self) -> tuple[int, bool]:
        """(events acknowledged, whether the server was told of a new life). Raises Trouble."""
        if self._lives.moved():
            raise Moved("this database lived on another machine")
        heard = self._pull.verdict()
        if heard is not None and self._lived_again(heard):
            heard = None
        sent = await self._to_the_end()
        if heard is not None:
            raise heard
        return sent, await self._announce()

    async def _to_the_end(self) -> int:
        """Push; a chain that the server cannot go on with begins again, once."""
        try:
            return await self._push.run()
        except (Fenced, Forked) as verdict:
            if not self._lived_again(verdict):
                raise
        except HistoryGone as gone:
            self._lives.renumber(gone.head)
        return await self._push.run()

    def _lived_again(self, verdict: Trouble) -> bool:
        """Whether this machine itself was further once, so that its database may begin again."""
        if isinstance(verdict, Tampered) or not isinstance(verdict, Fenced | Forked):
            return False
        said = verdict.problem
        self._announced = None
        self._told = max(self._told, said.incarnation)
        if self._lives.decided():
            self._lives.take_over(said.incarnation)
            return True
        if self._lives.machine and said.machine == self._lives.machine:
            return self._lives.again(said.incarnation, self._now())
        self._lives.freeze()
        return False

    async def _announce(self) -> bool:
        """The server voids the grants of former incarnations, after all that was sent again."""
        incarnation = self._outbox.position().incarnation
        now = (self._outbox.epoch(), incarnation)
        if now == self._announced or (incarnation == 1 and not self._grants.frozen()):
            return False
        await self._push.announce()
        self._announced = now
        self._lives.known()
        return True

    def announced(self) -> tuple[str, int] | None:
        """(epoch, incarnation) that the server was told of; None before."""
        return self._announced

    def after_pull(self, announced: tuple[str, int] | None) -> bool:
        """Our scope was read to its end; `announced` is what was told before. True: push now.

        Grants may be spent again once the server had heard of this life before it was read.
        """
        if self._pull.verdict() is not None:
            return True
        if announced and announced == self._announced and self._grants.frozen():
            self._grants.thaw()
        return self.has_to_tell()

    def has_to_tell(self) -> bool:
        """Whether a push is due though nothing may be unsent: another life, another epoch."""
        untold = self._outbox.epoch() != self._outbox.reconciled_epoch()
        return untold or self._pull.verdict() is not None

    def take_over(self) -> int:
        """A person has said that this machine goes on; the new incarnation."""
        heard = self._pull.verdict()
        above = max(self._told, heard.problem.incarnation if heard else 0)
        return self._lives.take_over(above)
