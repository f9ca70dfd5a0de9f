"""One number is never given twice: not by a second run, not beside it, not to a member's card."""

import json
from datetime import UTC, datetime

import pytest

from pos_app.gear.studio import StudioError
from pos_app.storage.connect import connect_mirror
from pos_app.storage.mirror import mirror_path
from pos_app.wiring.card_book import FILE, CardBook, Wanted
from pos_app.wiring.cli import main
from pos_app.wiring.memory import open_memory
from pos_app.wiring.protection import database_key
from sync.mirror.apply import apply_page
from sync.mirror.schema import create
from tests.sync.mirror.feeds import member, page

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def book(folder) -> CardBook:
    return CardBook(folder, lambda: NOW)


def given(folder, wanted: Wanted) -> tuple[str, ...]:
    with book(folder).new(wanted) as numbers:
        return numbers


def serials(numbers, prefix="29") -> list[int]:
    return [int(one[len(prefix) : -1]) for one in numbers]


def test_two_runs_of_the_command_give_different_numbers(tmp_path, capsys) -> None:
    made = []
    for name in ("a.csv", "b.csv"):
        order = ["cards", "--new", "10", "--data", str(tmp_path / "till")]
        assert main([*order, "--numbers-out", str(tmp_path / name)]) == 0
        made += (tmp_path / name).read_text(encoding="utf-8").split()[1:]
    assert len(set(made)) == 20
    assert "is no till" in capsys.readouterr().err


def test_numbers_go_on_behind_the_highest_of_their_prefix_and_length(tmp_path) -> None:
    assert serials(given(tmp_path, Wanted("29", 13, 3))) == [1, 2, 3]
    assert serials(given(tmp_path, Wanted("29", 13, 2, first=100))) == [100, 101]
    assert serials(given(tmp_path, Wanted("29", 13, 1))) == [102]
    assert serials(given(tmp_path, Wanted("29", 14, 1))) == [1]
    assert serials(given(tmp_path, Wanted("28", 13, 1)), "28") == [1]
    assert serials(given(tmp_path, Wanted("290", 13, 1)), "290") == [103]


def test_wished_numbers_that_were_given_are_refused_with_the_day(tmp_path) -> None:
    given(tmp_path, Wanted("29", 13, 10))
    for first in (1, 10):
        with pytest.raises(StudioError, match="given on 2026-11-22"):
            given(tmp_path, Wanted("29", 13, 2, first=first))
    assert serials(given(tmp_path, Wanted("29", 13, 2, first=11))) == [11, 12]


def test_numbers_whose_sheet_could_not_be_drawn_are_free_again(tmp_path) -> None:
    with pytest.raises(StudioError, match="too wide"), book(tmp_path).new(Wanted("29", 13, 5)):
        raise StudioError("too wide")
    assert serials(given(tmp_path, Wanted("29", 13, 1))) == [1]


def test_two_who_make_numbers_at_once_do_not_get_the_same(tmp_path) -> None:
    with (
        book(tmp_path).new(Wanted("29", 13, 5)),
        pytest.raises(StudioError, match="try again"),
        book(tmp_path).new(Wanted("29", 13, 5)),
    ):
        pass
    assert serials(given(tmp_path, Wanted("29", 13, 1))) == [6]


@pytest.mark.parametrize("text", ["{", "[]", '{"given": [1]}', '{"given": [{"first": "1"}]}'])
def test_a_book_that_cannot_be_read_gives_nothing(tmp_path, text) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(StudioError, match="could be given twice"):
        given(tmp_path, Wanted("29", 13, 1))
    assert (tmp_path / FILE).read_text(encoding="utf-8") == text


def test_the_book_holds_no_name_and_no_whole_number(tmp_path) -> None:
    (number,) = given(tmp_path, Wanted("29", 13, 1))
    (run,) = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))["given"]
    assert run == {"first": number[:-1], "last": number[:-1], "at": NOW.isoformat()}


def till_with_cards(folder, *cards: str) -> None:
    memory = open_memory(folder)
    writer = connect_mirror(mirror_path(folder, 0), database_key(folder), writing=True)
    create(writer)
    rows = [member(n, n, keys=(("card", card),)) for n, card in enumerate(cards, 1)]
    apply_page(writer, page(*rows))
    writer.close()
    assert memory.outbox.mirror_generation() == 0
    memory.close()


def test_new_numbers_follow_the_highest_card_of_the_tills_members(tmp_path) -> None:
    till_with_cards(tmp_path, "2900000000070", "2900000000421", "29ABC", "2800000009991")
    with book(tmp_path).new(Wanted("29", 13, 2)) as numbers:
        assert serials(numbers) == [43, 44]
    with pytest.raises(StudioError, match="a member has the number 2900000000070"):
        given(tmp_path, Wanted("29", 13, 2, first=6))


def test_a_till_that_cannot_be_read_gives_nothing(tmp_path) -> None:
    till_with_cards(tmp_path)
    (tmp_path / "till.db").write_bytes(b"no database at all" * 400)
    with pytest.raises(StudioError, match="cannot be asked"):
        given(tmp_path, Wanted("29", 13, 2))
