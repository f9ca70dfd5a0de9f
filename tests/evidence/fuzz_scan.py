"""`python -m tests.evidence.fuzz_scan [--count N] [--seed S]`: scanners fed with mutated streams.

Counts streams through framing, SSI packets, HID reports, key events, the wedge and what codes mean.
Exit status 1, with the family and the seed of the stream, when an exception escapes or a code comes
out that nobody scanned.
"""

import argparse
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping

from drivers.contract.keys import KeyPress
from drivers.contract.ssi import DECODE_DATA, DECODER, RETRANSMITTED, SsiPacket
from drivers.contract.wedge import WedgeDecoder
from drivers.fake.hid_scanner import FlagAt, VirtualHidScanner
from drivers.fake.typist import Separator, kernel_events, presses, strokes
from drivers.scanner import (
    Frame,
    Framer,
    Framing,
    HidPosAssembler,
    KeyStream,
    SsiFramer,
    scan_reports,
)
from drivers.scanner.hid_pos import CONTINUATION_MS
from drivers.scanner.key_stream import EV_SYN, EVENT, SYN_DROPPED, Lost
from drivers.scanner.report_descriptor import DescriptorError
from pos_app.domain.identification import Identification, Identifier, Kind
from pos_app.gear.gs1 import BiipGs1Reader
from pos_app.gear.phones import WorldPhoneBook
from tests.vectors.scan import rules_of

PROFILE = {
    "rcn": {"20": "item", "21-23": "PPPPP+WWWWW grams", "24": "PPPPP+NNNNN count",
            "25": "PPPPP+KKKKK price in kopecks", "26-28": "item", "29": "loyalty card EAN-13"},
    "loyalty_qr": ["https://loy.example/c/<token>"],
    "default_country": "RU",
}  # fmt: skip
GS = b"\x1d"
SERIAL = "ABCDEFGHJKabcdefghjk0123456789/+=._-!%"
IDLE_MS, TAIL_MS = 80, 200
Family = Callable[[random.Random], str]


class WrongCode(AssertionError):
    """A code came out that nobody scanned."""


def check_digit(digits: str) -> str:
    weights = (3, 1) * 9
    total = sum(int(d) * w for d, w in zip(reversed(digits), weights, strict=False))
    return str(-total % 10)


def ean13(dice: random.Random) -> bytes:
    body = "46" + "".join(dice.choices("0123456789", k=10))
    return (body + check_digit(body)).encode()


def marking(dice: random.Random) -> list[bytes]:
    """The fields of a marking code between its separators."""
    body = "0" + ean13(dice).decode()[:12]
    serial = "".join(dice.choices(SERIAL, k=dice.choice((6, 13))))
    head = f"01{body}{check_digit(body)}21{serial}".encode()
    if dice.random() < 0.5:
        return [head, b"93" + "".join(dice.choices(SERIAL, k=4)).encode()]
    crypto = "".join(dice.choices(SERIAL, k=44)).encode()
    return [head, b"91" + "".join(dice.choices("0123456789EF", k=4)).encode(), b"92" + crypto]


def label(dice: random.Random) -> bytes:
    """What shops scan: article numbers, marking codes, cards, links."""
    kind = dice.randrange(4)
    if kind == 0:
        return ean13(dice)
    if kind == 1:
        return GS.join(marking(dice))
    if kind == 2:
        return f"LOY-{dice.randrange(10**6):06d}".encode()
    return b"https://loy.example/c/" + bytes(dice.choices(SERIAL.encode()[:30], k=60))


def spoilt(dice: random.Random, data: bytes) -> bytes:
    """Bytes changed, lost, doubled, put in or cut off."""
    out = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(out) + 1)
        kind = dice.randrange(5)
        if kind == 0 and out:
            out[at % len(out)] = dice.randrange(256)
        elif kind == 1 and out:
            del out[at % len(out)]
        elif kind == 2:
            out[at:at] = dice.randbytes(dice.randint(1, 9))
        elif kind == 3:
            out[at:at] = out[at : at + dice.randint(1, 20)]
        else:
            del out[at:]
    return bytes(out)


