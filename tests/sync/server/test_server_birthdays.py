"""Birthday windows of two years are in the feed; the date of birth never is."""

import json
from datetime import UTC, date, datetime

from sync.server.books.merging import derived_id
from sync.server.engine.buckets import bucket_of, member_scope
from sync.server.engine.schema import member
from sync.server.members import birthdays, member_import
from sync.server.publishing import feed
from sync.server.settings import reference
from sync.wire.codec import decode
from sync.wire.rows import MemberRow

HEADING = "id,card_ean,phone,last_name,first_name,registered,tier,birth_date\n"
PEOPLE = (
    "1,2990000000019,,A,Anna,2022-10-11,base,1990-12-30\n"
    "2,2990000000026,,B,Boris,2022-10-11,base,1996-02-29\n"
    "3,2990000000033,,C,Clara,2022-10-11,base,\n"
)


def member_id(number: int) -> str:
    return derived_id(f"member of a file\n{number}")


async def shown(house, number: int) -> MemberRow:
    who = member_id(number)
    body = await house.read(feed.body_of, member_scope(who), "member", who)
    assert b"1990" not in body
    assert b"1996" not in body
    return decode(MemberRow, body)


async def imported(house) -> None:
    data = (HEADING + PEOPLE).encode()
    done = await house.write(member_import.import_members, house.services, data)
    assert not done.faults


def program(version: int, **birthday: int) -> bytes:
    return json.dumps(
        {
            "schema": 1,
            "program": "club",
            "version": version,
            "valid_from": "2026-01-01T00:00:00Z",
            "currency": {"code": "RUB", "minor_digits": 2},
            "birthday": birthday,
        }
    ).encode()


def test_a_till_hears_the_windows_of_this_birthday_and_of_the_next(house) -> None:
    async def story() -> None:
        await imported(house)
        anna, boris, clara = [await shown(house, number) for number in (1, 2, 3)]
        assert anna.birthday == ("2026-12-27", "2027-01-06")
        assert anna.birthday_next == ("2027-12-27", "2028-01-06")
        assert boris.birthday == ("2027-02-25", "2027-03-07")
        assert boris.birthday_next == ("2028-02-26", "2028-03-07")
        assert (clara.birthday, clara.birthday_next) == (None, None)

    house.run(story())


def test_windows_move_on_when_they_have_ended_everywhere(house) -> None:
    async def story() -> None:
        await imported(house)
        assert await birthdays.refresh_birthdays(house.server.database, house.services) == 0
        for day, first in ((7, "2026-12-27"), (8, "2027-12-27")):
            house.clock.at = datetime(2027, 1, day, 1, 0, tzinfo=UTC)
            await house.server.run_jobs()
            assert (await shown(house, 1)).birthday[0] == first
        # The same day again looks at nobody.
        assert await birthdays.refresh_birthdays(house.server.database, house.services) == 0
        assert (await shown(house, 1)).birthday_next == ("2028-12-27", "2029-01-06")

    house.run(story())


def test_another_rule_of_the_programme_moves_every_window_at_once(house) -> None:
    async def story() -> None:
        await imported(house)
        await house.write(reference.publish_program, house.services, program(1, days_before=0))
        assert await birthdays.refresh_birthdays(house.server.database, house.services) == 2
        assert (await shown(house, 2)).birthday == ("2027-02-28", "2027-03-07")
        wide = program(2, days_before=0, days_after=0)
        await house.write(reference.publish_program, house.services, wide)
        assert await birthdays.refresh_birthdays(house.server.database, house.services) == 2
        assert (await shown(house, 2)).birthday == ("2027-02-28", "2027-02-28")

    house.run(story())


def test_who_was_erased_has_no_window_any_more(house) -> None:
    async def story() -> None:
        await imported(house)
        who = member_id(1)
        table = member.update().where(member.c.bucket == bucket_of(who), member.c.id == who)
        await house.write(lambda c: c.execute(table.values(profile_key="")))
        house.clock.at = datetime(2027, 1, 8, 1, 0, tzinfo=UTC)
        assert await birthdays.refresh_birthdays(house.server.database, house.services) == 1
        assert (await shown(house, 1)).birthday is None

    house.run(story())


def test_a_member_who_left_between_looking_and_writing_is_left_alone(house) -> None:
    async def story() -> None:
        rule = birthdays.Birthday()
        assert await house.write(birthdays.refresh, house.services, 3, ["nobody"], rule) == 0
        assert birthdays.windows_of(None, rule, date(2026, 1, 1)) == (None, None)

    house.run(story())
