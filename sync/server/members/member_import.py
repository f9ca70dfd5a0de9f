"""Members from a CSV file, whole or not at all. Never keeps a phone number in clear.

Columns `id,card_ean,phone,last_name,first_name,registered,tier` are needed; `patronymic,sex,
birth_date,email,city,sms_consent,email_consent,points` may be there. A phone becomes its HMAC and
four digits, the rest of the person an encrypted profile.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.identification.check_digits import has_gs1_check_digit, is_digits
from pos_app.domain.loyalty.birthday import Window
from pos_app.domain.loyalty.ledger import Cause, EntryKind, PointsEntry
from pos_app.domain.loyalty.member import Member
from pos_app.gear.phones import WorldPhoneBook
from pos_app.gear.secrets import PepperedPhoneHasher
from sync.server.access.keyring import Key
from sync.server.books.book import Book
from sync.server.books.merging import derived_id, resolve
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of
from sync.server.engine.days import days_now
from sync.server.engine.schema import member_key
from sync.server.engine.services import Services
from sync.server.engine.sheets import BadRow, CellFault, Cells, Imported, read_sheet, whole, words
from sync.server.members.birthdays import rule_in_force, windows_of
from sync.server.sealing.profiles import encrypt, packed

NEEDED = ("id", "card_ean", "phone", "last_name", "first_name", "registered", "tier")
REGION = "RU"
Windows = Callable[[date | None], tuple[Window | None, ...]]
"""Of who was born then."""


@dataclass(frozen=True, slots=True)
class Person:
    """One row, ready to be written."""

    line: int
    member: Member
    keys: tuple[Key, ...]
    points: int
    profile: bytes


def import_members(
    connection: Connection,
    services: Services,
    data: bytes,
    *,
    home_store: str = "",
    dry_run: bool = False,
) -> Imported:
    """Write the members of a file; with one bad row nothing changes. Again, it changes nothing
    but names, tiers and profiles: opening points are given once. Who was made one with another
    member since is passed over."""
    faults: list[BadRow] = []
    windows = _windows(connection, services)
    people = _read(services, data, home_store, faults, windows)
    read = len(people)
    people = _still_themselves(connection, people)
    faults += _taken(connection, people)
    if faults:
        return Imported(read, 0, sorted(faults, key=lambda fault: fault.line))
    if not dry_run:
        _write(connection, services, people)
    return Imported(read, len(people))


def _read(
    services: Services, data: bytes, home_store: str, faults: list[BadRow], windows: Windows
) -> list[Person]:
    hasher, book = PepperedPhoneHasher(services.keys.pepper), WorldPhoneBook()
    people: list[Person] = []
    first: dict[Key, int] = {}
    for line, cells in read_sheet(data, NEEDED, faults):
        try:
            phone = _phone(book, cells["phone"])
            keys = _keys(hasher, phone, cells["card_ean"])
            _once(first, (*keys, ("id", cells["id"])), line)
            birthday = windows(_day(cells, "birth_date"))
            person = _member(cells, phone, home_store, birthday)
            profile = packed({name: value for name, value in cells.items() if value})
            points = whole(cells, "points") if cells.get("points") else 0
            people.append(Person(line, person, keys, points, profile))
        except CellFault as fault:
            faults.append(BadRow(line, str(fault)))
    return people


def _windows(connection: Connection, services: Services) -> Windows:
    rule, days = rule_in_force(connection, services), days_now(connection, services)
    return lambda born: windows_of(born, rule, days.first)


def _once(first: dict[Key, int], keys: Iterable[Key], line: int) -> None:
    for key in keys:
        if first.setdefault(key, line) != line:
            raise CellFault(f"{key[0]} stands in line {first[key]} too")


def _phone(book: WorldPhoneBook, text: str) -> str:
    """E.164, or "" for none."""
    if not text:
        return ""
    phone = book.parse(text, REGION)
    if phone is None:
        raise CellFault("phone is not a valid number")
    return phone


def _keys(hasher: PepperedPhoneHasher, phone: str, card: str) -> tuple[Key, ...]:
    keys = [("phone", hasher.phone_hmac(phone).hex())] if phone else []
    if card:
        if not is_digits(card) or not has_gs1_check_digit(card):
            raise CellFault("card_ean has a wrong check digit or no digits")
        keys.append(("card", card))
    if not keys:
        raise CellFault("neither phone nor card_ean")
    return tuple(keys)


def _member(
    cells: Cells, phone: str, home_store: str, birthday: tuple[Window | None, ...]
) -> Member:
    first, last = words(cells, "first_name", 80), cells["last_name"]
    return Member(
        member_id=derived_id(f"member of a file\n{words(cells, 'id', 64)}"),
        display_name=f"{first} {last[:1]}." if last else first,
        tier_id=cells["tier"],
        phone_last4=phone[-4:],
        card_last4=cells["card_ean"][-4:],
        birthday=birthday[0],
        birthday_next=birthday[1],
        enrolled_on=_day(cells, "registered"),
        home_store=home_store,
    )


def _day(cells: Cells, column: str) -> date | None:
    text = cells.get(column, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise CellFault(f"{column} is a day like 2026-11-22") from None


def _still_themselves(connection: Connection, people: Sequence[Person]) -> list[Person]:
    """Without those who became another since an earlier file: that account goes on, and the line
    of the one who went neither renames it nor gives it points again."""
    now = resolve(connection, {person.member.member_id for person in people})
    return [one for one in people if now[one.member.member_id] == one.member.member_id]


def _taken(connection: Connection, people: Sequence[Person]) -> list[BadRow]:
    """Keys that belong to somebody else already."""
    lines = {key: person for person in people for key in person.keys}
    found = connection.execute(
        sa.select(member_key).where(
            bulk.among(connection, member_key.c.key, [value for _, value in lines])
        )
    )
    return [
        BadRow(person.line, f"{row.kind} belongs to another member already")
        for row in found
        if (person := lines.get((row.kind, row.key))) and row.member != person.member.member_id
    ]


def _write(connection: Connection, services: Services, people: Sequence[Person]) -> None:
    """All buckets in one transaction: rare enough to be worth `whole or not at all`."""
    keys = [
        {"kbucket": bucket_of(value), "kind": kind, "key": value, "member": p.member.member_id}
        for p in people
        for kind, value in p.keys
    ]
    bulk.insert(connection, member_key, keys, "nothing")
    buckets: dict[int, list[Person]] = {}
    for person in people:
        buckets.setdefault(bucket_of(person.member.member_id), []).append(person)
    for bucket in sorted(buckets):
        _write_bucket(Book(connection, services, bucket), buckets[bucket])


def _write_bucket(book: Book, people: Sequence[Person]) -> None:
    opening = {p.member.member_id: _opening(book, p) for p in people}
    book.load(opening, [entry.entry_id for entry in opening.values()])
    for person in people:
        member = person.member
        profile = encrypt(book.services.keys.profiles, member.member_id, person.profile)
        held = book.held.get(member.member_id)
        if held is None:
            held = book.add(replace(member, as_of=book.services.now()), person.keys)
        held.profile = profile
        held.keys = tuple(dict.fromkeys((*held.keys, *person.keys)))
        known = replace(
            held.member,
            display_name=member.display_name,
            tier_id=member.tier_id,
            birthday=member.birthday,
            birthday_next=member.birthday_next,
            as_of=book.services.now(),
        )
        book.change(held, known)
        if person.points:
            book.post(held, opening[member.member_id])
    book.flush()


def _opening(book: Book, person: Person) -> PointsEntry:
    """Once: its id comes from the member's."""
    member_id = person.member.member_id
    return PointsEntry(
        entry_id=derived_id(f"opening points\n{member_id}"),
        member_id=member_id,
        kind=EntryKind.ADJUST,
        points=person.points,
        at=book.services.now(),
        business_on=book.days.today,
        cause=Cause("operator", "import", reason="opening points"),
        available_on=book.days.first,
    )
