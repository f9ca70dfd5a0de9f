"""What the cashier asks of the mirror: by code, PLU, card, phone, last four, words begun."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.loyalty.ledger import Lot
from pos_app.domain.quantity import Unit
from pos_app.domain.rights import Right
from pos_app.storage import mirror_keys as ours
from pos_app.storage.connect import connect_mirror
from pos_app.storage.mirror import MirrorReader, mirror_path
from sync.mirror import keys as theirs
from sync.mirror.apply import apply_page
from sync.mirror.load import finish, load_rows
from sync.mirror.schema import APPLICATION_ID, create
from sync.wire.rows import LotRow
from sync.wire.version import MIRROR_SCHEMA
from tests.storage.builders import KEY
from tests.sync.mirror.feeds import (
    AS_OF,
    fresh,
    gone,
    item,
    member,
    member_id,
    operator,
    page,
    phone,
    program,
    row,
    setting,
)


@pytest.fixture
def shop(tmp_path):
    """A folder whose current generation can be changed, and pages applied to it."""
    return Shop(tmp_path)


class Shop:
    def __init__(self, folder, key=None):
        self.folder, self.key, self.generation = folder, key, 1
        self.writer = None
        self.next_file(1)
        self.reader = MirrorReader(folder, lambda: self.generation, key)

    def next_file(self, generation):
        self.writer = connect_mirror(mirror_path(self.folder, generation), self.key, writing=True)
        create(self.writer)

    def hears(self, *rows, **more):
        apply_page(self.writer, page(*rows, **more))
        return self.reader


def test_a_missing_file_is_an_empty_mirror_and_is_found_when_it_comes(tmp_path):
    reader = MirrorReader(tmp_path, lambda: 1)
    assert reader.item_by_code("4600000000001") is None
    assert reader.item_by_plu("1") is None
    assert reader.item("x") is None
    assert reader.search_items("молоко", 5) == ()
    assert reader.member_by_key("card", "1") is None
    assert reader.member_by_key("id", "1") is None
    assert reader.members_by_last4("0001", 5) == ()
    assert reader.program(datetime(2026, 1, 1, tzinfo=UTC)) is None
    assert reader.program_version("main", 1) is None
    assert reader.setting("x") is None
    assert reader.operators() == ()
    assert reader.as_of() is None
    assert reader.cursor_text() == ""
    writer = connect_mirror(mirror_path(tmp_path, 1), writing=True)
    create(writer)
    apply_page(writer, page(item(1, 1)))
    assert reader.item("item1") is not None
    reader.close()


def test_an_item_is_found_by_any_form_of_its_code(shop):
    reader = shop.hears(item(1, 1, codes=("4600000000017", "96385074", "0042", "БАР-7")))
    for code in ("4600000000017", "04600000000017", "96385074", "00000096385074", "0042", "БАР-7"):
        assert reader.item_by_code(code) is not None, code
    assert reader.item_by_code("42") is None
    assert reader.item_by_code("4600000000018") is None


def test_a_plu_is_found_without_its_zeros(shop):
    reader = shop.hears(item(1, 1, plu="00012"), item(2, 2, plu="0"))
    assert reader.item_by_plu("12").item_id == reader.item_by_plu("0012").item_id == "item1"
    assert reader.item_by_plu("000").item_id == "item2"
    assert reader.item_by_plu("120") is None


def test_an_item_comes_with_its_prices_in_order_of_their_days(shop):
    reader = shop.hears(item(1, 1, "Сыр", unit="g", floor=99, earns=False, categories=("a", "b")))
    found = reader.item("item1")
    assert found.price_minor(date(2025, 12, 31)) is None
    assert found.price_minor(date(2026, 5, 31)) == 100_00
    assert found.price_minor(date(2026, 6, 1)) == 150_00
    assert (found.unit, found.floor_minor, found.earns) == (Unit.GRAM, 99, False)
    assert found.categories == ("a", "b")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("мед", ["Мёд липовый", "Медведь плюшевый"]),
        ("МЁД", ["Мёд липовый", "Медведь плюшевый"]),
        ("лип мед", ["Мёд липовый"]),
        ("мед лип", ["Мёд липовый"]),
        ("улей", ["Мёд липовый"]),
        ("молоко 3,2", ["Молоко 3.2% Ёлочка"]),
        ("елочка", ["Молоко 3.2% Ёлочка"]),
        ("чай", ["Чай Йогурт-микс"]),
        ("йог", ["Чай Йогурт-микс"]),
        ("иог", []),
        ("coca", ["Coca-Cola 0,5"]),
        ("cola coca", ["Coca-Cola 0,5"]),
        ('"мед" OR чай*', []),
        ("липа", []),
        ("", []),
        ("  %%% -- ", []),
        ("NEAR(мед лип)", []),
    ],
)
def test_search_by_the_beginnings_of_words(shop, text, names):
    goods = ("Медведь плюшевый", "Мёд липовый", "Молоко 3.2% Ёлочка", "Чай Йогурт-микс")
    for n, name in enumerate((*goods, "Coca-Cola 0,5"), start=1):
        shop.hears(item(n, n, name, brand="Улей" if n == 2 else ""))
    assert [found.name for found in shop.reader.search_items(text, 10)] == names


def test_search_gives_no_more_than_asked(shop):
    shop.hears(*(item(n, n, f"Товар {n}") for n in range(1, 50)))
    assert len(shop.reader.search_items("тов", 7)) == 7
    assert shop.reader.search_items("тов", 0) == ()


def test_what_was_typed_in_full_comes_before_a_thousand_longer_words(shop):
    shop.hears(*(item(n, n, f"Маслобойка {n}") for n in range(1, 300)), item(300, 300, "Масл"))
    names = [found.name for found in shop.reader.search_items("масл", 3)]
    assert names == ["Масл", "Маслобойка 1", "Маслобойка 10"]


@given(st.text())
def test_no_text_breaks_the_search(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("m")
    shop = Shop(folder)
    shop.hears(item(1, 1, "Молоко"))
    shop.reader.search_items(text, 5)
    assert shop.reader.trouble == ""
    shop.reader.close()
    shop.writer.close()


def test_a_member_is_found_by_every_key_with_lots_and_windows(shop):
    reader = shop.hears(
        member(1, 1, birthday=("2026-11-15", "2026-11-25"), tier="gold", segments=("new",))
    )
    found = reader.member_by_key("phone", phone(1))
    assert found == reader.member_by_key("card", "770000000001")
    assert found == reader.member_by_key("id", member_id(1))
    assert (found,) == reader.members_by_last4("0001", 5)
    assert found.member_id == member_id(1)
    assert found.lots == (Lot("lot1", 101, date(2026, 1, 1), date(2027, 1, 1)),)
    assert found.birthday == (date(2026, 11, 15), date(2026, 11, 25))
    assert found.tier_id == "gold"
    assert found.segments == frozenset({"new"})
    assert found.spend_by_month == {"2026-10": 100_00, "2026-11": 50_00}
    assert found.posted == {"t1": 1}
    assert found.as_of == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert reader.member_by_key("code", "770000000001") is None
    assert reader.member_by_key("phone", "not hex") is None


def test_of_a_member_in_two_scopes_the_newest_state_is_shown_once(shop):
    old = member(1, 9, "store:s1", as_of="2026-11-19T12:00:00+00:00", debt=1)
    new = member(1, 2, "guests", as_of="2026-11-20T12:00:00+00:00", debt=2)
    reader = shop.hears(new, old)
    assert reader.member_by_key("card", "770000000001").debt == 2
    assert reader.member_by_key("id", member_id(1)).debt == 2
    assert len(reader.members_by_last4("0001", 5)) == 1


def test_the_program_in_force_is_the_last_one_that_has_begun(shop):
    reader = shop.hears(
        program(1, 1, "2026-01-01", b'{"v":1}'),
        program(2, 2, "2026-06-01T00:00:00+03:00", b'{"v": 2}'),
        program(3, 3, "2026-06-01T00:00:00+03:00", b'{"v":3}'),
        program(4, 4, "2027-01-01T00:00:00Z", b'{"v":4}'),
    )
    assert reader.program(datetime(2025, 12, 31, tzinfo=UTC)) is None
    assert reader.program(datetime(2026, 5, 31, 20, 59, tzinfo=UTC)) == b'{"v":1}'
    assert reader.program(datetime(2026, 5, 31, 21, 0, tzinfo=UTC)) == b'{"v":3}'
    assert reader.program(datetime(2027, 1, 1, tzinfo=UTC)) == b'{"v":4}'
    assert reader.program_version("main", 2) == b'{"v": 2}'
    assert reader.program_version("main", 9) is None


def test_a_setting_of_the_store_wins_over_the_chain(shop):
    reader = shop.hears(setting("store:s1", 1, "limits", {"a": 2}))
    shop.hears(setting("chain", 1, "limits", {"a": 1}), setting("chain", 2, "name", "Сеть"))
    assert reader.setting("limits") == {"a": 2}
    assert reader.setting("name") == "Сеть"
    assert reader.setting("nothing") is None


def test_operators_keep_the_rights_this_program_knows(shop):
    reader = shop.hears(operator(1, 1), operator(2, 2, own_member="m1"))
    assert [o.operator_id for o in reader.operators()] == ["op1", "op2"]
    assert reader.operators()[0].rights == frozenset({Right.SELL})
    assert reader.operators()[1].own_member_id == "m1"
    shop.hears(gone("store:s1", 3, "operator", "op1"))
    assert [o.operator_id for o in reader.operators()] == ["op2"]


def test_a_row_that_this_program_cannot_read_is_as_if_it_were_not_there(shop):
    reader = shop.hears(
        item(1, 1, unit="parsec"),
        row("chain", 2, "member", "m", {"id": "m", "keys": [["card", "9"]]}),
        row("chain", 3, "setting", "s", {"name": "s"}),
    )
    assert reader.item("item1") is None
    assert reader.member_by_key("card", "9") is None
    assert reader.setting("s") is None


def test_where_the_mirror_stands_is_said_in_words(shop):
    reader = shop.hears(item(1, 12), member(1, 44))
    assert reader.cursor_text().endswith(":2:56")
    assert reader.as_of() == datetime.fromisoformat(AS_OF)
    shop.hears(item(1, 13), as_of="2026-11-21T09:00:00")
    assert reader.as_of() == datetime(2026, 11, 21, 9, tzinfo=UTC)


def test_a_new_generation_is_followed_at_the_next_tick(shop):
    """Case 27."""
    reader = shop.hears(item(1, 1, "Старое"))
    shop.next_file(2)
    shop.hears(item(1, 1, "Новое"))
    assert not reader.reopen_if_changed()
    shop.generation = 2
    assert reader.item("item1").name == "Старое"
    assert reader.reopen_if_changed()
    assert reader.item("item1").name == "Новое"
    shop.generation = 3
    assert not reader.reopen_if_changed()
    assert reader.item("item1").name == "Новое"


def test_a_damaged_or_strange_file_is_an_empty_mirror_with_a_trouble(tmp_path):
    mirror_path(tmp_path, 1).write_bytes(b"no database at all" * 300)
    reader = MirrorReader(tmp_path, lambda: 1)
    assert reader.item("x") is None
    assert "not a database" in reader.trouble
    writer = connect_mirror(mirror_path(tmp_path, 2), writing=True)
    create(writer)
    writer.execute("PRAGMA user_version=99")
    writer.close()
    newer = MirrorReader(tmp_path, lambda: 2)
    assert newer.item("x") is None
    assert "version 99" in newer.trouble


def test_a_mirror_whose_tables_break_while_open_is_empty_not_an_exception(shop):
    """Case 24: in the mirror."""
    reader = shop.hears(item(1, 1))
    assert reader.item("item1") is not None
    shop.writer.execute("DROP TABLE row")
    assert reader.item("item1") is None
    assert "no such table" in reader.trouble


def test_the_front_end_cannot_write_the_mirror(shop):
    shop.hears(item(1, 1))
    driver = connect_mirror(mirror_path(shop.folder, 1))
    with pytest.raises(Exception, match="readonly"):
        driver.execute("DELETE FROM row")
    driver.close()


def test_an_encrypted_mirror_shows_nothing_on_the_disk(tmp_path):
    shop = Shop(tmp_path, KEY)
    reader = shop.hears(member(1, 1, display_name="Анна"), item(1, 1, "Молоко"))
    assert reader.member_by_key("card", "770000000001").display_name == "Анна"
    assert reader.search_items("мол", 5)[0].name == "Молоко"
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        assert b"SQLite format" not in content
        assert "Анна".encode() not in content
        assert "молоко".encode() not in content


def test_a_plain_snapshot_is_encrypted_by_the_first_who_writes(tmp_path):
    path = mirror_path(tmp_path, 1)
    snapshot = fresh(path, bulk=True)
    load_rows(snapshot, [member(1, 1, display_name="Анна"), item(1, 1, "Мёд липовый")])
    finish(snapshot, {"store:s1": 1, "chain": 1}, "e1", AS_OF)
    snapshot.close()
    writer = connect_mirror(path, KEY, writing=True)
    assert writer.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    reader = MirrorReader(tmp_path, lambda: 1, KEY)
    assert reader.search_items("лип", 5)[0].name == "Мёд липовый"
    apply_page(writer, page(item(1, 2, "Сахар"), member(2, 2)))
    assert reader.search_items("лип", 5) == ()
    assert reader.search_items("сах", 5)[0].item_id == "item1"
    assert reader.cursor_text().endswith(":2:4")
    for file in tmp_path.iterdir():
        assert "Анна".encode() not in file.read_bytes()
        assert file.suffix != ".seal"
    again = connect_mirror(path, KEY, writing=True)
    again.close()


@pytest.mark.slow
def test_twenty_thousand_members_are_open_at_once(shop):
    for start in range(0, 20_000, 5_000):
        shop.hears(*(member(n, n + 1) for n in range(start, start + 5_000)))
    reader = shop.reader
    for n in (0, 1, 9_999, 10_000, 19_999):
        assert reader.member_by_key("phone", phone(n)).member_id == member_id(n)
        assert reader.member_by_key("card", f"77{n:010d}").member_id == member_id(n)
    assert [m.member_id for m in reader.members_by_last4("0007", 9)] == [
        member_id(7),
        member_id(10_007),
    ]
    plan = shop.writer.execute(
        """EXPLAIN QUERY PLAN SELECT row.body FROM key JOIN row ON row.n = key.row
        WHERE key.space = 1 AND key.key = 'x' LIMIT 4"""
    ).fetchall()
    assert all("SEARCH" in step[-1] for step in plan)


def test_both_rooms_name_the_file_alike():
    assert ours.MIRROR_APPLICATION_ID == APPLICATION_ID
    assert ours.MIRROR_VERSION == MIRROR_SCHEMA


@given(st.text(), st.from_regex(r"\A[0-9]{1,16}\Z"), st.uuids(), st.datetimes(), st.integers(0, 99))
def test_both_rooms_write_every_key_alike(text, digits, uuid, instant, version):
    for sample in (text, digits, str(uuid), uuid.hex):
        assert ours.packed_id(sample) == theirs.packed_id(sample)
        assert ours.code_key(sample) == theirs.code_key(sample)
        assert ours.plu_key(sample) == theirs.plu_key(sample)
        assert ours.folded(sample) == theirs.folded(sample)
        for kind in ("phone", "card"):
            assert ours.packed_key(kind, sample) == theirs.packed_key(kind, sample)
    iso = instant.isoformat()
    assert ours.instant_key(iso) == theirs.instant_key(iso)
    assert ours.program_key(iso, version) == theirs.program_key(iso, version)


def test_lots_without_an_end_have_none(shop):
    reader = shop.hears(member(1, 1, lots=(LotRow("l", 5, "2026-01-01"),)))
    assert reader.member_by_key("id", member_id(1)).lots[0].expires_on is None
