"""A till believes no head without the server's signature and its own hash at that place."""

from contextlib import asynccontextmanager

import httpx
import pytest

from pos_app.gear.secrets import Ed25519Signer, generate_signing_keys
from sync.client import errors
from sync.wire.codec import ack_text, canonical, unpack
from sync.wire.messages import (
    PATHS,
    EnrolReply,
    Problem,
    PushReply,
    PushRequest,
    ReconcileRequest,
)
from tests.sync.client import virtual
from tests.sync.client.till import Till

SERVER = generate_signing_keys()
STRANGER = generate_signing_keys()
TERMINAL = "t" * 24


def receipt(request, keys=SERVER, terminal=TERMINAL, **changed):
    """A receipt for all of a batch, with something changed."""
    last = request.events[-1]
    head = changed.pop("head", last.seq)
    digest = changed.pop("head_hash", last.hash)
    text = ack_text(terminal, request.incarnation, head, digest)
    signature = changed.pop("signature", Ed25519Signer(keys.private).sign(text).hex())
    return PushReply("e1", head, digest, head, "2026-11-22T09:00:00+00:00", signature)


class Wire(httpx.AsyncBaseTransport):
    """Answers by a script and remembers what was asked."""

    def __init__(self, script) -> None:
        self.script = script
        self.asked: list[PushRequest] = []

    async def handle_async_request(self, request):
        kind = ReconcileRequest if request.url.path == PATHS["reconcile"] else PushRequest
        self.asked.append(unpack(kind, request.content))
        reply = self.script(self.asked[-1])
        if isinstance(reply, tuple):
            status, problem = reply
            return httpx.Response(status, stream=httpx.ByteStream(canonical(problem)))
        return httpx.Response(200, stream=httpx.ByteStream(canonical(reply)))


@asynccontextmanager
async def enrolled(folder, script, events=3):
    wire = Wire(script)
    till = Till(folder, wire, virtual.clock())
    till.store_identity(
        EnrolReply(
            terminal=TERMINAL,
            terminal_name="Till 1",
            store="s1",
            store_name="Store",
            chain="c",
            epoch="e1",
            server_key=SERVER.public.hex(),
            sealing_key="22" * 32,
            pepper="33" * 32,
            server_time="2026-11-22T09:00:00+00:00",
            receipt_prefix="0101",
        ),
        till.key.private,
        1,
    )
    till.tell(events)
    try:
        yield till, wire
    finally:
        await till.close()


def push(folder, script, events=3):
    """(result or trouble, acknowledged head, number of requests) of one pass."""

    async def scene():
        async with enrolled(folder, script, events) as (till, wire):
            try:
                result = await till.push.run()
            except errors.Trouble as trouble:
                result = trouble
            return result, till.outbox.position().acked, len(wire.asked)

    return virtual.run(scene())


def test_a_true_receipt_acknowledges_everything(tmp_path):
    assert push(tmp_path, receipt) == (3, 3, 1)


@pytest.mark.parametrize(
    "lie",
    [
        lambda request: receipt(request, STRANGER),
        lambda request: receipt(request, signature="zz"),
        lambda request: receipt(request, signature=""),
        lambda request: receipt(request, terminal="another"),
    ],
    ids=["stranger", "no hex", "empty", "another terminal's"],
)
def test_a_receipt_that_our_server_did_not_sign_for_us_counts_as_lost(tmp_path, lie):
    trouble, acked, _asked = push(tmp_path, lie)
    assert isinstance(trouble, errors.Lost)
    assert acked == 0


def test_a_head_of_another_chain_is_a_fork_and_acknowledges_nothing(tmp_path):
    trouble, acked, _asked = push(tmp_path, lambda r: receipt(r, head_hash="ab" * 32))
    assert isinstance(trouble, errors.Forked)
    assert acked == 0


def test_a_server_that_knows_more_than_this_database_means_that_it_was_rolled_back(tmp_path):
    trouble, acked, _asked = push(tmp_path, lambda r: receipt(r, head=9))
    assert isinstance(trouble, errors.Forked)
    assert trouble.problem.code == "server_ahead"
    assert acked == 0


def test_a_server_that_takes_and_does_not_keep_is_not_asked_for_ever(tmp_path):
    trouble, acked, asked = push(tmp_path, lambda r: receipt(r, head=0, head_hash="00" * 32))
    assert isinstance(trouble, errors.Stuck)
    assert acked == 0
    assert asked < 20


def test_a_gap_above_what_was_sent_is_nonsense_and_counts_as_lost(tmp_path):
    trouble, _acked, asked = push(tmp_path, lambda _r: (409, Problem("gap", head=7)))
    assert isinstance(trouble, errors.Lost)
    assert asked == 1


def test_an_epoch_that_changed_to_itself_counts_as_lost(tmp_path):
    for epoch in ("", "e1"):
        folder = tmp_path / f"at{epoch}"
        folder.mkdir()
        said = Problem("epoch", epoch=epoch)
        trouble, _acked, asked = push(folder, lambda _r, said=said: (412, said))
        assert isinstance(trouble, errors.Lost)
        assert asked == 1


def test_epochs_that_change_at_every_request_end_in_trouble_and_not_in_a_storm(tmp_path):
    numbers = iter(range(100))
    trouble, _acked, asked = push(
        tmp_path, lambda _r: (412, Problem("epoch", epoch=f"e{next(numbers)}x"))
    )
    assert isinstance(trouble, errors.Stuck)
    assert asked < 20


def test_a_batch_that_is_too_large_is_halved_until_it_fits(tmp_path):
    """Case 11: 413."""

    def small(request):
        if len(request.events) > 2:
            return 413, Problem("too_large")
        return receipt(request)

    sent, acked, _asked = push(tmp_path, small, events=9)
    assert (sent, acked) == (9, 9)


def test_one_event_that_is_too_large_is_trouble_and_stays(tmp_path):
    trouble, acked, _asked = push(tmp_path, lambda _r: (413, Problem("too_large")))
    assert isinstance(trouble, errors.TooLarge)
    assert acked == 0


def test_a_fenced_till_keeps_its_events(tmp_path):
    trouble, acked, _asked = push(tmp_path, lambda _r: (410, Problem("fenced", incarnation=2)))
    assert isinstance(trouble, errors.Fenced)
    assert acked == 0


def test_a_batch_that_was_kept_in_part_is_continued(tmp_path):
    def half(request):
        at = len(request.events) // 2
        kept = request.events[at]
        return receipt(request, head=kept.seq, head_hash=kept.hash)

    assert push(tmp_path, half, events=9)[:2] == (9, 9)


def test_a_till_that_is_not_enrolled_has_nobody_to_push_to(tmp_path):
    async def scene():
        till = Till(tmp_path, Wire(receipt), virtual.clock())
        till.tell()
        with pytest.raises(errors.NotEnrolled):
            await till.push.run()
        await till.close()

    virtual.run(scene())


def test_events_that_are_not_kept_any_more_cannot_be_sent_again(tmp_path, monkeypatch):
    async def scene():
        async with enrolled(tmp_path, receipt) as (till, _wire):
            monkeypatch.setattr(till.outbox, "hash_at", lambda _seq: None)
            with pytest.raises(errors.MemoryFailed):
                await till.push.run()

    virtual.run(scene())
