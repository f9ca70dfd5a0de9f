"""RFM and segments of a real server: from posted receipts to what tills are told."""

import csv
import json
import sys
from argparse import Namespace
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from pos_app.domain.document import TransactionKind
from pos_app.domain.events import TransactionCompleted
from pos_app.domain.loyalty.rfm import PLUS_1, Figures, RfmBounds, figures_of
from sync.server.books.merging import derived_id
from sync.server.command_line.cli import main
from sync.server.engine.schema import member, member_redirect
from sync.server.members import member_import
from sync.server.members.rfm import figures, purchases, table_of
from sync.server.members.segmenting import judging_on, segments_in
from sync.server.office.rfm_report import NO_EXTRA, report
from sync.server.sealing.profiles import encrypt
from sync.server.settings import reference
from sync.server.watch.doctor import examine
from sync.wire.codec import decode
from sync.wire.rows import MemberRow, SettingsRow
from tests import tracing
from tests.builders import a_document
from tests.sync.server.till import DAY

MEMBERS = (Path(__file__).parents[2] / "data/server/members_200.csv").read_bytes()
SEGMENTS = [
    {"preset": "vip"},
    {"id": "returning", "receipts": {"least": 2}},
    {"id": "far_east", "profile": [{"field": "city", "equals": "дальнереченск"}]},
]


def somebody(number: int) -> str:
    """The member of a line of the file."""
    return derived_id(f"member of a file\n{number}")


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


def options(**changed) -> Namespace:
    plain = {"on": DAY, "rule": None, "value": False, "publish": False}
    return Namespace(**{**plain, **changed})


def programme(version: int, segments) -> bytes:
    return json.dumps(a_document(version=version, segments={"list": segments})).encode()


async def opened(house):
    """A chain with 200 members and a till."""
    with tracing.off():  # test_server_imports.py is about the import
        await house.write(member_import.import_members, house.services, MEMBERS)
    await house.write(reference.publish_program, house.services, programme(1, SEGMENTS))
    return await house.till()


def back(till, sold, net: int, on: date = DAY):
    """A return of a part of a sale, or of nothing known."""
    document = till.document(member=sold.member_id, net=net, on=on)
    returned = replace(
        document,
        kind=TransactionKind.RETURN,
        original_id=sold.transaction_id,
        lines=(replace(document.lines[0], returned_line=1),),
        reason="defect",
    )
    till.record(TransactionCompleted(returned), returned.transaction_id)


def sell_like_people(till) -> None:
    """200 members who each buy at a rate of their own and leave with a chance of their own."""
    dice = np.random.default_rng(4)
    for number in range(1, 201):
        rate, leaving = dice.gamma(1.0, 1 / 25), dice.beta(1.0, 3.0)
        day, usual = 300.0, dice.gamma(6.0, 100_00 / 6)
        while day >= 0:
            till.sell(
                member=somebody(number), net=int(dice.gamma(4.0, usual / 4)), on=ago(int(day))
            )
            day -= dice.exponential(1 / rate)
            if dice.random() < leaving:
                break


def cells(lines) -> list[dict[str, str]]:
    return list(csv.DictReader(lines))


