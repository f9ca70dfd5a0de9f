"""A return as a screen shows it: data alone, never a rule."""

from dataclasses import dataclass

from pos_app.domain.sentence import Sentence
from pos_app.workstation.tender_shown import TenderView


@dataclass(frozen=True, slots=True)
class ReturnView:
    """Whose receipt comes back, and which points move.

    `name` is "" of a member whom this till does not know, and of nobody (`of_member` false).
    `bare`: without a receipt. `points_back` are given back, `points_taken` are taken back.
    `fraction_minor`: paid with a part of a point, which comes back as soon as the next goods of the
    receipt make it whole. `terms`: of one without a receipt, how much, at what price, how paid.
    `drawer_minor`: of the money, what leaves the drawer.
    """

    receipt: str
    name: str
    of_member: bool
    points_back: int = 0
    points_taken: int = 0
    bare: bool = False
    fraction_minor: int = 0
    terms: tuple[Sentence, ...] = ()
    drawer_minor: int = 0


@dataclass(frozen=True, slots=True)
class BackSums:
    """What chosen lines bring: money paid out, points given back and points taken back. `ways`:
    where the money goes, tender by tender, positive."""

    out_minor: int = 0
    points_back: int = 0
    points_taken: int = 0
    fraction_minor: int = 0
    ways: tuple[TenderView, ...] = ()