def pieces(dice: random.Random, data: bytes) -> list[bytes]:
    cuts = sorted(dice.randrange(len(data) + 1) for _ in range(dice.randrange(6)))
    edges = [0, *cuts, len(data)]
    return [data[a:b] for a, b in zip(edges, edges[1:], strict=False) if b > a]


def whole(found: list[object]) -> list[bytes]:
    return [item.data for item in found if isinstance(item, Frame)]


def only_these(came: list[bytes], sent: list[bytes], what: str) -> None:
    """`came` must be some of `sent`, in their order and not more often."""
    rest = iter(sent)
    if not all(any(one == other for other in rest) for one in came):
        raise WrongCode(f"{what}: {came} of {sent}")


# --- the ways of transport -------------------------------------------------------------------


def framing_damaged(dice: random.Random) -> str:
    """Damaged bytes in any pieces: exactly what lies between terminators comes out."""
    labels = [label(dice) for _ in range(dice.randint(1, 4))]
    stream = spoilt(dice, b"".join(one + b"\r\n" for one in labels))
    framer = Framer(Framing())
    came = [f for at, part in enumerate(pieces(dice, stream)) for f in framer.feed(at, part)]
    framer.reset()
    expected = [part for part in re.split(rb"[\r\n]", stream)[:-1] if part]
    if whole(came) != expected:
        raise WrongCode(f"{whole(came)} instead of {expected}")
    return "frames" if came else "nothing"


def framing_torn(dice: random.Random) -> str:
    """Pauses within labels: a label is whole or not there, its rest is never one."""
    sent = [label(dice) for _ in range(dice.randint(1, 4))]
    framer, now, came = Framer(Framing(tail_ms=TAIL_MS)), 0, list[object]()
    for one in sent:
        data = one + dice.choice((b"\r", b"\n", b"\r\n"))
        if dice.random() < 0.5:
            data = data[: dice.randrange(len(data))]  # the cable was out for a moment
        for part in pieces(dice, data):
            now += dice.choice((1, 20, 79, 90, 200))
            came += framer.feed(now, part)
        now += 1000
        came += framer.idle(now)
    only_these(whole(came), sent, "torn")
    return "torn" if len(whole(came)) < len(sent) else "whole"


def ssi(dice: random.Random) -> str:
    """Packets damaged in one place; some sent again without need."""
    sent, came, framer, now = [], list[object](), SsiFramer(), 0
    for _ in range(dice.randint(1, 4)):
        one = label(dice)
        packet = SsiPacket(DECODE_DATA, b"\x77" + one, DECODER)
        line = packet.encode()
        hurt = dice.randrange(4)
        if hurt == 0:
            line = one_place(dice, line)
        elif hurt == 1:
            line = dice.randbytes(dice.randrange(4)) + line[: dice.randrange(len(line))]
        sent.append(one)
        for part in pieces(dice, line):
            now += dice.choice((0, 5, 60))
            came += framer.feed(now, part)
        now += 500
        came += framer.idle(now)
        answers = framer.answers()
        if dice.random() < 0.5 or any(answer[1] == 0xD1 for answer in answers):
            again = SsiPacket(packet.opcode, packet.data, DECODER, RETRANSMITTED)
            came += framer.feed(now + 1, again.encode())
            now += 500
            came += framer.idle(now)
    only_these(whole(came), sent, "ssi")
    return "asked again" if len(came) > len(whole(came)) else "undamaged"


def one_place(dice: random.Random, line: bytes) -> bytes:
    """A byte changed, lost or put in: what the sum was made for."""
    at = dice.randrange(len(line))
    kind = dice.randrange(3)
    if kind == 0:
        return line[:at] + bytes((line[at] ^ dice.randint(1, 255),)) + line[at + 1 :]
    if kind == 1:
        return line[:at] + line[at + 1 :]
    return line[:at] + bytes((dice.randint(1, 255),)) + line[at:]