def test_returns_are_taken_off_the_purchase_they_came_from(house) -> None:
    async def story() -> None:
        till = await opened(house)
        first, second = somebody(1), somebody(2)
        kept = till.sell(member=first, net=500_00, on=ago(40))
        gone = till.sell(member=first, net=300_00, on=ago(3))
        till.sell(member=second, net=200_00, on=ago(1))
        till.sell(net=999_00, on=ago(1))
        back(till, kept, 100_00)
        back(till, gone, 300_00)
        unknown = till.document(member=second, transaction_id="elsewhere")
        back(till, unknown, 50_00)
        till.sell(member=second, net=1_00, on=DAY + timedelta(days=1))
        await house.push(till)
        bought = await house.read(purchases, DAY)
        assert bought == {first: [(ago(40), 400_00)], second: [(ago(1), 150_00)]}
        found = await house.read(figures, DAY)
        assert found == {who: figures_of(kept, DAY) for who, kept in bought.items()}
        table = table_of(found, DAY)
        assert table.figures == {first: Figures(40, 1, 400_00), second: Figures(1, 1, 150_00)}
        assert table.bounds.as_of == DAY
        assert table.bounds.monetary[0] == 200_00
        assert (str(table.scores[second]), str(table.scores[first])) == ("511", "115")
        assert table_of(found, DAY, PLUS_1).bounds.monetary[0] == 200_01
        assert (await house.read(figures, ago(1)))[second] == Figures(0, 1, 200_00)
        assert (await house.read(figures, ago(30))) == {first: Figures(10, 1, 500_00)}
        assert table_of({}, DAY) is None

    house.run(story())


def test_a_merged_member_has_the_purchases_of_both(house) -> None:
    async def story() -> None:
        till = await opened(house)
        till.sell(member=somebody(1), net=100_00, on=ago(2))
        till.sell(member=somebody(2), net=200_00, on=ago(1))
        await house.push(till)

        def lead(connection, old, new):
            row = {"bucket": 0, "old": old, "new": new}
            connection.execute(member_redirect.insert().values(row))

        await house.write(lead, somebody(1), somebody(2))
        both = [(ago(2), 100_00), (ago(1), 200_00)]
        assert await house.read(purchases, DAY) == {somebody(2): both}
        await house.write(lead, somebody(2), somebody(1))
        ringed = await house.read(purchases, DAY)
        assert sorted(one for found in ringed.values() for one in found) == both

    house.run(story())


def test_the_report_is_a_table_without_names(house) -> None:
    async def story() -> None:
        till = await opened(house)
        nothing = await report(house.server, options())
        assert nothing == ([f"nobody has bought anything up to {DAY}"], False)
        for number in range(1, 7):
            for visit in range(number):
                till.sell(member=somebody(number), net=number * 100_00, on=ago(visit * 9))
        await house.push(till)
        lines, good = await report(house.server, options())
        assert good
        table = {row["member_id"]: row for row in cells(lines)}
        assert len(table) == 6
        best = table[somebody(6)]
        assert best == {
            "member_id": somebody(6),
            "recency_days": "0",
            "frequency": "6",
            "monetary_minor": "360000",
            "recency": "5",
            "frequency_score": "5",
            "monetary": "5",
            "map_125": "Champions",
            "map_25": "Champions",
            "segments": "returning vip",
        }
        assert table[somebody(1)]["segments"] == "far_east"
        text = "\n".join(lines)
        assert "Корабальникова" not in text
        assert "7999" not in text
        assert "Дальнереченск" not in text

    house.run(story())


def test_tills_are_told_bounds_and_the_segments_they_cannot_judge(house) -> None:
    async def story() -> None:
        till = await opened(house)
        for number in (1, 2, 3):
            till.sell(member=somebody(number), net=number * 100_00)
        await house.push(till)
        await till.pull_all()
        assert (await report(house.server, options(publish=True)))[1]
        told = await till.pull_all()
        (setting,) = [decode(SettingsRow, bytes(r.body)) for r in told if r.kind == "setting"]
        assert setting.name == "rfm_bounds"
        bounds = RfmBounds.from_document(json.loads(bytes(setting.value)))
        assert (bounds.as_of, bounds.monetary[0]) == (DAY, Fraction(140_00))
        changed = [decode(MemberRow, bytes(r.body)) for r in told if r.kind == "member"]
        assert {row.id: row.segments for row in changed} == {somebody(1): ("far_east",)}
        await report(house.server, options(publish=True))
        assert await till.pull_all() == [], "what did not change is not told again"
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_a_segment_that_left_the_programme_leaves_its_members(house) -> None:
    async def story() -> None:
        till = await opened(house)
        till.sell(member=somebody(1))
        await house.push(till)
        await report(house.server, options(publish=True))
        await house.write(reference.publish_program, house.services, programme(2, SEGMENTS[:1]))
        await till.pull_all()
        await report(house.server, options(publish=True))
        (row,) = [decode(MemberRow, bytes(r.body)) for r in await till.pull_all()]
        assert (row.id, row.segments) == (somebody(1), ())

    house.run(story())


