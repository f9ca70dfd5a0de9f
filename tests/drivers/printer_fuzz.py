"""Mutated printers: bytes that nobody would send, and what must hold all the same.

Three parts, each seeded and counted: streams of replies through the reader and the decoders; whole
jobs against a printer whose answers are mutated, over a link; and input to the simulated printer.
"""

import random
from collections import Counter

from drivers.contract import (
    Cut,
    ErrorEvent,
    Outcome,
    OutputCompleteEvent,
    Paper,
    PrintJob,
    Text,
    event_from_json,
    event_to_json,
)
from drivers.fake.printer import VirtualPrinter
from drivers.pos_printer import PROFILES, EscPosEncoder, EscPosPrinter, PrinterTimings
from drivers.pos_printer import conversation as talk
from drivers.pos_printer.status import ReplyKind, ReplyReader, decode_automatic, decode_status
from drivers.transport import LinkDownError

REPLIES = (
    *(bytes((byte,)) for byte in (0x12, 0x16, 0x1A, 0x1E, 0x32, 0x52, 0x72, 0x7E)),
    *(b"\x00", b"\x03", b"\x0c", b"\x0f", b"\x11", b"\x13", b"\xff"),
    *(b"\x37\x220001\x00", b"\x37\x25\x00", b"\x14\x00\x00\x0f", b"\x18\x00\x0c\x0f"),
)
TIMINGS = PrinterTimings(status_ms=1, confirm_ms=1, per_byte_us=0, poll_ms=1, look_ms=1)


class Clock:
    """Time that passes by being looked at, so that no example waits."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        self.now += 1
        return self.now


def mutated(rng: random.Random, data: bytes) -> bytes:
    """Up to three changes: bits, bytes, cuts, repetitions, foreign pieces."""
    out = bytearray(data)
    for _ in range(rng.randint(0, 3)):
        at = rng.randint(0, len(out))
        what = rng.randint(0, 5)
        if what == 0 and out:
            out[at % len(out)] ^= 1 << rng.randint(0, 7)
        elif what == 1:
            out.insert(at, rng.randint(0, 255))
        elif what == 2:
            del out[at : at + rng.randint(1, 4)]
        elif what == 3:
            out[at:at] = out[at : at + rng.randint(1, 8)]
        elif what == 4:
            out[at:at] = rng.choice(REPLIES)
        else:
            out[at:at] = rng.randbytes(rng.randint(1, 6))
    return bytes(out)


def pieces(rng: random.Random, data: bytes) -> list[bytes]:
    """The same bytes as a line may bring them."""
    found, at = [], 0
    while at < len(data):
        step = rng.randint(1, 8)
        found.append(data[at : at + step])
        at += step
    return found


def fuzz_replies(seed: int, count: int) -> Counter[str]:
    """Every byte is told once and in order; what is decoded is a state that there is."""
    rng, counts = random.Random(seed), Counter[str]()
    for _ in range(count):
        stream = mutated(rng, b"".join(rng.choices(REPLIES, k=rng.randint(0, 6))))
        reader, again = ReplyReader(), ReplyReader()
        replies = [one for piece in pieces(rng, stream) for one in reader.feed(piece)]
        assert replies == again.feed(stream), stream.hex()
        for reply in replies:
            counts[reply.kind.name] += 1
            if reply.kind is ReplyKind.AUTOMATIC:
                assert isinstance(decode_automatic(reply.data).paper, Paper)
        told = [one.data[0] for one in replies if one.kind is ReplyKind.STATUS][:4]
        status = decode_status(dict(enumerate(told, start=1)))
        assert (status.paper is Paper.OK) <= (len(told) == 4), "silence is no paper"
        assert len(told) > 0 or status.online is None
        reader.reset()
        assert reader.feed(b"\x12")[0].kind is ReplyKind.STATUS
    counts["inputs"] = count
    return counts


class Wire:
    """A link to a virtual printer whose answers are spoilt; remembers what the driver was told."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._waiting = bytearray()
        self._printer = VirtualPrinter()
        self._printer.connected(self._answer)
        self.heard = bytearray()
        self.spoils = rng.random() < 0.8
        self.breaks_at = rng.choice((None, None, None, rng.randint(1, 30)))
        self._uses = 0
        if rng.random() < 0.4:
            faults = ({"mute_barrier": True}, {"silent": True}, {"paper_ends_after_lines": 1})
            self._printer.set_fault(**rng.choice(faults))

    def _answer(self, data: bytes) -> None:
        if self.spoils and self._rng.random() < 0.5:
            data = mutated(self._rng, data)
        self._waiting += data

    def _use(self) -> None:
        self._uses += 1
        if self.breaks_at is not None and self._uses >= self.breaks_at:
            raise LinkDownError("broken")

    def open(self) -> None:
        """It is."""

    def close(self) -> None:
        """It stays."""

    def read(self, timeout_ms: int) -> bytes:
        self._use()
        if self.spoils and self._rng.random() < 0.1:
            self._waiting += self._rng.choice(REPLIES)
        length = self._rng.randint(1, 5)
        data = bytes(self._waiting[:length])
        del self._waiting[:length]
        self.heard += data
        return data

    def write(self, data: bytes) -> None:
        self._use()
        self._printer.feed(data)


