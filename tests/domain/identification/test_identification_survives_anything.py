"""Whatever bytes arrive, there is exactly one answer, never an exception, never a card number."""

import json
from dataclasses import fields
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pos_app.domain.identification import Identification, Identifier, Kind, LabelRules, Reason
from pos_app.domain.identification.check_digits import holds_payment_card
from pos_app.gear.gs1 import BiipGs1Reader
from pos_app.gear.phones import WorldPhoneBook

VECTORS = Path(__file__).parents[2] / "data/vectors/scan.json"
FRAMES = [
    bytes.fromhex(case["chunks"][0][1]).rstrip(b"\r\n")
    for case in json.loads(VECTORS.read_text(encoding="utf-8"))["vectors"]
    if len(case.get("chunks", ())) == 1
]
TILL = Identifier(LabelRules(), WorldPhoneBook(), BiipGs1Reader())
GS1_ALPHABET = st.sampled_from("0123456789ABCz\x1d/=+%-")


def sound(answer: Identification) -> None:
    assert isinstance(answer, Identification)
    assert (answer.kind is Kind.GARBAGE) <= (answer.reason is not None)
    assert (answer.reason is None) == (answer.error is None)
    assert (answer.kind is Kind.PHONE) == (answer.phone_e164 is not None)
    assert answer.is_usable or not answer.raw
    if answer.gtin14 is not None:
        assert len(answer.gtin14) == 14
    free = [answer.text, answer.card_no, answer.token, answer.code, answer.plu, answer.serial]
    assert not any(holds_payment_card(value) for value in free if value)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.binary(max_size=80))
def test_arbitrary_bytes_have_an_answer(raw: bytes) -> None:
    sound(TILL.scan(raw))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=40))
def test_arbitrary_typing_has_an_answer(text: str) -> None:
    sound(TILL.typed(text))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(
    st.sampled_from(FRAMES),
    st.integers(0, 120),
    st.binary(max_size=3),
    st.integers(0, 4),
)
def test_mutated_real_labels_have_an_answer(frame: bytes, at: int, put: bytes, cut: int) -> None:
    sound(TILL.scan(frame[:at] + put + frame[at + cut :]))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.sampled_from(["]C1", "]d2", "", "\x1d", "]Q3"]), st.text(GS1_ALPHABET, max_size=60))
def test_anything_like_gs1_has_an_answer(aim: str, text: str) -> None:
    sound(TILL.scan((aim + text).encode()))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.integers(0, 10**14 - 1), st.sampled_from("345"))
def test_no_payment_card_number_passes(middle: int, first: str) -> None:
    body = f"{first}{middle:014d}"
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(body)]
    number = body + str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)
    for answer in (TILL.scan(number.encode()), TILL.typed(number)):
        assert answer.reason is Reason.PAYMENT_CARD
        assert number not in "".join(str(getattr(answer, f.name)) for f in fields(answer))
