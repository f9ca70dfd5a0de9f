"""Head office: files are taken whole or not at all, programs are refused with every reason."""

from datetime import timedelta
from pathlib import Path

import pytest

from pos_app.domain.errors import ProgramRefused
from pos_app.gear.secrets import PepperedPhoneHasher
from sync.server.engine.refusal import Refusal
from sync.server.engine.schema import account, feed_row, ledger, member, member_key
from sync.server.members import member_import
from sync.server.publishing import feed
from sync.server.sealing import profiles
from sync.server.settings import reference
from sync.server.settings.catalog import import_catalog, read_catalog
from sync.server.settings.tiering import program_in_force
from sync.server.watch.doctor import examine
from sync.wire.codec import decode
from sync.wire.rows import ItemRow, MemberRow
from tests.sync.server.test_server_manual import merged

DATA = Path(__file__).parents[2] / "data/server"
CATALOG = (DATA / "catalog_demo_300.csv").read_bytes()
MEMBERS = (DATA / "members_200.csv").read_bytes()
HEADING = "ean,name,department,unit,vat_rate,price_kop,age18,mark_group,loyalty_excluded,plu\n"


def test_a_catalogue_is_published_and_a_second_time_changes_nothing(house) -> None:
    async def story() -> None:
        done = await house.write(import_catalog, house.services, CATALOG)
        assert (done.rows, done.changed, done.faults) == (300, 300, [])
        again = await house.write(import_catalog, house.services, CATALOG)
        assert (again.rows, again.changed) == (300, 0)
        till = await house.till()
        items = [decode(ItemRow, bytes(r.body)) for r in await till.pull_all() if r.kind == "item"]
        assert len(items) == 300
        milk = next(i for i in items if i.id == "2000000000015")
        assert (milk.tax_class, milk.marking, milk.prices[0].price) == ("reduced", "milk", 5290)
        assert {i.unit for i in items} == {"piece", "g"}
        card = next(i for i in items if i.regulated == "gift_card")
        assert not card.earns
        assert not card.points_allowed

    house.run(story())


def test_a_new_price_is_in_force_from_today_and_the_old_one_is_kept(house) -> None:
    async def story() -> None:
        await house.write(import_catalog, house.services, CATALOG)
        dearer = CATALOG.replace(b",10,5290,", b",10,5990,")
        for _ in range(2):
            done = await house.write(import_catalog, house.services, dearer)
        assert done.changed == 0
        body = await house.read(feed.body_of, "catalog", "item", "2000000000015")
        prices = [(p.since_on, p.price) for p in decode(ItemRow, body).prices]
        assert prices == [("2000-01-01", 5290), ("2026-11-22", 5990)]

    house.run(story())


def test_a_dry_run_changes_nothing(house) -> None:
    async def story() -> None:
        done = await house.write(lambda c: import_catalog(c, house.services, CATALOG, dry_run=True))
        assert done.changed == 300
        people = await house.write(
            lambda c: member_import.import_members(c, house.services, MEMBERS, dry_run=True)
        )
        assert people.rows == 200
        assert await house.rows(feed_row) == []

    house.run(story())


BAD = [
    ("1234567890123,Tea,Food,шт,10,100,0,,0,", "wrong check digit"),
    ("K1X:CA7QX2MBWT,Tea,Food,шт,10,100,0,,0,", "begin with K1X: are keys of the till"),
    ("2000000000015,Tea,Food,шт,10,100,0,,0,k1x:7", "begin with K1X: are keys of the till"),
    ("12ab,Tea,Food,шт,10,100,0,,0,", "8, 12, 13 or 14 digits"),
    ("4600000000008,,Food,шт,10,100,0,,0,", "name needs"),
    ("4600000000008,Tea,Food,фунт,10,100,0,,0,", "unit is one of"),
    ("4600000000008,Tea,Food,шт,17,100,0,,0,", "vat_rate is one of"),
    ("4600000000008,Tea,Food,шт,10,1.50,0,,0,", "price_kop is a whole number"),
    ("4600000000008,Tea,Food,шт,10,0,0,,0,", "price_kop is a whole number from 1"),
    ("4600000000008,Tea,Food,шт,10,100,yes,,0,", "age18 is 0 or 1"),
    ("4600000000008,Tea,Food,шт,10,100,0,,0,12x", "plu has up to 6 digits"),
    ("4600000000008,Tea,Food", "3 cells where 10 are needed"),
]