def test_the_server_scores_anew_each_week_by_itself(house) -> None:
    async def story() -> None:
        till = await opened(house)
        await house.server.run_jobs()
        await till.pull_all()
        till.sell(member=somebody(1), net=100_00)
        await house.push(till)
        told = []
        for _ in range(9):
            await house.server.run_jobs()
            rows = [r for r in await till.pull_all() if r.kind == "setting"]
            told += [json.loads(bytes(r.body))["value"]["as_of"] for r in rows]
            house.clock.at += timedelta(days=1)
        assert told == ["2026-11-22", "2026-11-29"]

    house.run(story())


def test_without_a_programme_there_are_scores_and_no_segments(house) -> None:
    async def story() -> None:
        await house.write(member_import.import_members, house.services, MEMBERS)
        till = await house.till()
        till.sell(member=somebody(1))
        await house.push(till)
        lines, good = await report(house.server, options(publish=True))
        assert good
        assert cells(lines)[0]["segments"] == ""

    house.run(story())


@pytest.mark.parametrize("profile", ["erased", "no JSON", "no object"])
def test_a_profile_that_cannot_be_read_is_nobodys_segment(house, profile) -> None:
    async def story() -> None:
        await opened(house)
        sealed = {
            "erased": ("", ""),
            "no JSON": encrypt(house.services.keys.profiles, somebody(1), b"\xff"),
            "no object": encrypt(house.services.keys.profiles, somebody(1), b"[1]"),
        }[profile]

        def spoil(connection):
            row = {"profile": sealed[0], "profile_key": sealed[1]}
            connection.execute(member.update().where(member.c.id == somebody(1)).values(row))

        await house.write(spoil)
        judging = await house.read(judging_on, house.services, DAY, None)
        found = await house.read(segments_in, house.services, judging)
        assert found[somebody(1)] == frozenset()
        assert len(found) == 200

    house.run(story())


@pytest.mark.slow
def test_worth_is_added_where_it_is_asked_for(house) -> None:
    async def story() -> None:
        till = await opened(house)
        till.sell(member=somebody(1))
        await house.push(till)
        assert await report(house.server, options(value=True)) == (
            ["fewer than 10 customers have come a second time"],
            False,
        )
        start = len(till.chain) + 1
        sell_like_people(till)
        for first in range(start, len(till.chain) + 1, 100):
            await till.push(first, first + 99)
        await house.post()
        lines, good = await report(house.server, options(value=True))
        assert good, lines
        assert len(lines) == 201
        for row in cells(lines):
            assert 0 <= int(row["alive_percent"]) <= 100
            assert float(row["purchases_12m"]) >= 0
            low, value, high = (
                int(row[name]) for name in ("value_from_minor", "value_12m_minor", "value_to_minor")
            )
            assert 0 <= low <= value <= high
            assert 0 <= int(row["outcome_from_minor"]) <= int(row["outcome_to_minor"])

    house.run(story())


def test_worth_without_scipy_is_refused_in_words(house, monkeypatch) -> None:
    async def story() -> None:
        till = await opened(house)
        till.sell(member=somebody(1))
        await house.push(till)
        for name in [one for one in sys.modules if one.startswith("sync.server.analytics")]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, "numpy", None)
        assert await report(house.server, options(value=True)) == ([NO_EXTRA], False)

    house.run(story())


def test_the_command_prints_the_table_or_why_there_is_none(capsys, tmp_path) -> None:
    assert main(["rfm", "--data", str(tmp_path), "--on", "2026-11-22"]) == 1
    assert capsys.readouterr().err == "nobody has bought anything up to 2026-11-22\n"
