"""Record, replay, compare: a recording of any device ends by itself, with the same events."""

import json
import queue
import time

import pytest
from device_bench import FONT, PATIENCE_S, until

from drivers.config_file import ConfigError
from drivers.contract import Cut, PrintJob, QRCode, Text, job_to_json
from drivers.contract.fiscal import (
    FiscalJob,
    FiscalLine,
    FiscalTask,
    fiscal_job_to_json,
)
from drivers.contract.payment import PaymentDo, PaymentOrder
from drivers.fake import VirtualRig
from drivers.fake.zvt_terminal import CARD
from drivers.host import Host
from drivers.host.replay import Replay
from drivers.host.tracer import Tracer
from drivers.payment_terminal.zvt_apdu import PRINT_LINE, STATUS_INFORMATION, Apdu
from drivers.payment_terminal.zvt_mask import masked_answer
from drivers.registry.replay import Recording, read_recording
from drivers.transport import Direction

KEY = "01936f00-0000-7000-8000-00000000000{}"


class Counter:
    """A host on simulated devices whose bytes are noted; what it said is remembered."""

    def __init__(self, config, folder, *, full) -> None:
        self.said: list[dict] = []
        self._lines: queue.SimpleQueue[dict] = queue.SimpleQueue()
        self._host = Host(config, self, tracer=Tracer(folder, full=full))
        self._last = 0
        self._folder = folder
        self._host.open_all()
        self.ready()

    def write(self, text) -> int:
        self._lines.put(json.loads(text))
        return len(text)

    def flush(self) -> None:
        pass

    def ready(self) -> None:
        self._host.take('{"id": 0, "do": "enable_data"}')

    def listen(self) -> list[dict]:
        while not self._lines.empty():
            line = self._lines.get()
            if line.get("id") != 0:
                self.said.append(line)
            if line["event"] == "data":
                self.ready()
        return self.said

    def stands(self, name, power=2001) -> None:
        until(
            lambda: [o["power"] for o in self.listen() if _is_state(o, name)][-1:] == [power],
        )

    def start(self, do, **fields) -> int:
        self._last += 1
        self._host.take(json.dumps({"id": self._last, "do": do, **fields}))
        return self._last

    def answer(self, number) -> dict:
        def found():
            return [o for o in self.listen() if o.get("id") == number and o["event"] != "progress"]

        until(found)
        return found()[0]

    def ask(self, do, **fields) -> dict:
        return self.answer(self.start(do, **fields))

    def ended(self, name) -> tuple[Recording, list[dict], dict]:
        rows = {row.name: _row(row) for row in self._host.devices.health()}
        self._host.close_all()
        return read_recording(self._folder / f"{name}.jsonl"), self.listen(), rows


def _is_state(line, name) -> bool:
    return line["event"] == "status" and line["device"] == name


def _row(row) -> tuple:
    return row.power, row.good_count, row.error_count, row.last_error


def of_devices(lines, names) -> dict[str, dict[str, list[dict]]]:
    """What each device told, without the clock: its states and the rest, each in its order.

    A state is told by who listens to the device, an answer by who was asked: two threads, and
    which of them speaks first was chance then, too.
    """
    timeless = [{k: v for k, v in one.items() if k != "t_ms"} for one in lines]
    own = {name: [one for one in timeless if one.get("device") == name] for name in names}
    return {
        name: {
            "states": [one for one in told if one["event"] == "status"],
            "answers": [one for one in told if one["event"] != "status"],
        }
        for name, told in own.items()
    }


def replayed(recording, *, keep_timing=False):
    said: list[dict] = []
    begun = time.monotonic()
    replay = Replay(recording, said.append, keep_timing=keep_timing)
    rows = {row.name: _row(row) for row in replay.run()}
    assert time.monotonic() - begun < 60, "it ends by itself"
    assert replay.strays == 0
    return said, rows


def compare(counter, name, *others, keep_timing=False) -> list[dict]:
    recording, then, stood = counter.ended(name)
    now, stand = replayed(recording, keep_timing=keep_timing)
    names = (name, *others)
    for one in names:
        assert of_devices(now, names)[one] == of_devices(then, names)[one]
    assert {one: stand[one] for one in names} == {one: stood[one] for one in names}
    return now


@pytest.fixture(params=["full", "masked"])
def full(request) -> bool:
    return request.param == "full"


@pytest.fixture
def virtual():
    with VirtualRig(
        font_path=FONT, scale_dialect="massa100", extras=("fiscal", "card", "sbp")
    ) as counter:
        yield counter


