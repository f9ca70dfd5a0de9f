"""Who is in which segment, as the server knows it; what tills cannot judge is told to them.

A till knows no profile, so members carry the segments that ask for one. Profiles are opened one at
a time and never leave: what goes out is the id of a segment. Never a log line of any of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.loyalty.member import Member
from pos_app.domain.loyalty.program import Program, load
from pos_app.domain.loyalty.rfm import RfmBounds
from pos_app.domain.loyalty.segment import Facts, Known, facts_of, segments_of
from pos_app.domain.loyalty.standing import history_of, status
from pos_app.domain.mechanics.segments import Segment
from sync.server.books.book import Book
from sync.server.engine.buckets import PROGRAM
from sync.server.engine.schema import member
from sync.server.engine.services import Services
from sync.server.members.rfm import Table
from sync.server.publishing import feed
from sync.server.sealing.profiles import decrypt
from sync.server.settings.tiering import program_in_force
from sync.translate import member_from_row
from sync.wire.rows import MemberRow, ProgramRow

AT_ONCE = 500
"""Members in one transaction."""
Person = tuple[Member, tuple[str, str]]
"""A member, and the profile as it lies in the tables: (ciphertext, wrapped key)."""


@dataclass(frozen=True, slots=True)
class Judging:
    """What everybody is judged by on a day. `told`: ids of segments that tills were ever told of,
    by any version of the programme, so that none outlives its rule."""

    program: Program
    on: date
    table: Table | None = None
    told: frozenset[str] = frozenset()

    @property
    def bounds(self) -> RfmBounds | None:
        """The bounds of the table."""
        return self.table.bounds if self.table else None

    def facts(self, who: Member, profile: Mapping[str, str]) -> Facts:
        """What is known of a member; posted receipts say more of visits than tallies do."""
        history = history_of(who)
        tier_id = status(self.program, who, history, self.on).tier_id
        known = Known(self.bounds, self.program.currency, tier_id, profile)
        facts = facts_of(history, self.on, known)
        if self.table is None or who.member_id not in self.table.figures:
            return facts
        figures = self.table.figures[who.member_id]
        return replace(
            facts,
            scores=self.table.scores[who.member_id],
            last_visit_on=date.fromordinal(self.on.toordinal() - figures.recency_days),
            receipts=figures.frequency,
        )


def judging_on(
    connection: Connection, services: Services, on: date, table: Table | None
) -> Judging | None:
    """By the programme in force; None before the first."""
    program = program_in_force(connection, services.now())
    if program is None:
        return None
    bodies = feed.living(connection, PROGRAM, "program").values()
    versions = [load(bytes(msgspec.json.decode(body, type=ProgramRow).document)) for body in bodies]
    told = {rule.segment_id for one in versions for rule in one.segments if rule.profile}
    return Judging(program, on, table, frozenset(told))


def by_bucket(connection: Connection) -> dict[int, list[str]]:
    """All members."""
    found: dict[int, list[str]] = {}
    for row in connection.execute(sa.select(member.c.bucket, member.c.id).order_by(member.c.id)):
        found.setdefault(row.bucket, []).append(row.id)
    return found


def judged(
    services: Services, judging: Judging, people: Iterable[Person], rules: Sequence[Segment]
) -> dict[str, frozenset[str]]:
    """Of these rules, the segments of each."""
    asked = any(rule.profile for rule in rules)
    return {
        who.member_id: segments_of(
            rules, judging.facts(who, _profile(services, who, sealed) if asked else {})
        )
        for who, sealed in people
    }


def segments_in(
    connection: Connection, services: Services, judging: Judging
) -> dict[str, frozenset[str]]:
    """The segments of every member by the rules of the programme; changes nothing."""
    rows = connection.execute(sa.select(member.c.state, member.c.profile, member.c.profile_key))
    people = (
        (member_from_row(msgspec.json.decode(row.state, type=MemberRow)), tuple(row[1:]))
        for row in rows
    )
    return judged(services, judging, people, judging.program.segments)


def tell(
    connection: Connection,
    services: Services,
    bucket: int,
    members: list[str],
    judging: Judging,
) -> int:
    """Give these members of a bucket the segments that tills cannot judge; how many changed."""
    rules = [rule for rule in judging.program.segments if rule.profile]
    book = Book(connection, services, bucket)
    book.load(members)
    people = [(held.member, held.profile) for held in book.held.values()]
    for one, found in judged(services, judging, people, rules).items():
        held = book.held[one]
        wanted = held.member.segments - judging.told | found
        if wanted != held.member.segments:
            book.change(held, replace(held.member, segments=wanted))
    changed = len(book.touched)
    book.flush()
    return changed


def _profile(services: Services, who: Member, sealed: tuple[str, str]) -> Mapping[str, str]:
    """The text fields of a profile; none of one that was erased or that no release can read."""
    opened = decrypt(services.keys.profiles, who.member_id, sealed)
    try:
        found = msgspec.json.decode(opened or b"{}", type=dict[str, object])
    except msgspec.DecodeError:
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)}
