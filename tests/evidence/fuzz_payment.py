"""`python -m tests.evidence.fuzz_payment --examples N [--seed S]`: what terminals may say, spoilt.

Each of the six parts gets N inputs: ZVT conversations, serial frames, result files of vendors'
programs, an acquirer's answers, messages and rows, journals. No exception escapes, and nothing is
approved that a second, strict reader does not find approved. Exit status 1 and the input otherwise.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from drivers.contract.payment import (
    PaymentDo,
    PaymentOrder,
    PaymentOutcome,
    PaymentResult,
    is_pan_like,
)
from drivers.fake.zvt_wire import SerialLine, pack, unpack
from drivers.payment_terminal import (
    INPAS,
    SBER,
    PaymentJournal,
    SbpAdapter,
    SbpSettings,
    SerialFraming,
    SocketFraming,
    Timings,
    Watch,
    ZvtAdapter,
    ZvtSettings,
)
from drivers.payment_terminal.program_files import result_of, slip_of
from drivers.payment_terminal.zvt_apdu import ZvtError
from drivers.transport import LinkDownError, LiveCall
from pos_app.workstation.moving import read_row
from pos_app.workstation.ports import Tendering

APPROVED = PaymentOutcome.APPROVED
AMOUNT = 123_45
ORDER = PaymentOrder("01930000-0000-7000-8000-000000000001", PaymentDo.PURCHASE, AMOUNT)
STATUS = (
    b"\x27\x00\x04"
    + bytes.fromhex("000000012345")
    + bytes.fromhex("4906430b000102870102296009991422f0f8")
    + bytes.fromhex("4111111111111111")
)
LINE = b"\x00KARTE 4111111111111111"
PAID = [
    (0x80, 0x00, b""), (0x04, 0xFF, b"\x0a\x01"), (0x04, 0x0F, STATUS), (0x06, 0xD1, LINE),
    (0x06, 0x0F, b""),
]  # fmt: skip
REFUSED = [(0x80, 0x00, b""), (0x04, 0x0F, b"\x27\x05"), (0x06, 0x1E, b"\x05")]
SBER_FILE = "\r\n".join(
    ("0,ОДОБРЕНО", "4111111111111111", "12/29", "123456", "0001", "VISA", "0", "10000001", "", "7")
)
INPAS_FILE = (
    f"0={AMOUNT}\n4=643\n10=4111111111111111\n13=123456\n14=000000000001\n39=1\n19=ОДОБРЕНО"
)


class Broken(AssertionError):
    """A promise was broken by this input."""


class Script:
    """A line on which a terminal says what it was told to say, and then nothing any more."""

    def __init__(self, said: bytes) -> None:
        self._said, self._asked = said, False

    def open(self) -> None:
        """Always open."""

    def close(self) -> None:
        """Nothing."""

    def write(self, data: bytes) -> None:
        self._asked = True

    def read(self, timeout_ms: int) -> bytes:
        if not self._asked:
            return b""
        said, self._said = self._said, b""
        if not said:
            raise LinkDownError("the end")
        return said


def spoilt(dice: random.Random, data: bytes) -> bytes:
    """One to four mutations."""
    raw = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(raw) + 1)
        kind = dice.randrange(6)
        if kind == 0 and raw:
            raw[at % len(raw)] ^= 1 << dice.randrange(8)
        elif kind == 1:
            raw.insert(at, dice.randrange(256))
        elif kind == 2:
            del raw[at : at + dice.randint(1, 4)]
        elif kind == 3:
            raw[at:at] = raw[max(at - dice.randint(1, 12), 0) : at]
        elif kind == 4:
            del raw[at:]
        else:
            raw[at : at + 2] = dice.randbytes(2)
    return bytes(raw)


# --- the six parts


def zvt(dice: random.Random) -> str:
    base = PAID if dice.random() < 0.7 else REFUSED
    messages = list(base)
    if dice.random() < 0.2:
        dice.shuffle(messages)
    said = b"".join(pack(one) for one in messages)
    said = spoilt(dice, said)
    adapter = ZvtAdapter(Script(said), SocketFraming(), ZvtSettings(timings=Timings(50, 50, 50)))
    watch = Watch(LiveCall("fuzz", lambda _event: None), lambda: False)
    result = adapter.carry_out(ORDER, {}, watch)
    if result.outcome is APPROVED and not strictly_approved(said):
        raise Broken(f"zvt {said.hex()}")
    checked(result)
    return result.outcome.value


def strictly_approved(said: bytes) -> bool:
    """A second reader: some status with code 0 and this very amount stands before a completion."""
    right = b"\x04" + bytes.fromhex(f"{AMOUNT:012d}")
    seen = False
    while (one := unpack(said)) is not None:
        (kind, instruction, data), said = one
        if (kind, instruction) == (0x04, 0x0F):
            seen = b"\x27\x00" in data and right in data
        if (kind, instruction) == (0x06, 0x0F):
            return seen
        if (kind, instruction) == (0x06, 0x1E):
            return False
    return False


def frames(dice: random.Random) -> str:
    line = SerialLine()
    whole = [line.wrap(one) for one in dice.choice((PAID, REFUSED))]
    said = spoilt(dice, b"".join(whole))
    framing = SerialFraming()
    try:
        found, _answers = framing.feed(said)
        found += framing.feed(spoilt(dice, said))[0]
    except ZvtError:
        return "refused"
    known = {one[2:] for one in (*PAID, *REFUSED)}
    strange = [one for one in found if (one.data,) not in known]
    if len(strange) > 1:  # a spoilt frame passes a 16-bit check sum once in 65 536
        raise Broken(f"frames {said.hex()}")
    return "read" if found else "nothing"


def files(dice: random.Random) -> str:
    shape, text = dice.choice(((SBER, SBER_FILE), (INPAS, INPAS_FILE)))
    if dice.random() < 0.3:
        text = text.replace("0,", "4451,").replace("39=1", "39=16")
    raw = spoilt(dice, text.encode("cp866"))
    told = raw.decode("cp866", "replace")
    result = result_of(told, shape, ORDER)
    if result.outcome is APPROVED and not strictly_in_file(told, shape is SBER):
        raise Broken(f"file {raw.hex()}")
    checked(result)
    for line in slip_of(told):
        pan_free(line)
    return result.outcome.value


def strictly_in_file(told: str, sber: bool) -> bool:
    lines = [line.strip() for line in told.splitlines()]
    if sber:
        head = lines[0].split(",")[0].strip() if lines else ""
        return head.lstrip("-").isdigit() and int(head) == 0
    pairs = [
        line.replace(":", "=", 1).split("=", 1) for line in lines if "=" in line or ":" in line
    ]
    codes = {value.strip() for name, value in pairs if name.strip() == "39"}
    amounts = {value.strip() for name, value in pairs if name.strip() == "0"} - {""}
    return (
        bool(codes)
        and {int(one) for one in codes} == {1}
        and amounts <= {str(AMOUNT), f"0{AMOUNT}"}
    )


def acquirer(dice: random.Random) -> str:
    words = ["ACCEPTED", "REJECTED", "NEW", "EXPIRED", "", "accepted", None, 1, [], {}, True]
    amounts = [AMOUNT, AMOUNT, AMOUNT + 1, str(AMOUNT), None, True, -AMOUNT, float(AMOUNT)]
    said = {
        "status": dice.choice(words),
        "amount": dice.choice(amounts),
        "transaction_id": dice.choice(["trx-1", "trx-1", "", None, 7, ["x"], "4111111111111111"]),
        "payload": dice.choice(["https://qr.nspk.ru/A", None, "x" * 9999]),
    }
    for name in list(said):
        if dice.random() < 0.1:
            del said[name]
    result = SbpAdapter(SbpSettings("http://127.0.0.1:9"))._result(ORDER, said)
    if result is None:
        return "waiting"
    right = (said.get("status"), said.get("amount")) == ("ACCEPTED", AMOUNT)
    if result.outcome is APPROVED and not (right and isinstance(said.get("transaction_id"), str)):
        raise Broken(f"acquirer {said}")
    checked(result)
    return result.outcome.value


GOOD = PaymentResult(APPROVED, AMOUNT, "rrn", "123456", "*1111", slip=("a", "b")).to_json()


def messages(dice: random.Random) -> str:
    text = json.dumps(dice.choice((GOOD, ORDER.to_json())), ensure_ascii=False).encode()
    raw = spoilt(dice, text)
    row = {"stage": "paying", "legs": [], "draft": {}, "document": ["", 0, ""], "counter": 0}
    read_row(Tendering("t", datetime.now(UTC), spoilt(dice, json.dumps(row).encode())))
    try:
        data = json.loads(raw)
    except ValueError:
        return "no JSON"
    if not isinstance(data, dict):
        return "no object"
    for read in (PaymentResult.from_json, PaymentOrder.from_json):
        try:
            read(data)
        except ValueError:
            continue
    return "read"


def journals(dice: random.Random, folder: Path) -> str:
    path = folder / "journal.jsonl"
    lines = [
        {"born_at_ms": 1},
        {"begun": ORDER.to_json(), "notes": {"last_trace": 7}},
        {"ended": ORDER.key, "result": GOOD},
    ]
    text = "".join(json.dumps(one) + "\n" for one in lines[: dice.randint(1, 3)])
    path.write_bytes(spoilt(dice, text.encode()))
    journal = PaymentJournal(path, 5)
    if not journal.open():
        raise Broken("a journal nobody has is locked")
    result = journal.result(ORDER.key)
    journal.begun(ORDER.key)
    journal.close()
    return "none" if result is None else result.outcome.value


def checked(result: PaymentResult) -> None:
    """What goes to the till reads back, and holds no card."""
    told = result.to_json()
    if PaymentResult.from_json(told) != PaymentResult.from_json(json.loads(json.dumps(told))):
        raise Broken(str(told))
    for text in (*result.slip, result.reference, result.card, result.message):
        pan_free(text)


def pan_free(text: str) -> None:
    digits = ""
    for letter in f"{text} ":
        if letter.isascii() and letter.isdigit():
            digits += letter
            continue
        if is_pan_like(digits) and not letter.isalnum():
            start = text.find(digits)
            if start <= 0 or not text[start - 1].isalnum():
                raise Broken(f"a card's number in {text!r}")
        digits = ""


PARTS = {
    "zvt": zvt,
    "frames": frames,
    "files": files,
    "acquirer": acquirer,
    "messages": messages,
}


def run(examples: int, seed: int) -> Counter[str]:
    """Every part; what was answered, by part."""
    counts: Counter[str] = Counter()
    for name, part in PARTS.items():
        dice = random.Random(f"{seed} {name}")
        for _ in range(examples):
            counts[f"{name} {part(dice)}"] += 1
    with tempfile.TemporaryDirectory() as folder:
        dice = random.Random(f"{seed} journals")
        for _ in range(max(examples // 10, 1)):
            counts[f"journals {journals(dice, Path(folder))}"] += 1
    return counts


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.monotonic()
    try:
        counts = run(options.examples, options.seed)
    except Broken as broken:
        print(f"seed {options.seed}: {broken}", file=sys.stderr)
        return 1
    told = ", ".join(f"{name}: {count}" for name, count in sorted(counts.items()))
    print(
        f"{counts.total()} spoilt inputs ({told}); no exception escaped, nothing approved", end=""
    )
    print(f" that a second reader does not; {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
