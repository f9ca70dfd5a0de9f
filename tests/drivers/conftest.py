"""Fixtures of the devices' bench."""

import pytest
from device_bench import FONT, Ear

from drivers.fake import VirtualRig
from drivers.registry import build_devices


@pytest.fixture
def ear():
    return Ear()


@pytest.fixture
def rig():
    with VirtualRig(font_path=FONT) as counter:
        yield counter


@pytest.fixture
def quick_config(rig):
    """The rig's configuration with a printer that is given up soon, for the tests of faults."""
    config = rig.config()
    for table in config["device"]:
        if table["kind"] == "printer":
            table |= {"confirm_ms": 400, "status_ms": 200, "poll_ms": 50}
    return config


@pytest.fixture
def devices(quick_config, ear):
    found = build_devices(quick_config, ear)
    found.open_all()
    yield found
    found.close_all()