@pytest.mark.parametrize(("row", "reason"), BAD)
def test_a_bad_row_is_named_with_its_line_and_reason(row, reason) -> None:
    items, faults = read_catalog(
        f"{HEADING}2000000000015,Milk,Food,шт,10,1,0,,0,\n{row}\n".encode()
    )
    assert len(items) == 1
    assert [fault.line for fault in faults] == [3]
    assert reason in str(faults[0])


def test_every_bad_row_is_told_and_nothing_is_imported(house) -> None:
    rows = [row for row, _ in BAD]
    data = (
        HEADING + "2000000000015,Milk,Food,шт,10,1,0,,0,7\n" + "\n".join(rows) + "\n\n"
    ).encode()

    async def story() -> None:
        done = await house.write(import_catalog, house.services, data)
        assert [fault.line for fault in done.faults] == list(range(3, 3 + len(rows)))
        assert await house.rows(feed_row) == []

    house.run(story())


def test_doubles_are_told_with_the_line_of_the_first() -> None:
    milk = "2000000000015,Milk,Food,шт,10,1,0,,0,007\n"
    other = "2000000000022,Milk,Food,шт,10,1,0,,0,7\n"
    _, faults = read_catalog((HEADING + milk + milk + other).encode())
    assert [str(f) for f in faults] == [
        "line 3: ean 2000000000015 stands in line 2 too",
        "line 3: plu 7 stands in line 2 too",
        "line 4: plu 7 stands in line 2 too",
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "columns are missing"),
        (b"ean;name\n", "columns are missing: department"),
        (HEADING.encode() + b"\xff\xfe", "line 2: is not UTF-8"),
        (HEADING.encode() + b'"2000000000015,Milk', "is not CSV"),
    ],
)
def test_a_file_that_is_none_is_refused(data, reason) -> None:
    _, faults = read_catalog(data)
    assert reason in str(faults[0])


def test_a_semicolon_file_with_a_mark_is_read() -> None:
    data = "\ufeff" + HEADING.replace(",", ";") + "2000000000015;Milk, fresh;Food;шт;10;1;0;;0;\n"
    items, faults = read_catalog(data.encode())
    assert (items[0].name, faults) == ("Milk, fresh", [])


def test_members_are_imported_without_their_phones(house) -> None:
    async def story() -> None:
        till = await house.till()
        done = await house.write(
            lambda c: member_import.import_members(c, house.services, MEMBERS, home_store="shop")
        )
        assert (done.rows, done.faults) == (200, [])
        hasher = PepperedPhoneHasher(house.services.keys.pepper)
        key = hasher.phone_hmac("+79990000000").hex()
        found = decode(MemberRow, bytes((await till.lookup("phone", key)).member))
        assert (found.display_name, found.phone_last4, found.tier) == ("Анита К.", "0000", "base")
        assert found.home_store == "shop"
        for table in (member, feed_row, member_key):
            assert "9990000000" not in str(await house.rows(table))
        (row,) = await house.rows(member, member.c.id == found.id)
        opened = profiles.decrypt(
            house.services.keys.profiles, row.id, (row.profile, row.profile_key)
        )
        assert "Корабальникова".encode() in opened
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_a_forgotten_key_leaves_a_profile_that_nobody_can_read(house) -> None:
    keys = house.services.keys
    sealed = profiles.encrypt(keys.profiles, "anna", b"secret")
    assert profiles.decrypt(keys.profiles, "anna", sealed) == b"secret"
    assert profiles.decrypt(keys.profiles, "boris", sealed) is None
    assert profiles.decrypt(keys.profiles, "anna", (sealed[0], "")) is None


