"""device_frames.json: documented frames of counter devices -> what our drivers and models make of
them.

A frame to a device must be what our driver would send, or be understood by the simulated device; a
frame from a device must be read by our driver as the file says.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from drivers.contract.scale import Weight
from drivers.contract.ssi import decode_packet
from drivers.fake import ScaleModel, ScreenModel
from drivers.fake.scale_dialects import DIALECTS
from drivers.payment_terminal.zvt_apdu import status_of
from drivers.payment_terminal.zvt_frames import SerialFraming
from drivers.scale import NoWeight, cas, massa, shtrih, toledo
from pos_app.domain.identification.old_marking import tag_1162_of_tobacco
from tests.vectors.outcome import Adapter, Outcome

Row = dict[str, Any]
STRANGE_DEVICE = "a device nobody has described"
MAKERS = {"Massa": "massa100", "CAS": "cas6", "Mettler": "toledo8217", "Shtrih": "shtrih_pos2"}
_WEIGHTS: dict[str, tuple[Callable[[bytes], bytes | None], Callable[[bytes], Weight]]] = {
    "massa100": (massa.body_of, massa.weight_of),
    "cas6": (cas.block_of, cas.weight_of),
    "toledo8217": (toledo.answer_of, toledo.weight_of),
    "shtrih_pos2": (shtrih.body_of, shtrih.weight_of),
}
_CONTROL = (b"\x05", b"\x06", b"\x15")


def run(path: Path) -> Iterator[Outcome]:
    for row in json.loads(path.read_text(encoding="utf-8"))["frames"]:
        name = f"{row['device']} {row['model'][:12]} {row['id']}"
        check = _CHECKS.get(row["device"])
        if check is None:
            yield Outcome(name, f"{STRANGE_DEVICE}: {row['device']}")
            continue
        yield Outcome(name, check(row, bytes.fromhex(row["hex"])))


def _shown(row: Row, data: bytes) -> str:
    """The screen shows the frame's text, and whatever follows is text again."""
    screen = ScreenModel()
    screen.feed(data + b"!")
    if "text" in row and row["text"] not in screen.lines:
        return f"shows {screen.lines!r} instead of {row['text']!r}"
    return "" if any("!" in line for line in screen.lines) else "swallows what follows it"


def _weighed(row: Row, data: bytes) -> str:
    maker = next((name for word, name in MAKERS.items() if word in row["model"]), None)
    if maker is None:
        return f"an unknown scale: {row['model']}"
    if row["dir"] == "tx":
        return _understood(maker, data)
    if "expect" not in row:
        return "" if data in _CONTROL else f"neither a weight nor a control character: {row['hex']}"
    find, read = _WEIGHTS[maker]
    frame = find(data)
    if frame is None:
        return "no sound frame in it"
    try:
        weight = read(frame)
    except NoWeight as bad:
        return f"refused: {bad}"
    return _as_expected(weight, row["expect"])


def _as_expected(weight: Weight, expect: Row) -> str:
    told = weight.to_json() | {"weight_g": weight.grams}
    wrong = {key: told[key] for key in expect if key in told and told[key] != expect[key]}
    return f"reads {wrong} instead of {expect}" if wrong else ""


def _understood(maker: str, data: bytes) -> str:
    """The simulated scale answers, without complaint; what has a check is framed by us alike."""
    model = ScaleModel()
    model.put(1234)
    answers = b"".join(DIALECTS[maker]().feed(data, model))
    if not answers or answers == massa.frame(bytes((massa.NACK,))):
        return "the simulated scale does not understand it"
    if maker == "massa100":
        body = massa.body_of(data)
        return "" if body is not None and massa.frame(body) == data else "we frame it otherwise"
    if maker == "shtrih_pos2" and data not in _CONTROL:
        body = shtrih.body_of(data)
        return "" if body is not None and shtrih.frame(body) == data else "we frame it otherwise"
    return ""


def _fiscal(row: Row, data: bytes) -> str:
    """Shtrih-M frames its registrars as its scales: length, body, xor."""
    if data in _CONTROL:
        return ""
    body = shtrih.body_of(data)
    if body is None or not data.endswith(shtrih.frame(body)):
        return "no sound frame in it"
    expect = row.get("expect", {})
    told = {"error": body[1], "operator": body[2], "mode": body[5] & 0x0F} if expect else {}
    wrong = {key: told.get(key) for key in expect if told.get(key) != expect[key]}
    return f"reads {wrong} instead of {expect}" if wrong else ""


def _paid(row: Row, data: bytes) -> str:
    """One whole message; framed again it is the same bytes."""
    apdus, _answer = SerialFraming().feed(data)
    if len(apdus) != 1:
        return f"{len(apdus)} messages in it"
    if SerialFraming().wrap(apdus[0]) != data:
        return "we frame it otherwise"
    if row["id"] == "status_info" and status_of(apdus[0].data).result_code != 0:
        return "not read as approved"
    return ""


def _scanned(_row: Row, data: bytes) -> str:
    packet = decode_packet(data)
    if packet is None:
        return "no sound packet in it"
    return "" if packet.encode() == data else "we frame it otherwise"


def _marked(row: Row, data: bytes) -> str:
    """`meaning` begins with the scanned code: `from CODE: ...`."""
    code = row["meaning"].removeprefix("from ").partition(": ")[0]
    made = tag_1162_of_tobacco(code)
    return "" if made == data else f"made {made.hex()}"


_CHECKS: dict[str, Callable[[Row, bytes], str]] = {
    "display": _shown,
    "scale": _weighed,
    "fiscal": _fiscal,
    "terminal": _paid,
    "scanner": _scanned,
    "marking": _marked,
}
ADAPTER = Adapter("device frames", lambda _, head: '"device_frames/' in head, run)
