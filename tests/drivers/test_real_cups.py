"""A real CUPS with a raw queue between our driver and our printer, over its two sockets."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from device_bench import FONT, Ear, until

from drivers.contract import Cut, Outcome, OutputCompleteEvent, PrintJob, QRCode, Text
from drivers.fake import VirtualRig
from drivers.registry import build_devices

SOCKET_BACKEND = Path("/usr/lib/cups/backend/socket")
CUPSD = shutil.which("cupsd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform != "linux" or CUPSD is None or not SOCKET_BACKEND.exists(),
        reason="there is no CUPS on this machine (Debian: cups)",
    ),
    pytest.mark.skipif(
        not hasattr(os, "geteuid") or os.geteuid() != 0,
        reason="a scheduler of our own is started by root only",
    ),
]
FILES = """
ServerRoot {folder}/etc
ServerBin /usr/lib/cups
RequestRoot {folder}/spool
TempDir {folder}/spool/tmp
CacheDir {folder}/cache
StateDir {folder}/run
ErrorLog {folder}/log/error
AccessLog {folder}/log/access
PageLog {folder}/log/page
SystemGroup root
User lp
Group lp
"""
DAEMON = """
Listen 127.0.0.1:{port}
Listen {folder}/run/cups.sock
Browsing Off
DefaultAuthType None
WebInterface No
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
"""
QUEUE = """
<Printer receipts>
DeviceURI socket://127.0.0.1:{printer_port}
State Idle
Accepting Yes
Shared No
ErrorPolicy abort-job
</Printer>
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture
def printer():
    with VirtualRig(font_path=FONT) as rig:
        yield rig


@pytest.fixture
def cups(printer):
    folder = Path(tempfile.mkdtemp(prefix="cups-"))  # a path that the user lp may enter
    port, printer_port = free_port(), printer.config()["device"][1]["port"]
    for name in ("etc", "run", "spool/tmp", "cache", "log"):
        (folder / name).mkdir(parents=True)
    names = {"folder": folder, "port": port, "printer_port": printer_port}
    (folder / "files.conf").write_text(FILES.format(**names))
    (folder / "cupsd.conf").write_text(DAEMON.format(**names))
    (folder / "etc" / "printers.conf").write_text(QUEUE.format(**names))
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, "root", "lp")
        path.chmod(0o770 if path.is_dir() else 0o640)
    run = subprocess.Popen(
        [CUPSD, "-f", "-c", folder / "cupsd.conf", "-s", folder / "files.conf"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until((folder / "run" / "cups.sock").exists)
    yield {"tcp": f"127.0.0.1:{port}", "local": str(folder / "run" / "cups.sock")}
    run.terminate()
    run.wait(20)
    shutil.rmtree(folder)


def queue_of(host, ear, **keys):
    table = {"kind": "printer", "name": "printer", "driver": "cups", "queue": "receipts"}
    table |= {"host": host, "font": str(FONT), "believe_spooler": True, **keys}
    found = build_devices({"device": [table]}, ear)
    found.open_all()
    return found


def printed(devices, job_id):
    reply = Ear()
    job = PrintJob(job_id, (Text("Итого 89,90 ₽"), QRCode("K1R:A000017"), Cut()), 42)
    devices.printers["printer"].print_job(job, reply)
    return reply.wait(lambda _event: True)


def test_a_raw_queue_of_a_real_cups_passes_on_every_byte(cups, printer, ear) -> None:
    for name, host in cups.items():
        devices = queue_of(host, ear)
        assert printed(devices, name) == OutputCompleteEvent("printer", name)
        devices.close_all()
    assert [paper.text for paper in printer.printer.papers] == [
        "Итого 89,90 ₽\n[QR] K1R:A000017"
    ] * 2
    assert printer.printer.unknown == []


def test_what_a_real_cups_cannot_deliver_is_taken_back(cups, printer, ear) -> None:
    printer.control({"do": "unplug", "device": "printer"})
    devices = queue_of(cups["tcp"], ear, confirm_ms=1500)
    assert printed(devices, "j1").outcome is Outcome.UNKNOWN
    printer.control({"do": "replug", "device": "printer"})
    assert printed(devices, "j2") == OutputCompleteEvent("printer", "j2")
    devices.close_all()
    assert len(printer.printer.papers) == 1, "the one that was given up never came out"
