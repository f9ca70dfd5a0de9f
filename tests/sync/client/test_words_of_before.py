"""What a till and a server of 2026-11-22 said to each other: both still understand every word.

Recorded from real processes of before docs/adr/0211 (protocol 2). It is never recorded anew: what
came after is recorded beside it.
"""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from pos_app.domain.events import MemberEnrolled, TransactionCompleted
from pos_app.gear.clock import SystemClock
from sync.client.bootstrap import sane
from sync.client.installing import Installing
from sync.translate import WireCodec
from sync.wire import messages
from sync.wire.codec import canonical, chain_hash
from tests.sync.client.till import Till

FILE = Path(__file__).parents[2] / "data" / "wire" / "said-2026-11-22.json"
SAID = json.loads(FILE.read_text(encoding="utf-8"))
TYPES = {
    "enrol": (messages.EnrolRequest, messages.EnrolReply),
    "push": (messages.PushRequest, messages.PushReply),
    "allowance": (messages.AllowanceRequest, messages.AllowanceReply),
    "lookup": (messages.LookupRequest, messages.LookupReply),
    "pull": (messages.PullRequest, messages.PullReply),
    "snapshot": (None, messages.SnapshotManifest),
}
WORDS = [
    pytest.param(SAID[step][side], kind, id=f"{step}-{side}")
    for step, kinds in TYPES.items()
    for side, kind in zip(("request", "reply"), kinds, strict=True)
    if kind is not None
]


def test_every_message_that_was_recorded_is_looked_at() -> None:
    assert set(SAID) == set(TYPES)


@pytest.mark.parametrize(("said", "kind"), WORDS)
def test_a_message_of_before_is_read_and_said_with_every_word_it_had(said, kind) -> None:
    """Read: the older side is understood. Said again: it finds all that it looks for."""
    read = msgspec.json.decode(json.dumps(said).encode(), type=kind)
    again = json.loads(canonical(read))
    assert {name: again.get(name) for name in said} == said


def test_an_older_till_that_names_no_day_asks_for_points_all_the_same() -> None:
    said = json.dumps(SAID["allowance"]["request"]).encode()
    assert msgspec.json.decode(said, type=messages.AllowanceRequest).business_on == ""


def test_events_of_an_older_till_fit_their_chain_and_are_read() -> None:
    said = json.dumps(SAID["push"]["request"]).encode()
    push = msgspec.json.decode(said, type=messages.PushRequest)
    before, found = bytes.fromhex(push.previous_hash), []
    for one in push.events:
        before = chain_hash(before, one.seq, one.id, one.kind, one.body.encode())
        assert before.hex() == one.hash
        found.append(type(WireCodec().decode(one.kind, one.v, one.body.encode())))
    assert found[0] is MemberEnrolled
    assert TransactionCompleted in found


def test_the_first_mirror_of_an_older_server_is_installed_and_sold_from(tmp_path) -> None:
    said = json.dumps(SAID["snapshot"]["reply"]).encode()
    manifest = msgspec.json.decode(said, type=messages.SnapshotManifest)
    assert sane(manifest)
    till = Till(tmp_path, None, SystemClock())
    try:
        target = till.mirrors.next_path()
        making = Installing(manifest, target, None)
        making.take(base64.b64decode(SAID["snapshot"]["file"]))
        assert making.finish()
        assert till.mirrors.check(target)
        till.mirrors.flip(target)
        reader = till.reader()
        anna = reader.member_by_key("card", "2900000012345")
        assert anna is not None
        assert anna.account().balance == 500
        assert reader.as_of() == datetime.fromisoformat(manifest.server_time).astimezone(UTC)
        reader.close()
    finally:
        till.file.close()
