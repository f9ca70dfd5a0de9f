"""What a vendor's program leaves behind: a result file, a slip. Never a whole card number.

Two shapes cover the programs we know of: lines (the first is `code,text`, each further line has a
meaning of its own: Sber's `e`) and fields (`39=1`, one a line: INPAS' field numbers).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from drivers.contract.payment import (
    PaymentOrder,
    PaymentOutcome,
    PaymentResult,
    mask_card,
    mask_pans,
)
from drivers.payment_terminal.adapter import declined, unknown

FILE_BYTES_MAX = 65_536
WORD_MAX = 64
LINE_MAX = 80
SLIP_LINES_MAX = 200
LINES, FIELDS = "lines", "fields"
_CODE = re.compile(r"-?[0-9]{1,6}")
_PAIR = re.compile(r"\s*([0-9A-Za-z_]{1,24})\s*[=:](.*)")


@dataclass(frozen=True, slots=True)
class ResultShape:
    """`code` is the place of the answer code, `places` of what else is there (a line's number from
    1, or a field's name): text, reference, auth_code, card, receipt_no, terminal_id, amount,
    currency. `approved`, `cancelled` and `unknown` are codes; every other code is a refusal.
    """

    kind: str = LINES
    code: str = "1"
    places: Mapping[str, str] = field(default_factory=dict)
    approved: frozenset[int] = frozenset({0})
    cancelled: frozenset[int] = frozenset()
    unknown: frozenset[int] = frozenset()
    encoding: str = "cp866"


SBER = ResultShape(
    LINES,
    "1",
    {"card": "2", "auth_code": "4", "receipt_no": "5", "terminal_id": "8", "reference": "10"},
    cancelled=frozenset({2000}),
    unknown=frozenset({4134, 99, 4100, 4117}),
)
"""The file `e` of sb_pilot, from public descriptions; not seen beside a real terminal."""

INPAS = ResultShape(
    FIELDS,
    "39",
    {
        "text": "19", "card": "10", "auth_code": "13", "reference": "14", "terminal_id": "27",
        "amount": "0", "currency": "4",
    },
    approved=frozenset({1}),
    cancelled=frozenset({53}),
    unknown=frozenset({0, 34}),
)  # fmt: skip
"""Fields of DualConnector as its console program writes them; not seen beside a real terminal."""


def read_file(path: Path, encoding: str) -> str | None:
    """The text of a file; None while there is none, or it is far too long to be one."""
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_BYTES_MAX + 1)
    except OSError:
        return None
    return None if len(raw) > FILE_BYTES_MAX else raw.decode(encoding, "replace")


def slip_of(text: str | None) -> tuple[str, ...]:
    """The lines to print, masked; form feeds and cut marks go."""
    lines = (text or "").replace("\f", "\n").replace("\x01", "").splitlines()
    kept = (mask_pans("".join(c for c in line if c.isprintable())[:LINE_MAX]) for line in lines)
    return tuple(line.rstrip() for line in kept)[:SLIP_LINES_MAX]


def result_of(text: str | None, shape: ResultShape, order: PaymentOrder) -> PaymentResult:
    """What a result file says of the order; garbage says nothing."""
    values = _values(text or "", shape)
    code = _code(values.get(shape.code, ""), shape)
    if code is None:
        return unknown("lost", "no readable result")
    words = {name: _word(values.get(place, "")) for name, place in shape.places.items()}
    message = words.get("text") or _word(values.get("message", ""))
    if code in shape.unknown:
        return unknown("lost", message)
    if code in shape.cancelled:
        return declined("cancelled", message)
    if code not in shape.approved:
        return declined("declined", f"{code} {message}".strip())
    bare = {name: values.get(place, "").strip() for name, place in shape.places.items()}
    if _differs(bare.get("amount", ""), order.amount_minor) or _differs(
        bare.get("currency", ""), int(order.currency)
    ):
        return unknown("mismatch", message)
    return PaymentResult(
        PaymentOutcome.APPROVED,
        order.amount_minor,
        reference=words.get("reference", ""),
        auth_code=words.get("auth_code", ""),
        card=mask_card(words.get("card", "")),
        receipt_no=words.get("receipt_no", ""),
        terminal_id=words.get("terminal_id", ""),
        message=message,
    )


def _values(text: str, shape: ResultShape) -> dict[str, str]:
    if shape.kind == LINES:
        lines = text.splitlines()
        found = {str(number): line for number, line in enumerate(lines[:SLIP_LINES_MAX], 1)}
        first = found.get(shape.code, "")
        return {**found, "message": first.partition(",")[2]}
    found = {}
    for line in text.splitlines()[:SLIP_LINES_MAX]:
        pair = _PAIR.fullmatch(line)
        if pair and found.setdefault(pair[1], pair[2].strip()) != pair[2].strip():
            return {}  # the same field told twice, differently
    return found


def _code(text: str, shape: ResultShape) -> int | None:
    head = text.partition(",")[0] if shape.kind == LINES else text
    head = head.strip()
    return int(head) if _CODE.fullmatch(head) else None


def _word(text: str) -> str:
    """Short, printable, masked."""
    kept = "".join(one for one in text if one.isprintable()).strip()
    return mask_pans(kept)[:WORD_MAX]


def _differs(text: str, wanted: int) -> bool:
    """Only a number that is there can contradict."""
    return bool(text) and (not (text.isascii() and text.isdigit()) or int(text) != wanted)
