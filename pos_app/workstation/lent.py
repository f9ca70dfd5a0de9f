"""What is lent to whoever is signed on, for the one thing it was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass

from pos_app.domain.rights import Right

LENDABLE: Mapping[Right, tuple[Right, ...]] = {
    Right.SEE_MEMBERS: (Right.SEE_MEMBERS, Right.FIND_MEMBER_BY_NAME),
    Right.SIGN_CONFLICTS: (Right.SIGN_CONFLICTS,),
    Right.CLOSE_DAY: (Right.CLOSE_DAY, Right.VOID_TRANSACTION),
    Right.X_REPORT: (Right.X_REPORT,),
    Right.REPRINT: (Right.REPRINT,),
}
"""The right that is asked for, and what else of the lender's goes with it."""


@dataclass(frozen=True, slots=True)
class Lent:
    """`by`: whose they are, an operator's id."""

    by: str
    rights: frozenset[Right]
