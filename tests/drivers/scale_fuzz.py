"""Mutated frames against the scale protocols, the rule of equal readings, displays and drawers.

Seeded: the same seed makes the same bytes. `Count` tells what was fed and what came of it.
"""

import random
from collections import Counter, deque
from collections.abc import Callable

from drivers.contract import PrinterStatus
from drivers.contract.scale import Weight, WeightState
from drivers.fake import ScaleModel, ScreenModel
from drivers.fake.scale_dialects import DIALECTS, MODELS
from drivers.line_display import DIALECTS as DISPLAYS
from drivers.line_display.dialects import line_bytes
from drivers.pos_printer.status import REQUESTS, ReplyReader, decode_status
from drivers.scale import PROTOCOLS, Line, NoWeight
from drivers.scale.settling import Settling
from drivers.transport import ParityLink
from drivers.transport.parity import with_parity

ANSWER_MS = 1
READINGS_MOST = 14
SPOILT_SHARES = (0.1, 0.3, 0.5, 0.8)
Random = random.Random


def _flip(data: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + bytes((data[at] ^ 1 << dice.randrange(8),)) + data[at + 1 :]


def _put(data: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + dice.randbytes(1) + data[at + 1 :]


def _digit(data: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + bytes((0x30 + dice.randrange(10),)) + data[at + 1 :]


def _drop(data: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + data[at + dice.randint(1, 3) :]


def _double(data: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(data))
    return data[: at + 1] + data[at:]


def _swap(data: bytes, dice: Random) -> bytes:
    at = dice.randrange(max(1, len(data) - 1))
    return data[:at] + data[at + 1 : at + 2] + data[at : at + 1] + data[at + 2 :]


def _insert(data: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + dice.randbytes(dice.randint(1, 4)) + data[at:]


def _cut(data: bytes, dice: Random) -> bytes:
    return data[: dice.randrange(len(data))]


def _head(data: bytes, dice: Random) -> bytes:
    return data[: dice.randrange(len(data))] + data


def _noise(data: bytes, dice: Random) -> bytes:
    return dice.randbytes(dice.randint(1, 40))


def _around(data: bytes, dice: Random) -> bytes:
    return dice.randbytes(dice.randint(0, 6)) + data + dice.randbytes(dice.randint(0, 6))


MUTATIONS: tuple[Callable[[bytes, Random], bytes], ...] = (
    _flip, _put, _digit, _drop, _double, _swap, _insert, _cut, _head, _noise, _around,
)  # fmt: skip


def mutated(data: bytes, dice: Random) -> bytes:
    """One to three mutations; never empty by accident of an empty frame."""
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        if data:
            data = dice.choice(MUTATIONS)(data, dice)
    return data


class NoisyWire:
    """A simulated scale whose answers are spoilt on their way and arrive in pieces."""

    def __init__(self, dialect: str, dice: Random, count: Counter, *, parity: bool) -> None:
        self.model = ScaleModel()
        self._dialect = DIALECTS[dialect]()
        self._dice, self._count, self._parity = dice, count, parity
        self._waiting: deque[bytes] = deque()
        self._before = b""
        self.share = SPOILT_SHARES[-1]

    def open(self) -> None:
        """Always open."""

    def close(self) -> None:
        """Always open."""

    def write(self, data: bytes) -> None:
        said = bytes(one & 0x7F for one in data) if self._parity else data
        for answer in self._dialect.feed(said, self.model):
            told = with_parity(answer) if self._parity else answer
            self._before, late = told, self._before
            if self._dice.random() < self.share:
                self._count["spoilt"] += 1
                told = late + told if self._dice.random() < 0.05 else mutated(told, self._dice)
            self._arrive(told)

    def read(self, timeout_ms: int) -> bytes:
        return self._waiting.popleft() if self._waiting else b""

    def _arrive(self, data: bytes) -> None:
        cut = self._dice.randrange(len(data) + 1)
        self._waiting.extend(part for part in (data[:cut], data[cut:]) if part)


def weigh(dialect: str, spoilt: int, seed: int, *, parity: bool = False) -> Counter:
    """Weighs through one protocol until `spoilt` answers were spoilt.

    Raises AssertionError with the seed's place for a wrong weight; any other exception escapes.
    """
    dice, count = Random(f"{dialect} {parity} {seed}"), Counter()
    wire = NoisyWire(dialect, dice, count, parity=parity)
    link = ParityLink(wire) if parity else wire
    protocol = PROTOCOLS[MODELS[dialect]]()
    while count["spoilt"] < spoilt:
        odd = dice.choice((0, -dice.randint(1, 400), 16_000))
        truth = odd if dice.random() < 0.15 else dice.randint(1, 15_000)
        wire.model.put(truth, settle_after=dice.choice((0, 0, 1, 3)))
        settling = Settling(protocol.readings)
        wire.share = dice.choice(SPOILT_SHARES)
        for _ in range(READINGS_MOST):
            weight = _reading(protocol, link, count)
            if weight is None:
                settling.spoilt()
                continue
            good = weight.state is WeightState.GOOD
            count["slipped"] += good and weight.grams != truth
            if settling.take(weight):
                count["sold"] += 1
                assert weight.grams == truth, f"{dialect}: {weight.grams} g for {truth} g ({seed})"
                break
    return count


def _reading(protocol, link, count: Counter) -> Weight | None:
    count["readings"] += 1
    try:
        weight = protocol.read(Line(link, ANSWER_MS))
    except NoWeight:
        return None
    assert weight.grams is None or type(weight.grams) is int
    return weight


def frames(spoilt: int, seed: int) -> Counter:
    """Whole frames, mutated, straight into each decoder: a weight or NoWeight, nothing else."""
    from drivers.scale import cas, massa, shtrih, toledo

    readers = {
        "massa100": (massa.body_of, massa.weight_of),
        "cas6": (cas.block_of, cas.weight_of),
        "cas6_wide": (cas.block_of, cas.weight_of),
        "shtrih_pos2": (shtrih.body_of, shtrih.weight_of),
        "toledo8217": (toledo.answer_of, toledo.weight_of),
    }
    questions = {
        "massa100": massa.frame(b"\x23"),
        "cas6": b"\x11",
        "cas6_wide": b"\x11",
        "shtrih_pos2": shtrih.frame(b"\x3a0030"),
        "toledo8217": b"W",
    }
    dice, count = Random(f"frames {seed}"), Counter()
    for number in range(spoilt):
        dialect = sorted(readers)[number % len(readers)]
        model = ScaleModel()
        model.put(dice.randint(-300, 16_000))
        answers = b"".join(DIALECTS[dialect]().feed(questions[dialect], model))
        find, read = readers[dialect]
        count[f"{dialect}: frames"] += 1
        data = mutated(answers, dice)
        for piece in (find(data), data):
            try:
                weight = read(piece) if piece is not None else None
            except NoWeight:
                continue
            assert weight is None or weight.grams is None or type(weight.grams) is int
    return count


def screens(spoilt: int, seed: int) -> Counter:
    """Mutated pictures into the simulated display: always two lines of twenty characters."""
    dice, count = Random(f"screens {seed}"), Counter()
    screen = ScreenModel()
    for number in range(spoilt):
        dialect = DISPLAYS[sorted(DISPLAYS)[number % len(DISPLAYS)]]
        letters = [dice.choice(((0x20, 0x2FFF), (0x400, 0x460))) for _ in range(dice.randrange(40))]
        text = "".join(chr(dice.randrange(*among)) for among in letters)
        line = line_bytes(text)
        assert len(line) == 20
        assert min(line) >= 0x20
        screen.feed(mutated(dialect.start + dialect.show((line, line)), dice))
        assert [len(one) for one in screen.lines] == [20, 20]
        count["display: pictures"] += 1
    return count


def replies(spoilt: int, seed: int) -> Counter:
    """Mutated answers about drawer and paper: a level that was told, or none."""
    dice, count = Random(f"replies {seed}"), Counter()
    reader = ReplyReader()
    for _ in range(spoilt):
        told = {}
        sound = bytes((0x12 | dice.choice((0, 4)), 0x12, 0x12, 0x12, dice.choice((0, 1, 0x0C))))
        for reply in reader.feed(mutated(sound, dice)):
            told[dice.choice(REQUESTS)] = reply.data[0]
        status = decode_status(told)
        assert isinstance(status, PrinterStatus)
        assert status.drawer_high is None or isinstance(status.drawer_high, bool)
        count["drawer: answers"] += 1
    return count


def everything(spoilt: int, seed: int) -> Counter:
    """All parts; `spoilt` mutated frames in all, at least. Prints nothing."""
    share = spoilt // 10
    count = Counter()
    for dialect in sorted(DIALECTS):
        count.update({f"{dialect} {k}": n for k, n in weigh(dialect, share, seed).items()})
    found = weigh("toledo8217", share, seed, parity=True)
    count.update({f"toledo8217, parity {k}": n for k, n in found.items()})
    for part, size in ((frames, 2 * share), (screens, share), (replies, share)):
        count.update(part(size, seed))
    return count
