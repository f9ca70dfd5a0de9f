"""The manager's commands: conflicts with their money, signing off, giving a dead till up."""

import re

from sync.server.command_line.cli import main
from sync.server.engine.schema import reclaim, terminal
from tests.sync.server.test_server_allowances import grants
from tests.sync.server.test_server_conflicts import in_debt
from tests.sync.server.test_server_placing import anna_at


def run(capsys, *arguments) -> tuple[int, str, str]:
    code = main([str(a) for a in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_manager_sees_what_is_open_and_signs_it_off_by_name(house, capsys) -> None:
    house.run(in_debt(house))
    where = ("--database", house.address)
    code, said, _ = run(capsys, "conflicts", "--open", *where)
    assert code == 0
    assert re.search(r"overdraft  shop  \S+  \S+  30 points  30\.00  open", said)
    assert run(capsys, "conflicts", "--sums", *where)[1] == "overdraft: 1 lines, 30 points, 30.00\n"
    assert run(capsys, "conflicts", "--store", "far", *where)[1] == ""
    conflict_id = said.split()[1]
    decide = ("resolve-conflict", conflict_id, "--by", "Olga", "--reason", "a friend")
    code, said, _ = run(capsys, *decide, "--action", "absorb", *where)
    assert (code, said) == (0, "signed off, 30 points forgiven\n")
    code, _, why = run(capsys, *decide, "--action", "note", *where)
    assert (code, why.split()[0]) == (1, "signed_off")
    assert run(capsys, "conflicts", "--open", *where)[1] == ""
    assert "absorb by Olga: a friend" in run(capsys, "conflicts", *where)[1]
    assert run(capsys, "doctor", *where)[1] == "the books are right\n"


def test_a_dead_till_is_shown_before_it_is_given_up(house, capsys) -> None:
    """Case 35: the exposure first; without a name nothing is changed."""

    async def story():
        till = await house.till()
        await anna_at(house, till)
        await grants(till)
        return till

    till = house.run(story())
    where = ("--database", house.address)
    code, said, _ = run(capsys, "reclaim", "--terminal", till.terminal, *where)
    assert code == 0
    assert "exposure: 100 points (100.00), 1 grants" in said
    assert "nothing was changed" in said
    assert house.run(house.rows(reclaim)) == []
    code, said, _ = run(
        capsys, "reclaim", "--terminal", till.terminal, "--by", "Olga", "--reason", "burnt", *where
    )
    assert code == 0
    assert "it gets no more grants" in said
    (row,) = house.run(house.rows(terminal))
    assert row.state == "fenced"
    (row,) = house.run(house.rows(reclaim))
    assert (row.by, row.reason, row.points) == ("Olga", "burnt", 100)
    code, _, why = run(capsys, "reclaim", "--terminal", "nobody", *where)
    assert (code, why.split()[0]) == (1, "unknown_terminal")