@pytest.fixture
def counter(virtual, tmp_path, full):
    def of(*kinds, **keys):
        wanted = [one for one in virtual.config()["device"] if one["kind"] in kinds]
        tables = [one | keys.get(one["kind"], {}) for one in wanted]
        return Counter({"device": tables}, tmp_path / "bytes", full=full)

    return of


@pytest.mark.parametrize("keep_timing", [True, False])
def test_a_scanner_tells_the_same_labels_and_the_same_loss(virtual, tmp_path, keep_timing) -> None:
    tables = [one for one in virtual.config()["device"] if one["kind"] == "scanner"]
    bench = Counter({"device": tables}, tmp_path / "bytes", full=True)
    bench.stands("scanner")
    virtual.scanner.scan(b"]E04006381333931")
    virtual.scanner.replay([(0, b"46063"), (900, b"4006381333948\r")])
    until(lambda: len([one for one in bench.listen() if one["event"] == "data"]) == 2)
    virtual.obey("unplug scanner")
    bench.stands("scanner", 2004)
    virtual.obey("plug scanner")
    bench.stands("scanner")
    now = compare(bench, "scanner", keep_timing=keep_timing)
    assert [one["event"] for one in now] == [
        *("status", "data", "error", "data", "status", "status"),
    ]


def test_a_printer_prints_the_same_jobs_and_does_not_end_offline(counter, virtual) -> None:
    bench = counter("printer", printer={"poll_ms": 200})
    bench.stands("printer")
    job = PrintJob("j1", (Text("Мария, 15 баллов ₽"), QRCode("https://loy.example"), Cut()))
    assert bench.ask("print", device="printer", job=job_to_json(job))["event"] == "output_complete"
    virtual.obey("paper end")
    bench.stands("printer", 2003)
    second = PrintJob("j2", (Text("second"), Cut()))
    assert bench.ask("print", device="printer", job=job_to_json(second))["event"] == "error"
    virtual.obey("paper ok")
    bench.stands("printer")
    now = compare(bench, "printer")
    assert [one["event"] for one in now if "id" in one] == ["output_complete", "error"]


def test_a_display_shows_the_same_again(counter, virtual) -> None:
    bench = counter("display")
    bench.stands("display")
    assert bench.ask("display", device="display", lines=["Итого", "125.50"])["event"] == "done"
    virtual.obey("unplug display")
    bench.stands("display", 2004)
    assert bench.ask("display", device="display", lines=["later"])["event"] == "error"
    virtual.obey("plug display")
    bench.stands("display")
    assert bench.ask("clear_display", device="display")["event"] == "done"
    compare(bench, "display")


def test_a_drawer_opens_and_closes_as_then_through_its_printer(counter, virtual) -> None:
    bench = counter("printer", "drawer", printer={"poll_ms": 200})
    bench.stands("drawer")
    assert bench.ask("open_drawer", device="drawer")["event"] == "output_complete"
    until(lambda: any(one.get("drawer_opened") for one in bench.listen()))
    waits = bench.start("wait_drawer_closed", device="drawer", timeout_ms=60_000)
    virtual.obey("drawer close")
    assert bench.answer(waits)["event"] == "done"
    now = compare(bench, "drawer", "printer")
    told = [one.get("drawer_opened") for one in now if one.get("device") == "drawer"]
    # A look at the pin on its way may tell the drawer once more: then the replay does so too.
    assert [one for one in told if one is not None][:3] == [False, True, False]


def test_a_scale_weighs_the_same(counter, virtual) -> None:
    bench = counter("scale")
    bench.stands("scale")
    virtual.obey("put 1250")
    weighed = bench.ask("weigh", device="scale", timeout_ms=PATIENCE_S * 1000)
    assert weighed["payload"]["grams"] == 1250
    virtual.obey("put 0")
    assert bench.ask("weigh", device="scale", timeout_ms=300)["event"] == "error"
    assert bench.ask("tare", device="scale", grams=5)["event"] == "done"
    now = compare(bench, "scale")
    answers = [one["event"] for one in now if "id" in one and one["event"] != "progress"]
    assert answers == ["result", "error", "done"]


def test_a_registrar_gives_the_same_numbers(counter, virtual) -> None:
    bench = counter("fiscal", fiscal={"poll_ms": 500})
    bench.stands("fiscal")

    def register(number, task, **more):
        job = FiscalJob(KEY.format(number), task, operator="Иванова Мария", **more)
        return bench.ask("fiscal", device="fiscal", job=fiscal_job_to_json(job))

    register(1, FiscalTask.OPEN_SHIFT)
    line = FiscalLine(
        "Молоко", 100_00, 1000, 100_00, 11, 0, 33, 4, mark=b"0104600\x1d93abcd", mark_state=1
    )
    sold = register(2, FiscalTask.SALE, lines=(line,), cash_minor=10_000, buyer="+79161234567")
    assert sold["event"] == "result", sold["message"]
    virtual.extras["fiscal"].plug(plugged=False)
    bench.stands("fiscal", 2004)
    now = compare(bench, "fiscal")
    assert sold["payload"] in [one.get("payload") for one in now]