def confirmation_of(wire_heard: bytes, key: bytes | None) -> bool:
    """Independently of the driver: did these bytes hold what confirms the job?"""
    if key is not None:
        return b"\x37\x22" + key + b"\x00" in wire_heard
    at = next((at for at, byte in enumerate(wire_heard) if byte & 0xF0 == 0), len(wire_heard))
    return any(byte & 0x93 == 0x12 for byte in wire_heard[at + 1 :])


def fuzz_jobs(seed: int, count: int) -> Counter[str]:
    """No exception but a broken link leaves the driver; nobody confirmed, nothing printed."""
    rng, counts = random.Random(seed), Counter[str]()
    clock, real = Clock(), talk.monotonic_ms
    talk.monotonic_ms = clock  # type: ignore[assignment]  # no example waits for real time
    try:
        for number in range(count):
            _one_job(rng, number, counts)
    finally:
        talk.monotonic_ms = real
    counts["inputs"] = count
    return counts


def _one_job(rng: random.Random, number: int, counts: Counter[str]) -> None:
    named = rng.random() < 0.5
    wire = Wire(rng)
    encoder = EscPosEncoder(PROFILES["epson-old"])
    printer = EscPosPrinter("p", wire, encoder, process_id=named, timings=TIMINGS)
    told: list[object] = []
    printer.listen(told.append)
    answers: list[object] = []
    job = PrintJob(f"j{number}", (Text("раз"), Text("два"), Cut()), 42)
    try:
        printer._print(wire, job.job_id, lambda: encoder.encode(job), answers.append)
        printer._talk.drain(wire)
        printer._refresh(wire)
    except LinkDownError:
        counts["link broke"] += 1
    assert len(answers) == 1, answers
    (answer,) = answers
    confirmed = [
        one for one in (answer, *told) if isinstance(one, OutputCompleteEvent) and one.job_id
    ]
    if confirmed:
        assert confirmation_of(bytes(wire.heard), b"0001" if named else None), wire.heard.hex()
    if isinstance(answer, ErrorEvent):
        counts[f"{answer.outcome.value}"] += 1
        assert answer.outcome is not Outcome.NOT_DONE or wire._printer.papers == []
    else:
        counts["printed"] += 1
    for one in (answer, *told):
        assert event_from_json(event_to_json(one)) == one


def fuzz_input(seed: int, count: int, streams: tuple[bytes, ...]) -> Counter[str]:
    """The simulated printer takes any bytes in any pieces and goes on printing afterwards."""
    rng, counts = random.Random(seed), Counter[str]()
    for _ in range(count):
        stream = mutated(rng, rng.choice(streams))
        start = rng.randint(0, len(stream))
        stream = stream[start : start + rng.randint(1, 120)]
        printer = VirtualPrinter()
        answers: list[bytes] = []
        printer.connected(answers.append)
        for piece in pieces(rng, stream):
            assert printer.feed(piece)
        printer.power_cycle()
        printer.feed(b"\x1b@chek\n\x1dVB\x00\x10\x04\x01")
        assert "chek" in printer.papers[-1].text
        assert answers[-1][0] & 0x93 == 0x12
        counts["papers"] += len(printer.papers)
        counts["unknown commands"] += len(printer.unknown)
    counts["inputs"] = count
    return counts