def hid(dice: random.Random) -> str:
    """Any make's reports: cut, contradicting, foreign, with the end lost."""
    model = VirtualHidScanner(
        report_id=dice.choice((0, 2, 7)),
        data_bytes=dice.choice((8, 30, 56)),
        vendor_bytes=dice.randrange(4),
        flag=dice.choice((FlagAt.LAST_BIT_FIELD, FlagAt.BEFORE_DATA)),
    )
    assembler = HidPosAssembler(scan_reports(model.descriptor))
    sent, came, now, hurts = [], list[object](), 0, 0
    for _ in range(dice.randint(1, 4)):
        one = label(dice)
        reports = model.reports(one, b"]Q1")
        sent.append(b"]Q1" + one)
        hurt = dice.randrange(5)
        hurts += hurt < 4
        if hurt == 0:
            reports.pop()
        elif hurt == 1:
            at = dice.randrange(len(reports))
            reports[at] = reports[at][: dice.randrange(1, len(reports[at]))]
        elif hurt == 2 and model.report_id:
            reports.insert(dice.randrange(len(reports) + 1), bytes((9,)) + dice.randbytes(63))
        elif hurt == 3:
            at = dice.randrange(len(reports))
            place = bool(model.report_id) + (model.flag is FlagAt.BEFORE_DATA)
            lie = bytearray(reports[at])
            lie[place] = dice.randint(model.data_bytes + 1, 255)
            reports[at] = bytes(lie)
        for report in reports:
            now += dice.choice((1, 8))
            came += assembler.feed(now, report)
        now += 3 * CONTINUATION_MS
        came += assembler.idle(now - CONTINUATION_MS)
    only_these(whole(came), sent, "hid")
    return "hurt" if hurts else "undamaged"


def descriptor(dice: random.Random) -> str:
    """A damaged descriptor and damaged reports: refused or read, never an exception."""
    model = VirtualHidScanner(data_bytes=dice.choice((8, 56)))
    try:
        assembler = HidPosAssembler(scan_reports(spoilt(dice, model.descriptor)))
    except DescriptorError:
        return "refused"
    for at in range(4):
        assembler.feed(at, spoilt(dice, model.reports(label(dice))[0]))
    return "read"


