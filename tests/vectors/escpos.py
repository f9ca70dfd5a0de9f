"""escpos.json: documented byte sequences -> the commands our printer model cuts them into and what
it puts on paper or answers; status replies -> what our driver reads in them."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from drivers.contract import PrinterStatus
from drivers.fake import Tokenizer, VirtualPrinter
from drivers.pos_printer.status import ReplyKind, ReplyReader, decode_status
from tests.vectors.outcome import Adapter, Outcome

FONT = Path(__file__).parents[2] / "resources" / "fonts" / "JetBrainsMono-Regular.ttf"
_SYMBOLOGIES = {"EAN-13": "EAN13", "EAN-8": "EAN8", "UPC-A": "UPCA", "CODE128": "CODE128"}
# The bits of DLE EOT 2 and 3 that our status leaves out or tells in words.
_BITS = {
    (2, "paper_feed_button"): 0x08,
    (2, "paper_out_stop"): 0x20,
    (2, "error"): 0x40,
    (3, "autocutter_error"): 0x08,
    (3, "unrecoverable"): 0x20,
    (3, "auto_recoverable"): 0x40,
}


def run(path: Path) -> Iterator[Outcome]:
    data = json.loads(path.read_text(encoding="utf-8"))
    for row in data.get("sequences", ()):
        yield Outcome(row["id"], _sequence(row))
    for number, row in enumerate(data.get("status_replies", ())):
        yield Outcome(f"status reply {number}", _status(row))
    receipts = data.get("full_receipt", [])
    for row in receipts if isinstance(receipts, list) else [receipts]:
        yield Outcome("full receipt", _receipt(row))


@cache
def _font() -> bytes:
    return FONT.read_bytes()


def _printed(hexadecimal: str) -> tuple[VirtualPrinter, list[bytes]]:
    printer = VirtualPrinter(font=_font(), pages={**_PAGES, **dict.fromkeys(_CP1251, "cp1251")})
    answers: list[bytes] = []
    printer.connected(answers.append)
    printer.feed(bytes.fromhex(hexadecimal))
    return printer, answers


_CP1251 = (6, 46, 73)
_PAGES = {0: "cp866", 7: "cp866", 17: "cp866", 59: "cp866"}


def _sequence(row: Mapping[str, Any]) -> str:
    """Tokens where the case names them, else that there is no unknown one; text and answers."""
    tokens = Tokenizer().feed(bytes.fromhex(row["hex"]))
    got = [token.name for token in tokens]
    wanted = [" ".join(name.split()[:2]) for name in row.get("tokens_emupos", got)]
    if got != wanted:
        return f"{got} instead of {wanted}"
    if "Unknown" in got and "tokens_emupos" not in row:
        return f"not understood: {got}"
    if "expects_reply" in row:
        answered = len(_printed(row["hex"])[1])
        return "" if answered == row["expects_reply"] else f"{answered} answers"
    return _said(row, b"".join(token.data for token in tokens))


def _said(row: Mapping[str, Any], data: bytes) -> str:
    """The text of a case, in one of the code pages, or as the data of a code."""
    if "text" not in row:
        return ""
    forms = {row["text"].encode(codec, "replace") for codec in ("cp866", "cp1251", "utf-8")}
    return "" if any(form in data for form in forms) else f"{row['text']!r} is not in it"


def _receipt(row: Mapping[str, Any]) -> str:
    """Everything understood; the lines and the codes are on the paper."""
    printer, _answers = _printed(row["hex"] + "1d564200")
    if printer.unknown:
        return f"not understood: {printer.unknown}"
    text = "\n".join(paper.text for paper in printer.papers)
    codes = [[code.symbology, code.data] for paper in printer.papers for code in paper.codes]
    lost: list[object] = [line for line in row.get("expect_text", ()) if line not in text]
    for symbology, value in row.get("expect_codes", ()):
        if [_SYMBOLOGIES.get(symbology, symbology), value] not in codes:
            lost.append([symbology, value])
    return f"not on the paper: {lost}" if lost else ""


def _status(row: Mapping[str, Any]) -> str:
    """Every field that the case decodes, as our driver decodes it."""
    reply, said = bytes.fromhex(row["reply_hex"]), row["decoded"]
    told = [r.data[0] for r in ReplyReader().feed(reply) if r.kind is ReplyKind.STATUS]
    status = decode_status({row["request"]: told[0]} if told else {})
    if not told:
        return "" if status == PrinterStatus() else f"{status} from no answer"
    got: dict[str, object] = {
        "online": status.online,
        "drawer_pin3": "high" if status.drawer_high else "low",
        "paper": status.paper,
        "cover_open": status.cover_open,
    }
    wrong = [f"{key} {got[key]}" for key in got if key in said and got[key] != said[key]]
    for (request, key), bit in _BITS.items():
        if request == row["request"] and key in said and bool(told[0] & bit) != bool(said[key]):
            wrong.append(key)
    if row["request"] == 3 and (status.error is None) != (not any(said.values())):
        wrong.append(f"error {status.error}")
    return ", ".join(wrong)


ADAPTER = Adapter("escpos", lambda _, head: '"escpos_vectors/' in head, run)
