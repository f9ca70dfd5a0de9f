"""The page's session of gift cards happens as written."""

import json
import re

from tests.console.test_console_commands import DOC, matches
from tests.workstation.test_till_gift_cards import granted, mirrored, rules


def test_the_gift_cards_on_the_page_are_sold_and_pay_as_written(desk):
    text = DOC.read_text(encoding="utf-8")
    page = text.partition("## Gift cards")[2]
    session = re.search(r"```console\n(.*?)```", page, re.DOTALL)[1]
    rules(desk.bench, open_amount={})
    mirrored(desk.bench)
    granted(desk.bench, 300_00, kind="placed")
    pairs = re.findall(r"^> (.*)\n((?:^< .*\n)+)", session, re.MULTILINE)
    assert len(pairs) > 10
    for asked, answered in pairs:
        (found,) = desk.lines(asked)
        wanted = json.loads("".join(line[2:] for line in answered.splitlines()))
        matches(found, wanted, asked)


def test_a_gift_card_without_its_fields_is_a_bad_field(shift):
    assert shift.refused("sell_gift_card") == "bad_field"
    assert shift.refused("sell_gift_card", code="K1G:1", amount="x") == "bad_field"
    assert shift.refused("gift_card", code=7) == "bad_field"
    assert shift.refused("gift_card") == "gift_card_which"