@pytest.mark.parametrize("name", ["card", "sbp"])
def test_a_payment_ends_as_then_and_nothing_is_ordered(counter, virtual, name) -> None:
    bench = counter("payment")
    bench.stands(name)

    def pay(number, minor):
        order = PaymentOrder(KEY.format(number), PaymentDo.PURCHASE, minor)
        return {"device": name, "order": order.to_json()}

    paid = bench.ask("payment", **pay(1, 12_550))
    assert paid["payload"]["outcome"] == "approved"
    virtual.obey(f"extra {name} customer=waits")
    waits = bench.start("payment", **pay(2, 300))
    until(lambda: any(o.get("id") == waits and o["event"] == "progress" for o in bench.listen()))
    bench.ask("cancel", request=waits)
    assert bench.answer(waits)["payload"]["outcome"] == "declined"
    before = virtual.obey(f"extra {name}")["net_minor"]
    now = compare(bench, name)
    assert paid["payload"] in [one.get("payload") for one in now]
    assert virtual.obey(f"extra {name}")["net_minor"] == before == 12_550


def test_a_masked_trace_has_no_person_in_it(virtual, tmp_path) -> None:
    bench = Counter(virtual.config(), tmp_path / "bytes", full=False)
    for name in ("printer", "display", "fiscal", "card"):
        bench.stands(name)
    job = PrintJob("j1", (Text("Мария +79161234567"), QRCode("https://loy.example/m/42")))
    bench.ask("print", device="printer", job=job_to_json(job))
    bench.ask("display", device="display", lines=["Мария"])
    fiscal = FiscalJob(KEY.format(1), FiscalTask.OPEN_SHIFT, operator="Иванова Мария")
    bench.ask("fiscal", device="fiscal", job=fiscal_job_to_json(fiscal))
    order = PaymentOrder(KEY.format(2), PaymentDo.PURCHASE, 100)
    bench.ask("payment", device="card", order=order.to_json())
    bench.ended("printer")
    for path in (tmp_path / "bytes").iterdir():
        recording = read_recording(path)
        whole = path.read_text() + "".join(
            one.data.decode("latin-1") + one.data.decode("cp866", "replace")
            for one in recording.entries
        )
        for secret in ("Мария", "Иванова", "79161234567", "loy.example", "m/42"):
            assert secret not in whole, path.name


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ({"kind": "payment", "driver": "program", "program": "/x"}, "would order it again"),
        ({"kind": "printer", "driver": "cups", "queue": "q"}, "a queue would print"),
        ({"kind": "marking", "local_url": "http://x"}, "the service would be asked"),
        ({"kind": "scanner", "driver": "wedge"}, "the window reads it"),
        ({"kind": "scanner", "driver": "telepathy"}, "none of"),
    ],
)
def test_what_would_touch_something_real_is_not_replayed(table, why) -> None:
    with pytest.raises(ConfigError, match=why):
        Replay(Recording({**table, "name": "x"}, False, ()), lambda _said: None)


def test_not_even_a_full_trace_of_a_terminal_has_a_card_s_number_or_a_password(
    virtual, tmp_path
) -> None:
    tables = [
        one | {"password": "739154"} for one in virtual.config()["device"] if one["name"] == "card"
    ]
    bench = Counter({"device": tables}, tmp_path / "bytes", full=True)
    bench.stands("card")
    order = PaymentOrder(KEY.format(1), PaymentDo.PURCHASE, 12_550)
    paid = bench.ask("payment", device="card", order=order.to_json())["payload"]
    assert paid["card"].endswith(CARD[-4:])
    recording, _, _ = bench.ended("card")
    heard = recording.bytes_of(Direction.RECEIVED)
    assert CARD[-4:].encode() in heard, "the slip is in it"
    for whole in (
        heard.hex(),
        heard.decode("latin-1"),
        (tmp_path / "bytes/card.jsonl").read_text(),
    ):
        assert CARD not in whole
        assert "739154" not in whole
    assert "739154" not in recording.bytes_of(Direction.SENT).hex()
    apdu = Apdu(STATUS_INFORMATION, b"\x06\x14\x07\x12" + CARD.encode() + b"\x00\x00")
    assert CARD.encode() not in masked_answer(apdu).data
    long_number = Apdu(PRINT_LINE, b"\x00REF 123456789012345678901234")
    assert masked_answer(long_number) == long_number, "what is no card's number stays"
