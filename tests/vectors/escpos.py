"""escpos.json: documented byte sequences -> the commands our printer model cuts them into, and
status replies -> what our driver reads in them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from drivers.fake import Tokenizer
from drivers.pos_printer.status import PrinterStatus, ReplyKind, ReplyReader, decode_status
from tests.vectors.outcome import Adapter, Outcome


def run(path: Path) -> Iterator[Outcome]:
    data = json.loads(path.read_text(encoding="utf-8"))
    for row in data["sequences"]:
        got = [token.name for token in Tokenizer().feed(bytes.fromhex(row["hex"]))]
        wanted = [" ".join(name.split()[:2]) for name in row["tokens_emupos"]]
        yield Outcome(row["id"], "" if got == wanted else f"{got} instead of {wanted}")
    for number, row in enumerate(data["status_replies"]):
        yield Outcome(f"status reply {number}", _status(row))
    receipt = Tokenizer().feed(bytes.fromhex(data["full_receipt"]["hex"]))
    unknown = [token.name for token in receipt if token.name.startswith("unknown")]
    yield Outcome("full receipt", f"not understood: {unknown}" if unknown else "")


def _status(row: dict[str, Any]) -> str:
    """Every field that the case decodes, as our driver decodes it."""
    reply, said = bytes.fromhex(row["reply_hex"]), row["decoded"]
    told = [r.data[0] for r in ReplyReader().feed(reply) if r.kind is ReplyKind.STATUS]
    status = decode_status({row["request"]: told[0]} if told else {})
    if not told:
        return "" if status == PrinterStatus() else f"{status} from no answer"
    got = {
        "online": status.online,
        "drawer_pin3": "high" if status.drawer_high else "low",
        "paper": status.paper,
        "cover_open": status.cover_open,
    }
    wrong = [f"{key} {got[key]}" for key in got if key in said and got[key] != said[key]]
    return ", ".join(wrong)


ADAPTER = Adapter("escpos", lambda _, head: '"escpos_vectors/' in head, run)
