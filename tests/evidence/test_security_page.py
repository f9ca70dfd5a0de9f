"""The security page: every item of ASVS levels 1 and 2 has a status, counted right, and the tests
it names are there.
"""

import re
from pathlib import Path

HOUSE = Path(__file__).parents[2]
PAGE = (HOUSE / "docs/security.md").read_text(encoding="utf-8")
ITEMS = 253  # ASVS 5.0.0: 70 of level 1, 183 of level 2


def rows():
    for line in PAGE.splitlines():
        found = re.match(r"\| ([\d., ]+) \| (met|\*\*not met\*\*|n/a) \| (.+) \|", line)
        if found:
            yield from ((one.strip(), found[2], found[3]) for one in found[1].split(","))


def test_every_item_has_one_status_and_the_sum_is_said():
    items = list(rows())
    assert len({name for name, _, _ in items}) == len(items) == ITEMS
    count = {s: sum(status == s for _, status, _ in items) for s in ("met", "**not met**", "n/a")}
    said = f"{count['met']} met, {count['**not met**']} not met, {count['n/a']} not applicable"
    assert said in PAGE
    assert all(note for _, _, note in items)


def test_tests_that_are_named_are_there():
    for name in re.findall(r"`(tests/[\w/.]+)`", PAGE):
        assert (HOUSE / name).exists(), name