def test_opening_points_are_given_once_and_lie_at_the_tills(house) -> None:
    heading, first, *_ = MEMBERS.decode().splitlines()
    data = f"{heading},points\n{first},500\n".encode()

    async def story() -> None:
        await house.till()
        for _ in range(2):
            await house.write(
                lambda c: member_import.import_members(c, house.services, data, home_store="shop")
            )
        assert await house.server.place_allowances("shop") == 1
        (row,) = await house.rows(account)
        assert (row.balance, row.reserved) == (500, 500)
        assert len(await house.rows(ledger)) == 1
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_every_bad_member_is_told_and_nothing_is_imported(house) -> None:
    heading = MEMBERS.decode().splitlines()[0]
    rows = [
        "1,2990000000019,+79990000000,A,Anna,,F,1998-02-29,,,2022-10-11,base,0,0",
        "2,2990000000018,,B,Boris,,M,,,,2022-10-11,base,0,0",
        "3,,12345,C,Clara,,F,,,,2022-10-11,base,0,0",
        "4,,,D,Dora,,F,,,,2022-10-11,base,0,0",
        "5,2990000000026,,E,,,F,,,,2022-10-11,base,0,0",
        "6,2990000000033,,F,Fanny,,F,1996-02-29,,,2022-10-11,base,0,0",
        "7,2990000000033,,G,Gleb,,M,,,,2022-10-11,base,0,0",
    ]
    data = "\n".join([heading, *rows]).encode()

    async def story() -> None:
        done = await house.write(member_import.import_members, house.services, data)
        reasons = {fault.line: fault.reason for fault in done.faults}
        assert set(reasons) == {2, 3, 4, 5, 6, 8}
        assert reasons[2] == "birth_date is a day like 2026-11-22"
        assert reasons[5] == "neither phone nor card_ean"
        assert reasons[8] == "card stands in line 7 too"
        assert await house.rows(member) == []

    house.run(story())


def test_a_key_of_somebody_else_is_a_fault_of_the_file(house) -> None:
    async def story() -> None:
        till = await house.till()
        till.enrol_member(card="2990000000019")
        await house.push(till)
        done = await house.write(member_import.import_members, house.services, MEMBERS)
        assert [str(f) for f in done.faults] == ["line 2: card belongs to another member already"]

    house.run(story())


def test_a_file_taken_again_after_one_of_its_members_became_another_leaves_them_alone(
    house,
) -> None:
    heading, first, second, *_ = MEMBERS.decode().splitlines()
    data = f"{heading},points\n{first},500\n{second},70\n".encode()

    async def story() -> None:
        till = await house.till()
        await house.write(member_import.import_members, house.services, data)
        kept, gone = (row.member for row in await house.rows(account))
        till.record(merged(kept, gone))
        await house.push(till)
        done = await house.write(member_import.import_members, house.services, data)
        assert (done.rows, done.changed, done.faults) == (2, 1, [])
        assert sorted(row.balance for row in await house.rows(account)) == [0, 570]
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def program(version=1, name="Club", valid_from="2026-01-01T00:00:00+00:00") -> bytes:
    import json

    tiers = [
        {"id": "base", "name": {"en": "Base"}, "from": "0"},
        {"id": "gold", "name": {"en": "Gold"}, "from": "1000"},
    ]
    document = {
        "schema": 1,
        "program": "club",
        "version": version,
        "name": {"en": name},
        "valid_from": valid_from,
        "currency": {"code": "RUB", "minor_digits": 2},
        "tiers": {"period": "rolling_12_months", "list": tiers},
    }
    return json.dumps(document).encode()


