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


def _with_timings(config, **timings):
    for table in config["device"]:
        if table["kind"] == "printer":
            table |= timings
    return config


@pytest.fixture
def config(rig):
    """The rig's configuration, patient enough for a busy machine."""
    return _with_timings(rig.config(), poll_ms=50, status_ms=5_000, confirm_ms=20_000)


@pytest.fixture
def hasty_config(rig):
    """The same with a printer that is given up soon, for faults that end in silence."""
    return _with_timings(rig.config(), poll_ms=50, status_ms=700, confirm_ms=700)


@pytest.fixture
def devices(config, ear):
    found = build_devices(config, ear)
    found.open_all()
    yield found
    found.close_all()


@pytest.fixture
def hasty_devices(hasty_config, ear):
    found = build_devices(hasty_config, ear)
    found.open_all()
    yield found
    found.close_all()
