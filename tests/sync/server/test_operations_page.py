"""docs/operations.md: its sessions are played, its other commands are read by the real parsers."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from pos_app.wiring import cli as till_cli
from sync.server.command_line import cli as server_cli

HOUSE = Path(__file__).parents[3]
PAGE = HOUSE / "docs/operations.md"
DATA = HOUSE / "tests/data/server"
OTHERS = ("till doctor", "till decrypt", "till encrypt", "till unlock", "till salvage", "program")
"""Commands with parsers of their own rooms, tried there."""


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.S | re.M)


def commands(text: str) -> list[list[str]]:
    """Words of each `kopilka` line, without comments and redirections."""
    lines = [line for line in text.splitlines() if line.startswith("kopilka ")]
    return [shlex.split(line.partition(" > ")[0], comments=True)[1:] for line in lines]


def test_the_sessions_of_the_page_work_in_their_order(tmp_path, monkeypatch, capsys) -> None:
    shutil.copy(DATA / "catalog_demo_300.csv", tmp_path / "goods.csv")
    shutil.copy(DATA / "members_200.csv", tmp_path / "members.csv")
    (tmp_path / "till").mkdir()
    (tmp_path / "backup").mkdir()
    monkeypatch.chdir(tmp_path)
    places = {"/srv/": f"{tmp_path}/", "/backup/": f"{tmp_path}/backup/"}
    places["/var/lib/kopilka"] = f"{tmp_path}/till"
    played = 0
    for words in commands("\n".join(blocks("session"))):
        for place, here in places.items():
            words = [word.replace(place, here) for word in words]
        status = till_cli.main(words)
        assert status == 0, (words, capsys.readouterr())
        played += 1
    assert played >= 14
    assert (tmp_path / "server.zip").stat().st_size > 1000
    assert not (tmp_path / "backup/tuesday/server.keys").exists()


@pytest.mark.parametrize("words", commands("\n".join(blocks("") + blocks("session"))), ids=" ".join)
def test_every_command_of_the_page_is_one(words) -> None:
    line = " ".join(words)
    if line.startswith(OTHERS):
        return
    if "..." in words:
        words = [word for word in words if word != "..."]
    if words[0] == "server":
        parsed = server_cli.parser().parse_args(words[1:])
        assert parsed.command in server_cli.commands.COMMANDS
    else:
        assert callable(till_cli._parser().parse_args(words).run)


def test_every_command_of_the_server_is_written_down() -> None:
    told = "".join(page.read_text(encoding="utf-8") for page in PAGE.parent.rglob("*.md"))
    missing = [n for n in server_cli.commands.COMMANDS if f"server {n}" not in told]
    assert missing == []
