"""Trying a registrar and a terminal by hand: something to see, and nothing that stays."""

import pytest
from device_bench import FONT

from drivers.config_file import write_config
from drivers.fake import VirtualRig
from drivers.fake.fiscal import VirtualFiscal
from drivers.payment_terminal import zvt as zvt_module
from pos_app.wiring import devices_cli


@pytest.fixture
def rig():
    with VirtualRig(font_path=FONT, extras=("fiscal", "card", "sbp")) as counter:
        yield counter


@pytest.fixture
def tried(rig, tmp_path, capsys):
    write_config(tmp_path / "devices.toml", rig.config())

    def of(name) -> tuple[int, str]:
        code = devices_cli.main(["test", name], tmp_path)
        return code, capsys.readouterr().out

    return of


def test_a_registrar_prints_an_x_report_and_registers_nothing(rig, tried) -> None:
    assert tried("fiscal") == (
        0,
        "fiscal: done (an X report is printed; nothing was registered)\n",
    )
    device: VirtualFiscal = rig.extras["fiscal"].device
    assert len(device.storage.printed) == 1
    assert device.storage.papers == []


def test_a_terminal_tries_its_line_and_no_money_moves(rig, tried) -> None:
    assert tried("card") == (0, "card: done (its own diagnosis; no money moved)\n")
    device = rig.extras["card"].device
    assert "0670" in device.commands
    assert device.bank == []


def test_an_acquirer_is_asked_after_nothing(rig, tried) -> None:
    assert tried("sbp")[0] == 0
    device = rig.extras["sbp"].device
    assert [one.split()[0] for one in device.requests] == ["GET"]
    assert device.net_minor == 0
    device.faults.status, device.faults.status_times = 503, 5
    assert tried("sbp") == (1, "sbp: HTTP 503\n")


def test_a_terminal_that_refuses_or_falls_silent_says_so(rig, tried, monkeypatch) -> None:
    monkeypatch.setattr(zvt_module.zvt, "DIAGNOSIS", (0x06, 0x71))
    code, said = tried("card")
    assert code == 1
    assert "the terminal refused its diagnosis" in said
    rig.obey("unplug card")
    code, said = tried("card")
    assert code == 1
    assert "nobody answers there" in said


@pytest.mark.parametrize(
    ("table", "code", "said"),
    [
        ({"driver": "manual"}, 0, "done"),
        ({"driver": "program", "program": "/no/such"}, 1, "there is no such program"),
    ],
)
def test_other_ways_of_payment_are_tried_as_far_as_they_can_be(
    tmp_path, capsys, table, code, said
) -> None:
    tables = [{"kind": "payment", "name": "bank", **table}]
    write_config(tmp_path / "devices.toml", {"device": tables})
    assert devices_cli.main(["test", "bank"], tmp_path) == code
    assert said in capsys.readouterr().out
