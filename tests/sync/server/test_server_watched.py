"""What those who watch a server see: readiness, numbers, one log line a request."""

import asyncio
import logging
import re
from datetime import timedelta
from types import SimpleNamespace

import httpx
import pytest
import sqlalchemy as sa

from sync.server.engine.schema import account, inbox, meta, terminal
from sync.server.serving import running
from sync.server.surface.app import build_app
from sync.server.surface.ops_http import Shown, ops_app
from sync.server.watch import figures, readiness
from sync.wire.messages import HEADER_TRACE, PATHS
from tests.sync.server.till import Refused


def numbers(text: str) -> dict[str, float]:
    """Sample name with labels -> value."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


async def scraped(house, turns: int = 1) -> dict[str, float]:
    transport = httpx.ASGITransport(app=ops_app(house.server))
    async with httpx.AsyncClient(transport=transport, base_url="http://ops") as client:
        for _ in range(turns):
            response = await client.get("/metrics")
        assert response.status_code == 200
        return numbers(response.text)


async def readyz(house) -> tuple[int, dict]:
    response = await house.client.get("/readyz")
    return response.status_code, response.json()


def test_a_server_says_why_it_is_not_ready(house, monkeypatch) -> None:
    async def story() -> None:
        till = await house.till()
        assert await readyz(house) == (200, {"status": "ready"})
        till.sell()
        await till.push()
        house.clock.at += timedelta(minutes=4)
        assert (await readyz(house))[0] == 200, "a batch may wait some minutes"
        house.clock.at += timedelta(minutes=2)
        assert await readyz(house) == (503, {"status": "not_ready", "failed": ["poster_behind"]})
        await house.post()
        assert (await readyz(house))[0] == 200
        other = sa.update(meta).where(meta.c.name == "epoch").values(value="another")
        await house.write(lambda c: c.execute(other))
        monkeypatch.setattr(readiness.migrations, "latest", lambda: "r9999")
        monkeypatch.setattr(readiness.shutil, "disk_usage", lambda _p: SimpleNamespace(free=1000))
        assert (await readyz(house))[1]["failed"] == ["migrations", "epoch", "disk"]

    house.run(story())


def test_a_server_whose_poster_ended_is_not_ready(house) -> None:
    async def story() -> None:
        async with running(house.server):
            await asyncio.sleep(0)
            assert (await readyz(house))[0] == 200
            house.server.tasks[0].cancel()
            await asyncio.gather(house.server.tasks[0], return_exceptions=True)
            assert (await readyz(house))[1]["failed"] == ["background"]

    house.run(story())


def test_a_server_without_its_folder_or_its_database_is_not_ready(house, tmp_path) -> None:
    async def story() -> None:
        gone = readiness.Watched(house.services, tmp_path / "gone", ())

        async def silent() -> list[str]:
            raise OSError("no route")

        found = await readiness.reasons(gone, asyncio.ensure_future(silent()))
        assert found == ["database", "disk"]

    house.run(story())


def test_numbers_are_not_for_everybody(house) -> None:
    async def story() -> None:
        assert (await house.client.get("/metrics")).status_code == 404
        guarded = httpx.ASGITransport(app=build_app(house.server, Shown(token="secret")))
        async with httpx.AsyncClient(transport=guarded, base_url="http://server") as client:
            assert (await client.get("/metrics")).status_code == 404
            wrong = {"authorization": "Bearer guess"}
            assert (await client.get("/metrics", headers=wrong)).status_code == 404
            right = {"authorization": "Bearer secret"}
            answer = await client.get("/metrics", headers=right)
            assert answer.headers["content-type"].startswith("text/plain")

    house.run(story())


def test_numbers_tell_what_was_asked_and_what_came_of_it(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        till.sell(member=anna, earn=40)
        await till.push()
        with pytest.raises(Refused):
            broken = till.batch(1)
            broken.previous_hash, broken.events = "11" * 32, ()
            broken.epoch = "another"
            await till.ask("push", broken)
        waiting = await scraped(house)
        assert waiting["kopilka_inbox_batches"] == 1
        house.clock.at += timedelta(seconds=7)
        assert (await scraped(house))["kopilka_inbox_age_seconds"] == 7
        await house.post()
        await till.pull_all()
        found = await scraped(house, 8)
        assert found['kopilka_requests_total{outcome="200",route="/v1/push"}'] == 1
        assert found['kopilka_requests_total{outcome="epoch",route="/v1/push"}'] == 1
        assert found['kopilka_requests_total{outcome="200",route="/v1/pull"}'] >= 1
        assert found["kopilka_pushed_events_total"] == 2
        assert found["kopilka_pulled_rows_total"] > 2
        assert found["kopilka_inbox_batches"] == 0
        assert found["kopilka_feed_lag_seconds_sum"] == 7
        assert found["kopilka_books_checked_ratio"] == 1
        assert found["kopilka_books_difference_points"] == 0
        assert found["kopilka_allowance_outstanding_points"] > 0
        assert found["kopilka_snapshot_age_seconds"] == -1
        assert found['kopilka_terminals{heard="15m"}'] == 1
        await house.server.snapshots.manifest()
        house.clock.at += timedelta(minutes=20)
        found = await scraped(house)
        assert found["kopilka_snapshot_age_seconds"] == 1200
        assert found['kopilka_terminals{heard="1h"}'] == 1
        assert found['kopilka_request_seconds_count{route="/v1/push"}'] == 2

    house.run(story())


def test_books_that_do_not_agree_are_seen_within_eight_looks(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna, bert = (
            till.enrol_member(card="2990000000019"),
            till.enrol_member(card="2990000000026"),
        )
        till.sell(member=anna, earn=40)
        till.sell(member=bert, earn=40)
        await house.push(till)
        for member, points in ((anna, 3), (bert, -3)):
            off = sa.update(account).where(account.c.member == member)
            await house.write(lambda c, o=off, p=points: c.execute(o.values(balance=40 + p)))
        found = await scraped(house, 256 // figures.BUCKETS_A_TURN)
        assert found["kopilka_books_difference_points"] == 6, "opposite faults do not cancel out"

    house.run(story())


def test_conflicts_and_parked_events_are_counted_by_kind(house, caplog) -> None:
    async def story() -> None:
        till = await house.till()
        till.record_raw("transaction_completed", 1, b'{"not": "a receipt"}')
        await house.push(till)
        found = await scraped(house)
        assert found['kopilka_conflicts_open{kind="parked"}'] == 1
        assert found["kopilka_parked_events_open"] == 1

    house.run(story())


def test_labels_never_grow_with_what_somebody_asks(house) -> None:
    async def story() -> None:
        till = await house.till()
        for path in ("/v1/member/79123456789", "/card/x.html", "/v1/snapshot/abc", "/card"):
            await house.client.get(path, headers=till.signed(path, b"", "GET"))
        routes = {
            found.group(1)
            for name in await scraped(house)
            if (found := re.search('route="([^"]+)"', name))
        }
        assert routes == {"/v1/enrol", "other", "/card", "/v1/snapshot"}

    house.run(story())


def test_every_request_is_one_line_with_its_trace_and_nothing_it_asked(house, caplog) -> None:
    async def story() -> None:
        till = await house.till()
        till.sell()
        batch = till.batch()
        from sync.wire.codec import batch_trace, pack

        body, trace = pack(batch), batch_trace(batch.events[-1].hash)
        headers = till.signed(PATHS["push"], body) | {HEADER_TRACE: trace}
        assert (await till.send("push", body, headers)).status_code == 200
        await house.client.get("/v1/lookup?phone=79123456789&name=Anna")
        await house.client.get("/livez", headers={HEADER_TRACE: "Anna; DROP"})

    with caplog.at_level(logging.INFO, logger="sync.server.access"):
        house.run(story())
    lines = [r for r in caplog.records if r.name == "sync.server.access"]
    pushed = next(r for r in lines if r.route == "/v1/push")
    assert (pushed.status, pushed.method) == (200, "POST")
    assert pushed.terminal
    assert "79123456789" not in str([vars(r) for r in lines])
    assert "Anna" not in str([vars(r) for r in lines])


def test_a_fault_of_ours_is_one_line_one_problem_and_no_words_of_it(house, caplog) -> None:
    async def story() -> None:
        till = await house.till()

        def broken(*_a):
            raise RuntimeError("phone 79123456789")

        house.server.database.read = broken
        answer = await till.send("lookup", b"x", till.signed(PATHS["lookup"], b"x"))
        assert answer.status_code == 400, "what cannot be read is not looked up"
        from sync.wire.codec import pack
        from sync.wire.messages import LookupRequest

        body = pack(LookupRequest(1, till.terminal, "card", "1"))
        answer = await till.send("lookup", body, till.signed(PATHS["lookup"], body))
        assert answer.status_code == 500
        assert b"internal" in answer.content

    house.run(story())
    assert "79123456789" not in caplog.text
    assert "a fault of ours: RuntimeError at test_server_watched.py" in caplog.text


def test_terminals_are_counted_by_how_long_they_are_silent(house) -> None:
    async def story() -> None:
        now = house.services.now_us()
        for hours in (0, 0.5, 2, 30, 24 * 10, None):
            till = await house.till()
            at = 0 if hours is None else now - int(hours * 3_600_000_000)
            this = sa.update(terminal).where(terminal.c.id == till.terminal).values(heard_at=at)
            await house.write(lambda c, t=this: c.execute(t))
        found = await house.read(figures.silent, now)
        assert found == {"15m": 1, "1h": 1, "1d": 1, "1w": 1, "older": 1, "never": 1}

    house.run(story())


def test_the_age_of_the_inbox_is_that_of_its_oldest_batch(house) -> None:
    async def story() -> None:
        till = await house.till()
        assert await house.read(figures.inbox_age_s, house.services.now_us()) == 0
        till.sell()
        await till.push()
        (row,) = await house.rows(inbox)
        later = row.received_at + 3_000_000
        assert await house.read(figures.inbox_age_s, later) == 3

    house.run(story())
