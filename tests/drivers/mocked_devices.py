"""Runs the device host among devices that umockdev mocks: sysfs, /dev/hidraw*, /dev/input/event*.

As a program (under `umockdev-wrapper`) it is the real `drivers.host` whose input also takes orders
to plug, unplug and use mocked devices. As a module it is the test's end of that.
"""

import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).parents[2]
WRAPPER = "umockdev-wrapper"
MISSING = (
    "umockdev is not installed (Debian: apt-get install umockdev): there is no mocked USB here"
)
KEY_COUNT = 96
MOCK = "mock"
COUNTED = "MOCKED_DEVICES_COUNTED"


def available() -> bool:
    return shutil.which(WRAPPER) is not None


class _GError(ctypes.Structure):
    _fields_ = [("domain", ctypes.c_uint32), ("code", ctypes.c_int), ("message", ctypes.c_char_p)]


def _text_ioctl(word: str, text: str) -> str:
    value = text.encode().ljust(256, b"\x00").hex().upper()
    return f"EVIOCG{word} {len(text) + 1} {value}"


class Testbed:
    """libumockdev through ctypes: nothing else speaks to it without GObject bindings."""

    __test__ = False

    def __init__(self) -> None:
        self._lib = ctypes.CDLL("libumockdev.so.0")
        self._lib.umockdev_testbed_new.restype = ctypes.c_void_p
        self._bed = ctypes.c_void_p(self._lib.umockdev_testbed_new())
        self._lib.umockdev_testbed_get_root_dir.restype = ctypes.c_char_p
        self._root = Path(self._lib.umockdev_testbed_get_root_dir(self._bed).decode())
        self._places: dict[str, list[str]] = {}

    def _call(self, name: str, *arguments: Any) -> int:
        error = ctypes.c_void_p(None)
        made = getattr(self._lib, f"umockdev_testbed_{name}")(
            self._bed, *arguments, ctypes.byref(error)
        )
        if error.value:
            said = ctypes.cast(error, ctypes.POINTER(_GError)).contents.message
            raise RuntimeError(said.decode())
        return int(made)

    def _ioctls(self, node: str, lines: list[str]) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".ioctl") as file:
            file.write("\n".join([f"@DEV {node}", *lines]) + "\n")
            file.flush()
            self._call("load_ioctl", None, file.name.encode())

    def plug_hid(self, node: str, vid: int, pid: int, serial: str, descriptor: bytes) -> None:
        """`node` like /dev/hidraw0."""
        short = node.removeprefix("/dev/")
        usb = f"/devices/pci0000:00/usb1/1-{short}"
        number = f"{int(short.removeprefix('hidraw')):04X}"
        hid = f"{usb}/1-{short}:1.0/0003:{vid:04X}:{pid:04X}.{number}"
        self._places[node] = [f"{hid}/hidraw/{short}", hid, f"{usb}/1-{short}:1.0", usb]
        self._call(
            "add_from_string",
            f"""P: {hid}/hidraw/{short}
N: {short}
E: DEVNAME={node}
E: SUBSYSTEM=hidraw
L: device=../../../0003:{vid:04X}:{pid:04X}.{number}

P: {hid}
E: SUBSYSTEM=hid
E: HID_ID=0003:{vid:08X}:{pid:08X}
E: HID_NAME=Virtual scanner
E: HID_UNIQ={serial}
H: report_descriptor={descriptor.hex().upper()}

P: {usb}/1-{short}:1.0
E: SUBSYSTEM=usb
E: DEVTYPE=usb_interface
A: bInterfaceNumber=00

P: {usb}
E: SUBSYSTEM=usb
E: DEVTYPE=usb_device
A: idVendor={vid:04x}
A: idProduct={pid:04x}
A: manufacturer=Nobody
A: product=Virtual scanner

""".encode(),
        )
        size = len(descriptor).to_bytes(4, "little").hex().upper()
        whole = descriptor.ljust(4096, b"\x00").hex().upper()
        self._ioctls(node, [f"HIDIOCGRDESCSIZE 0 {size}", f"HIDIOCGRDESC 0 {size}{whole}"])

    def plug_keys(self, node: str, vid: int, pid: int, serial: str) -> None:
        """`node` like /dev/input/event5."""
        short = node.removeprefix("/dev/")
        place = f"/devices/pci0000:00/usb1/2-1/input/{short}"
        self._places[node] = [place]
        self._call(
            "add_from_string",
            f"""P: {place}
N: {short}
E: DEVNAME={node}
E: SUBSYSTEM=input

""".encode(),
        )
        keys = bytearray(KEY_COUNT)
        for code in (*range(1, 84), 96, 97, 98, 100):
            keys[code // 8] |= 1 << code % 8
        number = b"".join(value.to_bytes(2, "little") for value in (3, vid, pid, 1))
        texts = (("NAME", "Virtual scanner"), ("PHYS", "usb-2"), ("UNIQ", serial))
        self._ioctls(
            node,
            [
                "EVIOCGVERSION 0 01000100",
                f"EVIOCGID 0 {number.hex().upper()}",
                *(_text_ioctl(word, text) for word, text in texts),
                "EVIOCGBIT(0) 4 03000000",
                f"EVIOCGBIT(1) {KEY_COUNT} {keys.hex().upper()}",
                "EVIOCGPROP 0 00",
                "EVIOCGEFFECTS 0 00000000",
            ],
        )

    def unplug(self, node: str) -> None:
        """The far end hangs up and the node is gone."""
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, self._end(node))  # umockdev closes the number once more
        os.close(nothing)
        (self._root / node.removeprefix("/")).unlink(missing_ok=True)  # else it is the next one's
        for place in self._places.pop(node):
            self._lib.umockdev_testbed_remove_device(self._bed, f"/sys{place}".encode())

    def write(self, node: str, data: bytes) -> None:
        """What the device says."""
        os.write(self._end(node), data)

    def _end(self, node: str) -> int:
        return self._call("get_dev_fd", node.encode())


