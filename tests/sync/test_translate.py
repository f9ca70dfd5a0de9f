"""Facts and rows survive the wire exactly; bytes once written are readable for ever."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_app.domain import events as e
from pos_app.domain.document import CompletedTransaction
from pos_app.domain.item import DatedPrice, Item
from pos_app.domain.loyalty.allowance import Allowance, AllowanceUse, OwnRights
from pos_app.domain.loyalty.choosing import Chosen
from pos_app.domain.loyalty.ledger import Lot
from pos_app.domain.loyalty.member import Member
from pos_app.domain.quantity import Unit
from pos_app.domain.rights import Operator, Right
from sync.translate import (
    UnreadableEvent,
    WireCodec,
    allowance_from_row,
    allowance_row,
    item_from_row,
    item_row,
    member_from_row,
    member_row,
    operator_from_row,
    operator_row,
)
from sync.translate.instants import instant, instant_text
from sync.wire.codec import canonical, decode
from sync.wire.events import EVENT_KINDS
from sync.wire.rows import AllowanceRow, ItemRow, MemberRow, OperatorRow
from tests.sync.facts import AT, FACTS, ON

GOLDEN = Path(__file__).parents[1] / "data/events/v1"
CODEC = WireCodec()
text = st.text(max_size=12)
number = st.integers(-(10**12), 10**12)
instants = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
days = st.dates(date(1970, 1, 1), date(2200, 1, 1))
totals = st.builds(
    e.ControlTotals,
    by_tender=st.dictionaries(text, number, max_size=3).map(lambda d: tuple(sorted(d.items()))),
)
st.register_type_strategy(str, text)
st.register_type_strategy(int, number)
st.register_type_strategy(datetime, instants)
st.register_type_strategy(date, days)
st.register_type_strategy(e.ControlTotals, totals)
# A receipt that keeps nothing of its own says nothing of it.
own_uses = st.lists(st.builds(AllowanceUse), min_size=1, max_size=3).map(tuple)
st.register_type_strategy(OwnRights, st.builds(OwnRights, uses=own_uses))
proofs = st.builds(e.GivenProof, body=text.map(str.encode))
st.register_type_strategy(e.GivenProof, proofs)
events = st.one_of(
    *(
        st.builds(kind)
        for kind in (
            e.MemberEnrolled,
            e.AllowanceReturned,
            e.AllowanceGiven,
            e.AllowanceTaken,
            e.CategoriesChosen,
            e.PointsAdjusted,
            e.ReceiptCredited,
            e.MembersMerged,
            e.SessionOpened,
            e.SessionClosed,
            e.DayClosed,
            e.CashMoved,
            e.RightUsed,
            e.UnknownCodeSeen,
        )
    ),
    st.builds(e.TransactionCompleted, st.from_type(CompletedTransaction)),
)


def through(row, kind):
    return decode(kind, canonical(row))


@given(events)
@settings(max_examples=300, deadline=None)
def test_every_event_comes_back_exactly(event) -> None:
    kind, version, body = CODEC.encode(event)
    assert CODEC.decode(kind, version, body) == event
    assert CODEC.encode(CODEC.decode(kind, version, body)) == (kind, version, body)


@pytest.mark.parametrize("name", FACTS)
def test_golden_bytes_decode_and_encode_to_themselves_for_ever(name) -> None:
    golden = (GOLDEN / f"{name}.json").read_bytes()
    kind = name.partition(".")[0]
    event = CODEC.decode(kind, 1, golden)
    assert event == FACTS[name]
    assert CODEC.encode(event) == (kind, 1, golden)


def test_every_kind_of_event_has_golden_bytes() -> None:
    kinds = {path.name.partition(".")[0] for path in GOLDEN.glob("*.json")}
    assert kinds == set(EVENT_KINDS)
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(FACTS)


@pytest.mark.parametrize(
    ("kind", "version", "body"),
    [
        ("session_opened", 2, b"{}"),
        ("love_letter", 1, b"{}"),
        ("session_opened", 1, b"{}"),
        ("session_opened", 1, b"not json"),
        ("cash_moved", 1, b"[]"),
    ],
)
def test_what_is_no_event_is_said_to_be_unreadable(kind, version, body) -> None:
    with pytest.raises(UnreadableEvent):
        CODEC.decode(kind, version, body)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"kind":"sale"', b'"kind":"gift"'),
        (b'"business_on":"2026-11-22"', b'"business_on":"22.11.2026"'),
        (b'"2026-11-22T09:30:15.123456+00:00"', b'"2026-11-22T09:30:15"'),
        (b'"2026-11-22T09:30:15.123456+00:00"', b'"0001-01-01T00:00:00+10:00"'),
    ],
)
def test_a_body_with_a_wrong_value_is_unreadable(old, new) -> None:
    kind, version, body = CODEC.encode(FACTS["transaction_completed.sale"])
    assert old in body
    with pytest.raises(UnreadableEvent):
        CODEC.decode(kind, version, body.replace(old, new))


def test_fields_of_a_newer_till_are_passed_over() -> None:
    kind, version, body = CODEC.encode(FACTS["session_opened.full"])
    newer = body[:-1] + b',"zodiac":"leo"}'
    assert CODEC.decode(kind, version, newer) == FACTS["session_opened.full"]


def test_an_instant_is_written_in_utc_and_never_without_an_offset() -> None:
    moscow = datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=3)))
    assert instant_text(moscow) == "2026-11-22T09:00:00+00:00"
    with pytest.raises(ValueError, match="offset"):
        instant_text(datetime(2026, 11, 22))
    with pytest.raises(ValueError, match="offset"):
        instant("2026-11-22T09:00:00")


items = st.builds(
    Item,
    prices=st.lists(st.builds(DatedPrice), max_size=3).map(tuple),
    unit=st.sampled_from(Unit),
    volume_ml=st.integers(0, 10_000),
    ceiling_minor=st.integers(0, 10**6),
    extra=st.just({}),
)


@given(items)
def test_an_item_comes_back_exactly(item) -> None:
    assert item_from_row(through(item_row(item), ItemRow)) == item


members = st.builds(
    Member,
    lots=st.lists(st.builds(Lot), max_size=3).map(tuple),
    spend_by_month=st.dictionaries(text, number, max_size=3),
    segments=st.frozensets(text, max_size=3),
    birthday=st.none() | st.tuples(days, days),
    posted=st.dictionaries(text, number, max_size=3),
    tallies=st.dictionaries(st.tuples(text, text), number, max_size=4),
    choices=st.lists(st.builds(Chosen), max_size=3).map(lambda cs: {c.month: c for c in cs}),
)


@given(members)
def test_a_member_comes_back_exactly(member) -> None:
    row = through(member_row(member, (("card", "1"),)), MemberRow)
    assert row.keys == (("card", "1"),)
    assert member_from_row(row) == member


@given(st.builds(Operator, rights=st.frozensets(st.sampled_from(Right))))
def test_an_operator_comes_back_exactly(operator) -> None:
    assert operator_from_row(through(operator_row(operator), OperatorRow)) == operator


def test_a_right_that_only_a_newer_till_knows_is_left_out() -> None:
    row = OperatorRow("op", "Anna", "cashier", "", ("sell", "fly"))
    assert operator_from_row(row).rights == frozenset({Right.SELL})


@given(st.builds(Allowance))
def test_an_allowance_comes_back_exactly(allowance) -> None:
    row = through(allowance_row(allowance, 7), AllowanceRow)
    assert row.posted_seq == 7
    assert allowance_from_row(row) == allowance


def test_equal_instants_of_other_offsets_give_equal_bytes() -> None:
    moved = AT.astimezone(timezone(timedelta(hours=-5)))
    one, other = (e.SessionOpened(1, ON, "op", 0, at) for at in (AT, moved))
    assert CODEC.encode(one) == CODEC.encode(other)


@pytest.mark.parametrize("rate", ["1/0", "0.07", "x"])
def test_a_rate_that_is_no_fraction_makes_a_document_unreadable(rate) -> None:
    golden = (GOLDEN / "transaction_completed.rich.json").read_text(encoding="utf-8")
    body = golden.replace('"7/100000"', f'"{rate}"').encode()
    with pytest.raises(UnreadableEvent):
        CODEC.decode("transaction_completed", 1, body)
