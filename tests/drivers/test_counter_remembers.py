"""A simulated counter that is started again is the one of the day before."""

import json
import urllib.request

import pytest
from device_bench import until
from fiscal_bench import a_job

from drivers.contract.fiscal import FiscalTask
from drivers.fake.extras import EXTRAS, CardExtra, FiscalExtra, SbpExtra
from drivers.fake.notebook import Notebook
from drivers.fake.rig import VirtualRig
from drivers.fake.zvt_terminal import Booking
from drivers.fiscal_printer.tasks import task_of


def registered(rig: VirtualRig, job) -> str:
    """A task worked off."""
    extra = rig.extras["fiscal"]
    assert isinstance(extra, FiscalExtra)
    body = json.dumps({"uuid": job.key, "request": [task_of(job)]}, default=float)
    extra.device.post(body.encode())
    until(lambda: extra.device.status_of(job.key) == "ready")
    return job.key


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "kept"


def test_a_registrar_keeps_shift_cash_and_documents_over_a_restart(folder) -> None:
    with VirtualRig(extras=("fiscal",), keep=folder) as rig:
        registered(rig, a_job(FiscalTask.OPEN_SHIFT))
        sold = registered(rig, a_job())
        before = rig.obey("extra fiscal")
    with VirtualRig(extras=("fiscal",), keep=folder) as rig:
        assert {**rig.obey("extra fiscal"), "seen": 0} == {**before, "seen": 0}
        assert before["shift"] == "opened"
        assert rig.extras["fiscal"].device.get(sold)[1]["results"][0]["status"] == "ready"
        registered(rig, a_job(FiscalTask.RETURN))
        assert float(rig.obey("extra fiscal")["cash"]) == 0
        registered(rig, a_job(FiscalTask.CLOSE_SHIFT))
    with VirtualRig(extras=("fiscal",), keep=folder) as rig:
        assert rig.obey("extra fiscal")["shift"] == "closed"
        assert rig.obey("extra fiscal")["documents"] == 4


def test_bank_and_acquirer_keep_their_books_over_a_restart(folder) -> None:
    with VirtualRig(extras=("card", "sbp"), keep=folder) as rig:
        card, sbp = rig.extras["card"], rig.extras["sbp"]
        assert isinstance(card, CardExtra)
        assert isinstance(sbp, SbpExtra)
        card.device.bank.append(Booking(101, 101, "purchase", 12_300))
        card.device.on_change()
        asked = urllib.request.Request(
            f"{sbp.device.url}/qr", json.dumps({"order_id": "one", "amount": 500}).encode()
        )
        urllib.request.urlopen(asked).close()
        urllib.request.urlopen(f"{sbp.device.url}/qr/one").close()
        assert sbp.device.net_minor == 500
    with VirtualRig(extras=("card", "sbp"), keep=folder) as rig:
        assert rig.obey("extra card")["net_minor"] == 12_300
        assert rig.obey("extra sbp")["net_minor"] == 500
        said = rig.extras["sbp"].device.answer(
            "POST",
            "/v1/refunds",
            {"refund_id": "r", "amount": 500, "transaction_id": "trx-one"},
            "",
        )
        assert said[0] == 200
    with VirtualRig(extras=tuple(EXTRAS), keep=folder) as rig:
        assert rig.obey("extra sbp")["net_minor"] == 0


def test_what_cannot_be_written_down_is_said(folder) -> None:
    with pytest.raises(TypeError, match="is not kept"):
        Notebook(folder).write("card", object())
    assert Notebook(folder).read("card") is None


def test_a_drawer_is_pushed_shut_after_the_change(folder) -> None:
    with VirtualRig() as rig:
        assert rig.obey("drawer 1")["ok"]
        rig.printer.feed(b"\x1bp\x00\x19\xfa")
        until(lambda: rig.printer.kicks == [0] and not rig.printer.drawer_opened)
        assert rig.obey("drawer 0")["ok"]
        rig.printer.feed(b"\x1bp\x00\x19\xfa")
        assert rig.obey("drawer")["opened"] is True
        assert rig.obey("drawer close")["opened"] is False
