"""A damaged till is refused before it is sold from, and what it still says is saved."""

import random
import shutil

import pytest

from pos_app.storage.outbox import Outbox
from pos_app.storage.salvage import Salvaged, stretches
from pos_app.storage.soundness import Damaged, look_at
from pos_app.wiring import till_life
from pos_app.wiring.memory import open_memory, open_sound
from pos_app.workstation.ports import StorageBroken
from sync.wire.codec import GENESIS, chain_hash
from tests.storage.builders import identity, sale_facts


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    monkeypatch.setattr("pos_app.wiring.memory.database_key", lambda _folder: None)
    monkeypatch.setattr("pos_app.wiring.till_life.database_key", lambda _folder: None)


def sold(folder, count=40, acked=0):
    memory = open_memory(folder)
    memory.outbox.save_identity(identity())
    for n in range(1, count + 1):
        memory.journal.record(sale_facts(n, "m1", lines=6))
    memory.outbox.ack(acked, acked)
    events = memory.outbox.batch(0, 1000, 1 << 30)
    memory.file.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    memory.close()
    return events


def test_a_sound_till_opens(tmp_path):
    sold(tmp_path)
    open_sound(tmp_path).close()


def test_an_edited_event_is_found_before_the_first_sale(tmp_path):
    """Case 49: an unsent body was edited by hand: shown at the start, nothing is sold from it."""
    sold(tmp_path)
    memory = open_memory(tmp_path)
    memory.file.driver.execute(
        "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), '1', '2') AS BLOB) "
        "WHERE place = (SELECT max(place) FROM event)"
    )
    with pytest.raises(Damaged, match="event 40 is not what was recorded"):
        look_at(memory.file)
    memory.file.driver.execute("DELETE FROM event WHERE place = (SELECT max(place) FROM event)")
    with pytest.raises(Damaged, match="event 40 is missing"):
        look_at(memory.file)
    memory.close()
    with pytest.raises(StorageBroken, match="kopilka till salvage --data"):
        open_sound(tmp_path)


@pytest.mark.parametrize("seed", range(12))
def test_flipped_bytes_lose_nothing_that_is_not_named(tmp_path, seed, capsys):
    """Case 24: 1..k bytes at random places of till.db; refused, copied, salvaged, named."""
    events = sold(tmp_path, acked=10)
    path = tmp_path / "till.db"
    chance = random.Random(seed)
    data = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 3, 20, 200))):
        data[chance.randrange(8192, len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    before = bytes(data)
    try:
        open_sound(tmp_path).close()
    except StorageBroken as refused:
        assert "nothing was changed" in str(refused)
    assert path.read_bytes() == before
    status = till_life.main(["salvage", "--data", str(tmp_path)])
    said = capsys.readouterr().err
    if status == 2:
        # The tables' own names are gone: the page says what a person does then.
        assert "enrol again" in said
        assert path.read_bytes() == before
        return
    assert status in (0, 1), said
    assert (tmp_path / "damaged-1/till.db").read_bytes() == before
    memory = open_sound(tmp_path)
    kept = memory.outbox.batch(0, 1000, 1 << 30)
    known = {e.id: e.body for e in events}
    assert all(known[e.id] == e.body for e in kept)
    previous = GENESIS
    for e in kept:
        previous = chain_hash(previous, e.seq, e.id, e.kind, e.body)
        assert previous == e.hash
    missing = sorted(e.seq for e in events if e.id not in {k.id for k in kept})
    assert ("LOST" in said) == any(seq > 10 for seq in missing) == (status == 1)
    assert memory.outbox.position().incarnation == 2
    assert memory.outbox.frozen()
    assert bool(memory.outbox.lost()) == (status == 1)
    memory.close()


def test_a_file_that_says_nothing_any_more_is_left_as_it_is(tmp_path, capsys):
    """Case 24: not even the first page."""
    sold(tmp_path, 3)
    (tmp_path / "till.db").write_bytes(b"\0" * 4096 * 4)
    with pytest.raises(StorageBroken, match="kopilka till salvage"):
        open_sound(tmp_path)
    before = (tmp_path / "till.db").read_bytes()
    assert till_life.main(["salvage", "--data", str(tmp_path)]) == 2
    assert "enrol again, the till stays the same one" in capsys.readouterr().err
    assert (tmp_path / "till.db").read_bytes() == before


def test_a_healthy_till_is_salvaged_whole(tmp_path, capsys):
    sold(tmp_path, 5)
    shutil.copytree(tmp_path, tmp_path / "damaged-1")
    assert till_life.main(["salvage", "--data", str(tmp_path)]) == 0
    assert "5 events are saved; the damaged file is kept in damaged-2" in capsys.readouterr().err


def test_what_the_server_has_is_not_lost():
    found = Salvaged(3, (1, 2, 5), 4, acked=2)
    assert (found.unsent(), found.text()) == ((5,), "4:5-5")
    assert stretches((1, 2, 3, 7, 9, 10)) == [(1, 3), (7, 7), (9, 10)]


def test_a_person_takes_the_place_on_a_closed_till(tmp_path, capsys):
    """Case 26: the button of a machine that woke up elsewhere."""
    sold(tmp_path, 2)
    words = ["take-over", "--data", str(tmp_path), "--by", "Anna", "--reason", "new computer"]
    assert till_life.main(words) == 0
    memory = open_memory(tmp_path)
    assert memory.outbox.position().incarnation == 2
    assert memory.lives.decided()
    memory.lives.known()
    memory.lives.known()
    assert not memory.lives.decided()
    kinds = [e.kind for e in Outbox(memory.file).batch(0, 99, 1 << 20)]
    assert kinds[-1] == "right_used"
    memory.close()
    (tmp_path / "empty").mkdir()
    words[2] = str(tmp_path / "empty")
    assert till_life.main(words) == 2
    assert "is no till" in capsys.readouterr().err
