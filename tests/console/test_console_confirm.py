"""The page's session of a large redemption happens as written."""

import json
import re

from tests.console.test_console_commands import DOC, matches


def test_the_large_redemption_on_the_page_happens_as_written(desk):
    text = DOC.read_text(encoding="utf-8")
    session = re.findall(r"```console\n(.*?)```", text, re.DOTALL)[1]
    desk.bench.grant("anna", 600)
    pairs = re.findall(r"^> (.*)\n((?:^< .*\n)+)", session, re.MULTILINE)
    assert len(pairs) > 10
    for asked, answered in pairs:
        (found,) = desk.lines(asked)
        wanted = json.loads("".join(line[2:] for line in answered.splitlines()))
        matches(found, wanted)
