"""The page's session of a lent right happens as written; a command may carry a PIN."""

import json
import re

import pytest

from tests.console.test_console_commands import DOC, matches
from tests.workstation.tills import MARIA, MILK

PETR = {"operator": "petr", "pin": "2222"}
BOSS = {"operator": MARIA[0], "pin": MARIA[1]}


def test_the_lent_right_on_the_page_happens_as_written(desk):
    text = DOC.read_text(encoding="utf-8")
    page = text.partition("## A right that is lent")[2]
    session = re.search(r"```console\n(.*?)```", page, re.DOTALL)[1]
    pairs = re.findall(r"^> (.*)\n((?:^< .*\n)+)", session, re.MULTILINE)
    assert len(pairs) > 8
    for asked, answered in pairs:
        (found,) = desk.lines(asked)
        wanted = json.loads("".join(line[2:] for line in answered.splitlines()))
        matches(found, wanted, asked)
    assert [one.override_by for one in desk.bench.audit("close_day")] == ["petr", "petr"]


def test_a_wrong_pin_lends_nothing_and_what_is_no_text_is_a_bad_field(desk):
    desk.open_shift("ivan", "1111")
    wrong = {"operator": "petr", "pin": "0000"}
    assert desk.refused("lend_right", right="close_day", override=wrong) == "wrong_pin"
    assert desk.refused("lend_right", right="discount", override=BOSS) == "senior_only"
    for fields in ({}, {"right": 1}, {"right": "close_day", "override": "petr"}):
        assert desk.refused("lend_right", **fields) == "bad_field"
    assert desk.do("state")["state"]["operator"]["lent"] is False


@pytest.mark.parametrize("word", ["undo", "discount"])
def test_what_the_cashier_may_not_put_right_is_allowed_in_the_command(desk, word):
    desk.open_shift("ivan", "1111")
    desk.do("scan", data=MILK)
    for percent in ("10", "0"):
        desk.do("discount", line=1, percent=percent, reason="torn", override=BOSS)
    more = {} if word == "undo" else {"line": 1, "percent": "10", "reason": "torn"}
    assert desk.refused(word, **more) == "needs_override"
    state = desk.do(word, **more, override=BOSS)["state"]
    assert state["transaction"]["total"] == "80.91"