def _obey(bed: Testbed, order: dict[str, Any]) -> None:
    node = order["node"]
    identity = (order.get("vid", 0), order.get("pid", 0), order.get("serial", ""))
    match order[MOCK]:
        case "plug_hid":
            bed.plug_hid(node, *identity, bytes.fromhex(order["descriptor"]))
        case "plug_keys":
            bed.plug_keys(node, *identity)
        case "unplug":
            bed.unplug(node)
        case "write":
            for data in order["data"]:
                bed.write(node, bytes.fromhex(data))


def main() -> None:
    """Configuration on the first line; then requests of the host, or orders for the testbed."""
    counted = _coverage() if os.environ.get(COUNTED) else None
    from drivers.host.process import Host

    bed = Testbed()
    host = Host(json.loads(sys.stdin.readline()), sys.stdout)
    for line in sys.stdin:
        asked = json.loads(line)
        if asked.get("do") == "open":
            host.devices.open_all()
        elif MOCK in asked:
            _obey(bed, asked)
        else:
            host.take(line)
    host.devices.close_all()
    if counted is not None:
        counted.stop()
        counted.save()


def _coverage() -> Any:
    """This process's share of what the test run covers."""
    import coverage

    counted = coverage.Coverage(data_suffix=True)
    counted.start()
    return counted


def _is_counted() -> bool:
    coverage = sys.modules.get("coverage")
    return coverage is not None and coverage.Coverage.current() is not None


class MockedCounter:
    """The test's end: orders go in, the host's events come out."""

    def __init__(self, config: dict[str, Any], heard: Callable[[dict[str, Any]], None]) -> None:
        self._child = subprocess.Popen(
            [WRAPPER, sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(HOUSE), COUNTED: "1" if _is_counted() else ""},
            cwd=HOUSE,
        )
        self._heard = heard
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.say(config)

    def say(self, order: dict[str, Any]) -> None:
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(order) + "\n")
        self._child.stdin.flush()

    def mock(self, what: str, node: str, **fields: Any) -> None:
        self.say({MOCK: what, "node": node, **fields})

    def close(self) -> int:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        with suppress(BrokenPipeError):
            self._child.stdin.close()
        code = self._child.wait(30)
        self._reader.join(30)
        self._child.stdout.close()
        return code

    def _read(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            self._heard(json.loads(line))


if __name__ == "__main__":
    main()
