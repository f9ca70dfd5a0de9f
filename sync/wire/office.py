"""What a manager at a till asks the server: a member's history, conflicts, a sign-off. No decision.

Points are integers, money is in minor units, instants are ISO 8601 UTC.
"""

from msgspec import Raw, Struct

from sync.wire.events import EntryDoc


class HistoryRequest(Struct):
    """A member's ledger and receipts, the newest first; `most` of each."""

    protocol: int
    terminal: str
    member: str
    most: int = 100


class LedgerLine(Struct, omit_defaults=True):
    """An entry of the ledger. `balance` after it; None for lines of an account that was merged."""

    entry: EntryDoc
    effect: int
    balance: int | None = None
    former: bool = False


class PastReceipt(Struct, omit_defaults=True):
    """A receipt of the member, at whatever store."""

    id: str
    kind: str
    receipt: str
    store: str
    terminal: str
    business_on: str
    at: str
    payable: int
    earned: int = 0
    redeemed: int = 0


class HistoryReply(Struct, omit_defaults=True):
    """`member`: the present row (MemberRow), null for nobody. `former`: ids that became this one.

    `more`: there is older than what was asked for.
    """

    epoch: str
    member: Raw
    server_time: str
    lines: tuple[LedgerLine, ...] = ()
    receipts: tuple[PastReceipt, ...] = ()
    former: tuple[str, ...] = ()
    more: bool = False


class ConflictsRequest(Struct):
    """Conflicts of the terminal's store; `signed`: those that were signed off lately as well."""

    protocol: int
    terminal: str
    signed: bool = False


class ConflictLine(Struct, omit_defaults=True):
    """One conflict. `state`: open, signed_off; `action`: absorb, collect, note."""

    id: str
    kind: str
    at: str
    terminal: str = ""
    terminal_name: str = ""
    member: str = ""
    event: str = ""
    receipt: str = ""
    points: int = 0
    money: int = 0
    detail: str = ""
    state: str = "open"
    action: str = ""
    by: str = ""
    reason: str = ""
    signed_at: str = ""


class ConflictsReply(Struct, omit_defaults=True):
    """`open`, `points`, `money`: of all that is open at the store, listed or not."""

    epoch: str
    server_time: str
    lines: tuple[ConflictLine, ...] = ()
    open: int = 0
    points: int = 0
    money: int = 0


class SignOffRequest(Struct):
    """A manager's word on one line. The same word again is the same success."""

    protocol: int
    terminal: str
    epoch: str
    conflict: str
    action: str
    operator: str
    reason: str


class SignOffReply(Struct):
    """`line` as it stands now; `forgiven`: points of debt that the shop took on."""

    epoch: str
    line: ConflictLine
    forgiven: int
    server_time: str