def keys(dice: random.Random) -> str:
    """Kernel events in any pieces, with a queue that ran over now and then."""
    sent, stream, losses = [], b"", 0
    for _ in range(dice.randint(1, 4)):
        one = label(dice)
        separator = dice.choice((Separator.CTRL_BRACKET, Separator.ALT_029))
        typed = kernel_events(strokes(one, separator))
        sent.append(one)
        if dice.random() < 0.4:
            first = dice.randrange(len(typed) // EVENT.size - 8) * EVENT.size
            lost = dice.randint(1, 8) * EVENT.size
            dropped = EVENT.pack(0, 0, EV_SYN, SYN_DROPPED, 0) + EVENT.pack(0, 0, EV_SYN, 0, 0)
            typed = typed[:first] + dropped + typed[first + lost :]
            losses += 1
        stream += typed
    taken, framer, came = KeyStream(), Framer(Framing(suffixes=(b"\r",))), list[object]()
    for at, part in enumerate(pieces(dice, stream)):
        for typed_now in taken.feed(part):
            if isinstance(typed_now, Lost):
                framer.spoil(at)
            else:
                came += framer.feed(at, typed_now)
    only_these(whole(came), sent, "keys")
    return "keys lost" if losses else "undamaged"


def wedge(dice: random.Random) -> str:
    """A person's typing before a scanner's burst: never a scan, nothing lost, the burst is one."""
    typed, now = list[KeyPress](), 0
    for _ in range(dice.randrange(12)):
        now += dice.randint(60, 400)
        typed.append(KeyPress(now, dice.choice((2, 3, 11, 16, 30, 57, 28, 12))))
    now += dice.randint(60, 400)
    one = label(dice)
    burst = presses(strokes(one), now, dice.randint(0, 25))
    decoder, released, scans = WedgeDecoder(), list[KeyPress](), list[bytes]()
    for key in (*typed, *burst):
        decision = decoder.press(key)
        released += decision.released
        scans += [decision.scan.raw] if decision.scan else []
    if scans != [one]:
        raise WrongCode(f"wedge: {scans} of {one!r}")
    if [key for key in released if key in typed] != typed:
        raise WrongCode("wedge: typing was swallowed")
    return "scan behind typing" if typed else "scan"


# --- what codes mean -------------------------------------------------------------------------

IDENTIFIER = Identifier(rules_of(PROFILE), WorldPhoneBook(), BiipGs1Reader())


def meant(raw: bytes, aim: str | None = None) -> Identification:
    return IDENTIFIER.scan(raw, aim)


def noise_means(dice: random.Random) -> str:
    """Anything at all, with or without an identifier: an answer, and never a bad check digit."""
    raw = spoilt(dice, label(dice)) if dice.random() < 0.8 else dice.randbytes(dice.randrange(99))
    found = meant(raw, dice.choice((None, "]E0", "]C1", "]d2", "]Q1", "]Q3", "]e0", "]J1")))
    usable = found.is_usable and not found.gs_lost
    if usable and found.gtin14 and check_digit(found.gtin14[:13]) != found.gtin14[13]:
        raise WrongCode(f"check digit: {raw!r} is {found}")
    return found.kind.value if usable else "refused"


def digit_means(dice: random.Random) -> str:
    """One digit read wrong, or two changed about: never an article."""
    right = ean13(dice)
    at = dice.randrange(13)
    wrong = bytearray(right)
    wrong[at] = (wrong[at] - 48 + dice.randint(1, 9)) % 10 + 48
    found = meant(bytes(wrong), dice.choice((None, "]E0")))
    if found.is_usable:
        raise WrongCode(f"one digit: {bytes(wrong)!r} of {right!r} is {found}")
    return "refused"


def separator_means(dice: random.Random) -> str:
    """A marking code of which one separator or all are lost: never sold as it is."""
    fields = marking(dice)
    lost = dice.randrange(1, len(fields)) if dice.random() < 0.5 else 0
    raw = b"".join((b"" if lost in (0, at) or not at else GS) + f for at, f in enumerate(fields))
    found = meant(raw, dice.choice((None, "]d2", "]d1")))
    if found.is_usable and not found.gs_lost and found.kind in (Kind.MARKING, Kind.PRODUCT):
        raise WrongCode(f"separator lost: {raw!r} is {found}")
    return "gs_lost" if found.gs_lost else "refused"


FAMILIES: Mapping[str, tuple[Family, int]] = {
    "serial bytes, damaged": (framing_damaged, 20),
    "serial bytes, torn": (framing_torn, 20),
    "SSI packets": (ssi, 20),
    "HID reports": (hid, 15),
    "HID descriptors": (descriptor, 10),
    "key events": (keys, 8),
    "keyboard wedge": (wedge, 7),
    "meaning of damaged codes": (noise_means, 15),
    "meaning of one wrong digit": (digit_means, 15),
    "meaning without separators": (separator_means, 10),
}
"""Family -> what it does, and its share of the streams."""


def run(count: int, seed: int = 1) -> dict[str, Counter[str]]:
    """`count` streams; raises WrongCode, or what escaped, with family and seed in its text."""
    shares = sum(share for _, share in FAMILIES.values())
    told: dict[str, Counter[str]] = {}
    for name, (family, share) in FAMILIES.items():
        told[name] = Counter()
        for number in range(-(-count * share // shares)):
            try:
                told[name][family(random.Random(f"{seed}/{name}/{number}"))] += 1
            except Exception as broken:
                raise WrongCode(f"{name}, seed {seed}/{name}/{number}: {broken!r}") from broken
    return told


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    began = time.monotonic()
    try:
        told = run(chosen.count, chosen.seed)
    except WrongCode as broken:
        print(broken, file=sys.stderr)
        return 1
    for name, counts in told.items():
        parts = ", ".join(f"{what} {often}" for what, often in counts.most_common(6))
        print(f"{name}: {counts.total()} ({parts})")
    total = sum(counts.total() for counts in told.values())
    seconds = time.monotonic() - began
    print(f"{total} mutated streams, seed {chosen.seed}, {seconds:.0f} s: ", end="")
    print("no exception escaped, no wrong code came out")
    return 0


if __name__ == "__main__":
    sys.exit(main())
