"""Which machine a `till.db` lives on, and when it may begin another life. Never asks the server.

A database that went back in time on its own machine goes on by itself under a new incarnation. One
that woke up on another machine may have a living original: a person says which of them goes on.
"""

from datetime import datetime, timedelta

from pos_app.storage.till_file import TillFile

ONCE_A = timedelta(days=7)
ROLLED_BACK, MOVED = "rolled_back", "moved"


class Lives:
    """The lives of one database. `machine`: fingerprint of this one; empty where none is known."""

    def __init__(self, till: TillFile, machine: str = "") -> None:
        self._till = till
        self.machine = machine

    def begin(self) -> str:
        """To be asked at every start, before the first sale and the first request.

        "": all is well. "rolled_back": a new incarnation was begun. "moved": the grants are
        frozen, nothing is sent until a person says `take_over`.
        """
        if self._till.meta("identity") is None:
            return ""
        if self.moved():
            self._till.freeze()
            return MOVED
        if self.machine and not self._home():
            self._settle()
        if self._till.sentinel_mismatch():
            self._till.new_incarnation()
            return ROLLED_BACK
        return ""

    def moved(self) -> bool:
        """True while the database is at home on another machine."""
        home = self._home()
        return bool(home and self.machine and home != self.machine)

    def take_over(self, above: int = 0) -> int:
        """A person has said that this machine goes on; the new incarnation, above the one named."""
        incarnation = self._till.new_incarnation(above)
        self._settle()
        self._till.set_meta("decided", b"1")
        return incarnation

    def decided(self) -> bool:
        """True from a person's word until the server knows of it: nothing else may end it."""
        return bool(self._till.meta("decided"))

    def known(self) -> None:
        """The server knows this life."""
        if self.decided():
            self._till.set_meta("decided", b"")

    def again(self, above: int, now: datetime, whole: bool = False) -> bool:
        """The server proved that this machine went back in time: go on, once a week at most.

        False, and the grants are frozen, if that happened lately: two machines that cannot be
        told apart would take the place from each other for ever.
        """
        note = self._till.meta("lived_again")
        if note and abs(now - datetime.fromisoformat(note.decode())) < ONCE_A:
            self._till.freeze()
            return False
        self._till.new_incarnation(above, whole)
        self._till.set_meta("lived_again", now.isoformat().encode())
        return True

    def renumber(self, head: int) -> None:
        """The server has nothing after `head`, and some of that is not kept here any more.

        Everything that is kept is sent again under a new chain; what is not is named.
        """
        chain = self._till.chain()
        gone = f"{chain.incarnation}:{head + 1}-{chain.pruned}"
        lost = (self._till.meta("lost") or b"").decode()
        self._till.set_meta("lost", f"{lost} {gone}".strip().encode())
        self._till.new_incarnation(whole=True)

    def freeze(self) -> None:
        """Another machine may hold the same grants."""
        self._till.freeze()

    def _home(self) -> str:
        return (self._till.meta("home") or b"").decode()

    def _settle(self) -> None:
        if self.machine:
            self._till.set_meta("home", self.machine.encode())
