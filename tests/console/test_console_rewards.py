"""The page's session of a reward for points happens as written."""

import json
import re

from tests.console.test_console_commands import DOC, matches
from tests.workstation.test_till_rewards import programme
from tests.workstation.tills import program_row


def test_the_reward_on_the_page_happens_as_written(desk):
    text = DOC.read_text(encoding="utf-8")
    page = text.partition("## A reward for points")[2]
    session = re.search(r"```console\n(.*?)```", page, re.DOTALL)[1]
    desk.bench.mirrors(program_row(3000, programme()))
    desk.bench.clock.move(minutes=1)
    desk.bench.grant("anna", 350)
    pairs = re.findall(r"^> (.*)\n((?:^< .*\n)+)", session, re.MULTILINE)
    assert len(pairs) > 10
    for asked, answered in pairs:
        (found,) = desk.lines(asked)
        wanted = json.loads("".join(line[2:] for line in answered.splitlines()))
        matches(found, wanted, asked)


def test_a_claim_without_a_reward_is_a_bad_field(shift):
    assert shift.refused("claim") == "bad_field"
    assert shift.refused("claim", reward=1) == "bad_field"
    assert shift.refused("claim", remove=None) == "bad_field"
    assert shift.refused("claim", remove="x") == "reward_not_claimed"
