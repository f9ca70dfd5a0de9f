"""Requests that take minutes: progress, a wish to cancel, one answer, nobody else waits."""

import io
import json

from device_bench import Ear

from drivers.contract import (
    ErrorCode,
    ErrorEvent,
    Outcome,
    ProgressEvent,
    ResultEvent,
)
from drivers.host import Host
from drivers.remote import RemoteHost
from drivers.transport import LiveCall


class Lines:
    """A pipe whose far end the test plays."""

    def __init__(self) -> None:
        self.sent: list[dict] = []

    def send_line(self, line: str) -> None:
        self.sent.append(json.loads(line))


def test_progress_starts_the_deadline_anew_and_is_heard() -> None:
    pipe, listener, reply, steps = Lines(), Ear(), Ear(), []
    remote = RemoteHost(pipe, listener)
    number = remote.request(
        "pay", reply, device="card", job_id="key-1", limit_ms=1000, progress=steps.append
    )
    remote.tick(0)
    remote.tick(999)
    progress = {"id": number, "event": "progress", "device": "card", "payload": {"say": "PIN"}}
    remote.on_line(json.dumps(progress))
    remote.tick(1000)
    remote.tick(1999)
    assert (reply.heard, steps) == ([], [{"say": "PIN"}])
    remote.tick(2000)
    (answer,) = reply.heard
    assert (answer.code, answer.outcome, answer.job_id) == (
        ErrorCode.E_TIMEOUT,
        Outcome.UNKNOWN,
        "key-1",
    )
    remote.on_line(json.dumps(progress))
    late = {"id": number, "event": "result", "device": "card", "payload": {}, "job_id": "key-1"}
    remote.on_line(json.dumps(late))
    assert listener.heard == [ResultEvent("card", {}, "key-1")], "the truth that came late is told"


def test_progress_that_nobody_wants_still_keeps_the_request_alive() -> None:
    pipe, reply = Lines(), Ear()
    remote = RemoteHost(pipe, Ear())
    number = remote.request("weigh", reply, device="scale", limit_ms=1000)
    remote.tick(0)
    remote.on_line(json.dumps({"id": number, "event": "progress", "device": "s", "payload": {}}))
    remote.tick(1000)
    assert reply.heard == []


def test_a_cancel_is_a_wish_whose_answer_is_the_request_s_own() -> None:
    pipe, reply = Lines(), Ear()
    remote = RemoteHost(pipe, Ear())
    number = remote.request("pay", reply, device="card")
    remote.cancel(number)
    assert pipe.sent[-1] == {"id": number + 1, "do": "cancel", "request": number}
    remote.on_line(json.dumps({"id": number, "event": "done", "device": "", "health": []}))
    remote.cancel(number)
    assert len(pipe.sent) == 2, "what has ended is not cancelled"


def test_only_the_first_answer_of_a_call_counts() -> None:
    told, ended = [], []
    call = LiveCall("card", told.append, lambda: ended.append(True))
    acts = []
    call.on_cancel(lambda: acts.append("first"))
    call.progress({"step": 1})
    call.cancel()
    call.cancel()
    call.on_cancel(lambda: acts.append("too late, so at once"))
    assert (call.cancelled, acts) == (True, ["first", "too late, so at once"])
    call.answer(ResultEvent("card", {"paid": 1}))
    call.answer(ErrorEvent("card", ErrorCode.E_FAILURE, "never told"))
    call.progress({"step": 2})
    call.cancel()
    assert told == [ProgressEvent("card", {"step": 1}), ResultEvent("card", {"paid": 1})]
    assert ended == [True]


def test_the_host_carries_a_cancel_to_the_call_and_goes_on_meanwhile(rig) -> None:
    out = io.StringIO()
    host = Host(rig.config(), out)
    wanted = {"do": "check", "device": "scanner", "level": "interactive"}
    host.take(json.dumps({"id": 1, **wanted}))
    host.take('{"id": 2, "do": "health"}')
    host.take('{"id": 3, "do": "cancel", "request": 1}')
    host.take('{"id": 4, "do": "cancel", "request": 99}')
    host.take('{"id": 5, "do": "cancel", "request": "x"}')
    said = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(one["id"], one["event"]) for one in said] == [
        (2, "done"),
        (1, "error"),
        (3, "done"),
        (4, "done"),
        (5, "error"),
    ]