def test_a_program_is_published_once_and_moves_tiers(house) -> None:
    async def story() -> None:
        services = house.services
        assert await house.read(program_in_force, services.now()) is None
        done = await house.write(reference.publish_program, services, program())
        again = await house.write(reference.publish_program, services, program())
        assert done.ref == again.ref
        with pytest.raises(ProgramRefused, match="raise the version"):
            await house.write(reference.publish_program, services, program(name="Other"))
        later = program(2, valid_from="2027-01-01T00:00:00+00:00")
        await house.write(reference.publish_program, services, later)
        found = await house.read(program_in_force, services.now())
        assert found.ref.version == 1
        assert (
            await house.read(program_in_force, services.now() + timedelta(days=60))
        ).ref.version == 2
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        till.sell(member=anna, net=1000_00)
        await house.push(till)
        rows = [
            decode(MemberRow, bytes(r.body)) for r in await till.pull_all() if r.kind == "member"
        ]
        assert [(row.tier, row.tier_until) for row in rows] == [("gold", "2027-11-30")]

    house.run(story())


def test_a_program_nobody_could_explain_is_refused_with_paths(house) -> None:
    async def story() -> None:
        with pytest.raises(ProgramRefused) as refused:
            await house.write(reference.publish_program, house.services, b'{"schema": 1}')
        assert len(refused.value.faults) > 1
        assert await house.rows(feed_row) == []

    house.run(story())


def test_a_setting_of_a_store_that_is_not_there_is_refused(house) -> None:
    async def story() -> None:
        from pos_app.domain.rights import Operator

        with pytest.raises(Refusal):
            await house.write(reference.set_setting, house.services, "a", 1, "moon")
        with pytest.raises(Refusal):
            await house.write(
                reference.set_operator,
                house.services,
                Operator("a", "A", "emperor", "", frozenset()),
            )

    house.run(story())


REGULATED_HEADING = HEADING.strip() + ",regulated,volume_ml,max_price_kop\n"


def regulated_row(name: str, mark: str, rest: str = ",,") -> str:
    return f"2000000000015,{name},Отдел,шт,22,44900,1,{mark},0,,{rest}\n"


@pytest.mark.parametrize(
    ("name", "mark", "rest", "found"),
    [
        ("Водка 40% 0.5 л", "alcohol", ",,", ("vodka", 500, 0)),
        ("Настойка клюква 250мл", "alcohol", ",,", ("alcohol", 250, 0)),
        ("Коньяк 3 года 0.7 L", "alcohol", ",,", ("cognac", 700, 0)),
        ("Пиво безалкогольное 0.45 л", "beer", ",,", ("", 0, 0)),
        ("Пиво светлое 1.3 л", "beer", ",,", ("beer", 1300, 0)),
        ("Водка 2x0.5 л", "alcohol", ",,", ("vodka", 0, 0)),
        ("Сигареты пачка 20 шт", "tobacco", ",,21900", ("cigarettes", 0, 219_00)),
        ("Ром", "alcohol", "spirits,700,", ("spirits", 700, 0)),
        ("Сыр 1 л", "milk", ",,", ("", 0, 0)),
    ],
)
def test_class_and_volume_are_those_of_the_file_or_of_the_name(name, mark, rest, found) -> None:
    items, faults = read_catalog((REGULATED_HEADING + regulated_row(name, mark, rest)).encode())
    assert faults == []
    assert [(i.regulated, i.volume_ml, i.ceiling_minor) for i in items] == [found]


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ("Крепкое,,", "regulated is a class"),
        (",0,", "volume_ml is a whole number from 1"),
        (",,free", "max_price_kop is a whole number from 1"),
    ],
)
def test_what_no_law_could_mean_is_a_bad_row(rest: str, why: str) -> None:
    _, faults = read_catalog((REGULATED_HEADING + regulated_row("Ром", "alcohol", rest)).encode())
    assert [fault.reason.startswith(why) for fault in faults] == [True]


def test_a_regulation_that_no_till_could_read_does_not_reach_one(house) -> None:
    async def story() -> None:
        law = {"country": "XX", "ages": [{"classes": ["moonshine"], "years": 18}]}
        with pytest.raises(Refusal, match="there is no class 'moonshine'"):
            await house.write(reference.set_setting, house.services, "regulation", law)
        good = {"country": "XX", "classes": [{"id": "moonshine"}]}
        await house.write(reference.set_setting, house.services, "regulation", good)
        assert (await house.read(reference.settings_of, ""))["regulation"] == good

    house.run(story())
