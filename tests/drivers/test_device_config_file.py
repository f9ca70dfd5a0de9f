"""One file of devices: what is written is read again, whole; what is wrong is said by name."""

import tomllib
from types import SimpleNamespace

import pytest
from device_bench import CALM
from hypothesis import given
from hypothesis import strategies as st

from drivers.config_file import (
    ConfigError,
    device_tables,
    names_and_kinds,
    read_config,
    to_toml,
    write_config,
)
from drivers.registry import fields_of_table, found_ports, kinds
from pos_app.wiring.commands import devices_command
from pos_app.wiring.till import Place

keys = st.text(min_size=1, max_size=8)
plain = st.one_of(
    st.text(max_size=12).filter(lambda text: text.isprintable() or "\n" in text),
    st.booleans(),
    st.integers(-(2**62), 2**62),
)
values = st.one_of(plain, st.lists(plain, max_size=3))
tables = st.dictionaries(keys, values, max_size=4)
configs = st.fixed_dictionaries(
    {
        "device": st.lists(tables, max_size=3),
        "lan": tables,
        "deep": st.fixed_dictionaries({"a": tables}),
    }
)


@CALM
@given(configs)
def test_a_configuration_comes_back_from_toml_as_it_went(config) -> None:
    assert tomllib.loads(to_toml(config)) == config


@pytest.mark.parametrize("name", ["devices.toml", "devices.json"])
def test_a_file_is_replaced_whole_and_the_former_one_stays_beside(tmp_path, name) -> None:
    path = tmp_path / "new" / name
    first = {"lan": {"listen": "0.0.0.0:1"}, "device": [{"kind": "scanner", "name": "сканер"}]}
    write_config(path, first)
    write_config(path, {**first, "device": []})
    assert read_config(path) == {**first, "device": []}
    assert read_config(path.with_name(f"{name}.before").rename(path)) == first
    assert [one.name for one in path.parent.iterdir()] == [name], "no torn piece is left"


def test_what_cannot_be_read_is_one_sentence_with_the_file(tmp_path) -> None:
    path = tmp_path / "devices.toml"
    assert read_config(path) == {}
    path.write_text("[[device]\n")
    with pytest.raises(ConfigError, match="devices.toml cannot be read.*line 1"):
        read_config(path)
    json_path = tmp_path / "devices.json"
    json_path.write_text("[]")
    with pytest.raises(ConfigError, match="not a table"):
        read_config(json_path)
    with pytest.raises(ConfigError, match="no place"):
        to_toml({"x": object()})


def test_names_are_known_without_building_anything() -> None:
    config = {"device": [{"kind": "scanner"}, {"kind": "printer", "name": "p"}, {}]}
    assert names_and_kinds(config) == {"scanner": "scanner", "p": "printer", "unknown": "unknown"}
    with pytest.raises(ConfigError):
        device_tables({"device": "scanner"})


def _keys(table, others=()) -> dict:
    found = fields_of_table(table, list(others))
    return {one["key"]: one for one in found["fields"]} | {"fault": found["fault"]}


def test_a_form_knows_the_keys_that_the_builder_reads() -> None:
    found = _keys({"kind": "printer", "name": "p", "driver": "tcp"})
    assert "host is missing" in found["fault"]
    assert "tcp" in found["driver"]["choices"]
    assert "epson" in found["model"]["choices"]
    found = _keys({"kind": "display", "name": "d", "driver": "serial", "port": "/dev/x"})
    assert found["fault"] is None
    assert found["baud"] == {"key": "baud", "type": "number", "default": 9600, "choices": []}
    assert found["rtscts"]["type"] == "flag"
    printer = {"kind": "printer", "name": "p", "driver": "tcp", "host": "127.0.0.1"}
    found = _keys({"kind": "drawer", "name": "d"}, [printer])
    assert found["printer"]["choices"] == ["p"]
    assert "toaster" in _keys({"kind": "toaster"})["fault"]
    assert {"scanner", "printer", "drawer", "display"} <= set(kinds())


def test_ports_are_named_by_what_lasts(monkeypatch, tmp_path) -> None:
    def port(**known) -> SimpleNamespace:
        absent = dict.fromkeys(("vid", "pid", "serial_number", "manufacturer", "product"))
        return SimpleNamespace(**{**absent, "device": "/dev/ttyS0", **known})

    plugged = [
        port(device="/dev/ttyACM3", vid=0x0C2E, pid=0x0B8F, serial_number="S1", product="1400g"),
        port(device="/dev/ttyACM4", vid=0x0C2E, pid=0x0B8F),
        port(),
    ]
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: plugged)
    (tmp_path / "lp0").touch()
    found = found_ports(tmp_path)
    assert [one["port"] for one in found] == [
        "usb:0C2E:0B8F:S1",
        "usb:0C2E:0B8F",
        "/dev/ttyS0",
        str(tmp_path / "lp0"),
    ]
    assert [one["driver"] for one in found] == ["serial", "serial", "serial", "file"]
    assert found[0]["about"] == "1400g"
    assert len(found_ports(tmp_path / "absent")) == 3


def test_a_till_starts_its_host_on_the_one_file(tmp_path) -> None:
    given = {"device": [{"kind": "scanner", "name": "gun", "driver": "serial", "port": "/dev/x"}]}
    place = Place(tmp_path, "http://127.0.0.1:1", given, trace=tmp_path / "bytes")
    path = place.device_path()
    command = devices_command(path, place.devices, place.trace)
    assert command[-4:] == ["--config", str(path), "--trace", str(tmp_path / "bytes")]
    assert place.device_names() == {"gun": "scanner"}
    written = path.stat().st_mtime_ns
    devices_command(path, place.devices)
    assert path.stat().st_mtime_ns == written, "what is the same is not written again"
    path.write_text("[[device]\n")
    assert place.device_names() == {}, "the host says why; the till sells"
    devices_command(path, {})
    assert path.read_text() == "[[device]\n", "a file that nobody understands is left for a person"
    elsewhere = Place(tmp_path, "", devices_file=tmp_path / "shop.toml")
    assert elsewhere.device_path() == tmp_path / "shop.toml"
