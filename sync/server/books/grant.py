"""An allowance as the tables have it. Never a decision."""

from dataclasses import dataclass

from sync.server.engine.services import moment
from sync.translate.instants import instant_text
from sync.wire.rows import AllowanceRow


@dataclass(slots=True)
class Grant:
    """`posted_seq`: the till's last event it contains; `incarnation`: of the till's database."""

    grant_id: str
    member: str
    terminal: str
    granted: int
    spent: int = 0
    returned: int = 0
    kind: str = "placed"
    lease_until: int = 0
    posted_seq: int = 0
    incarnation: int = 1

    @property
    def left(self) -> int:
        """Points it still reserves."""
        return max(0, self.granted - self.spent - self.returned)

    def row(self) -> AllowanceRow:
        """As the terminal hears it."""
        lease = instant_text(moment(self.lease_until)) if self.lease_until else None
        return AllowanceRow(
            self.grant_id,
            self.member,
            self.granted,
            self.kind,
            self.spent,
            self.returned,
            lease,
            self.posted_seq,
            self.incarnation,
        )
