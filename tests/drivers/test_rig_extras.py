"""The counter with everything: each extra simulator is found, tried, pulled out and put back."""

import pytest
from device_bench import Ear, until

from drivers.contract import PowerState
from drivers.fake.extras import EXTRAS
from drivers.fake.rig import VirtualRig
from drivers.registry import build_devices


@pytest.fixture
def counter():
    with VirtualRig(extras=tuple(EXTRAS), scale_dialect="massa100") as rig:
        devices = build_devices(rig.config(), Ear())
        devices.open_all()
        yield rig, devices
        devices.close_all()


def test_every_simulator_is_found_by_the_registry_and_survives_its_cable(counter) -> None:
    rig, devices = counter

    def power(name):
        return devices.find(name).power_state

    for name in ("scanner", "printer", "drawer", "display", "scale", *EXTRAS):
        until(lambda n=name: power(n) is PowerState.ONLINE)
    for name in ("fiscal", "card"):
        assert rig.control({"do": "unplug", "device": name})["ok"]
        until(lambda n=name: power(n) is PowerState.OFF_OFFLINE)
        assert rig.control({"do": "replug", "device": name})["ok"]
        until(lambda n=name: power(n) is PowerState.ONLINE)
    assert rig.control({"do": "unplug", "device": "sbp"})["ok"]
    assert rig.control({"do": "replug", "device": "sbp"})["ok"]


def test_extras_take_faults_and_say_what_they_hold(counter) -> None:
    rig, _devices = counter
    said = rig.control({"do": "extra", "device": "card", "customer": "waits"})
    assert (said["net_minor"], said["bank"]) == (0, [])
    said = rig.control({"do": "extra", "device": "sbp", "customer": "refuses"})
    assert said["net_minor"] == 0
    said = rig.control({"do": "extra", "device": "fiscal", "delay_ms": 5})
    assert said["documents"] == 0
    for name in EXTRAS:
        assert not rig.control({"do": "extra", "device": name, "gremlins": 5})["ok"]
    assert not rig.control({"do": "extra", "device": "toaster"})["ok"]
