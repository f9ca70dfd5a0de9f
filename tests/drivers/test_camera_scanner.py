"""Labels before a camera: pictures and films take the very way that a camera's frames take."""

import subprocess
import sys

import pytest
from device_bench import until

from drivers.contract import DataEvent, DeviceError, PowerState, StatusUpdateEvent
from drivers.fake.shelf_camera import ShownLabel, picture, save_picture, save_video
from drivers.registry import ConfigError, build_devices
from drivers.scanner.camera import DeviceFrames, FileFrames, LabelDecoder, frames_of
from drivers.scanner.camera.extras import opencv, zxing
from drivers.transport import LinkDownError

pytest.importorskip("cv2", reason="the extra 'camera' is not installed")
pytest.importorskip("zxingcpp", reason="the extra 'camera' is not installed")

EAN = ShownLabel("4006381333931")
MARKED = ShownLabel(
    "(01)04610053149777(21)5d/wuU(93)dGVz", "DataMatrix", gs1=True, scale=6, shift=(380, 150)
)
TOKEN = ShownLabel("https://loy.example/c/карта-17", "QRCode", scale=5)


@pytest.fixture
def camera(tmp_path, ear):
    made = []

    def start(path, **keys):
        table = {"kind": "scanner", "name": "eye", "driver": "camera", "port": str(path)}
        devices = build_devices({"device": [{**table, "frame_ms": 20, **keys}]}, ear)
        devices.open_all()
        made.append(devices)
        return devices.scanners["eye"]

    yield start
    for devices in made:
        devices.close_all()


@pytest.mark.parametrize(
    ("label", "aim", "raw"),
    [
        (EAN, "]E0", b"4006381333931"),
        (ShownLabel("96385074", "EAN8"), "]E4", b"96385074"),
        (ShownLabel("036000291452", "UPCA"), "]E0", b"0036000291452"),
        (ShownLabel("LOY-000123", "Code128"), "]C0", b"LOY-000123"),
        (TOKEN, "]Q1", "https://loy.example/c/карта-17".encode()),
        (
            ShownLabel("(01)04600439931256(21)JgXJ5.T(93)Mdlr", "Code128", gs1=True, scale=2),
            "]C1",
            b"010460043993125621JgXJ5.T\x1d93Mdlr",
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, ShownLabel) else "",
)
def test_a_picture_file_is_read_as_a_camera_s_frame(camera, tmp_path, ear, label, aim, raw) -> None:
    scanner = camera(save_picture(tmp_path / "label.png", [label]))
    scan = ear.wait(DataEvent).payload
    assert (scan.aim, scan.raw, scan.source) == (aim, raw, "eye")
    assert scanner.health().good_count == 1


def test_a_marking_code_keeps_its_separators(camera, tmp_path, ear) -> None:
    camera(save_picture(tmp_path / "label.jpg", [MARKED]))
    scan = ear.wait(DataEvent).payload
    assert scan.raw == b"010461005314977721" + b"5d/wuU\x1d93dGVz"
    assert scan.symbology == "GS1_DATAMATRIX"


def test_of_two_labels_in_view_the_middle_one_is_meant(camera, tmp_path, ear) -> None:
    path = save_picture(tmp_path / "shelf.png", [MARKED, EAN])
    camera(path)
    assert ear.wait(DataEvent).payload.text == "4006381333931"
    save_picture(path, [ShownLabel("5901234123457")])
    assert ear.wait(DataEvent, 2).payload.text == "5901234123457"
    assert len([e for e in ear.heard if isinstance(e, DataEvent)]) == 2


def test_a_label_turned_upright_is_read_when_the_shop_wants_it(tmp_path) -> None:
    scene = picture([ShownLabel("4006381333931", turned_degrees=90)])
    assert LabelDecoder().labels(scene) == []
    found = LabelDecoder(rotate=True).labels(scene)
    assert [one.frame for one in found] == [b"]E04006381333931"]


def test_a_label_that_stays_in_a_film_is_told_once_and_told_again_when_it_comes_back(
    camera, tmp_path, ear
) -> None:
    film = tmp_path / "counter.avi"
    shots = [[], [EAN], [EAN], [TOKEN], [], [], [EAN]]
    try:
        save_video(film, shots, shot_ms=1000)
    except OSError as none:
        pytest.skip(str(none))
    camera(film, frame_ms=100, gone_ms=700)
    ear.wait(DataEvent, 3)
    texts = [e.payload.text for e in ear.heard if isinstance(e, DataEvent)]
    assert texts == ["4006381333931", "https://loy.example/c/карта-17", "4006381333931"]


def test_a_camera_that_is_pulled_out_is_told_and_found_again(camera, tmp_path, ear) -> None:
    path = save_picture(tmp_path / "label.png", [EAN])
    camera(path)
    ear.wait(DataEvent)
    path.unlink()
    ear.wait(lambda e: isinstance(e, StatusUpdateEvent) and e.power is PowerState.OFF_OFFLINE)
    save_picture(path, [EAN])
    ear.wait(lambda e: isinstance(e, StatusUpdateEvent) and e.power is PowerState.ONLINE, 2)
    ear.wait(DataEvent, 2)


def test_a_camera_that_is_not_there_is_looked_for_and_never_fatal(camera, ear) -> None:
    scanner = camera("/dev/v4l/by-id/no-such-camera")
    event = ear.wait(StatusUpdateEvent)
    assert event.power is PowerState.OFF_OFFLINE
    assert "not plugged in" in (scanner.health().last_error or "")


def test_half_a_picture_is_no_frame_and_no_film_no_camera(tmp_path) -> None:
    whole = save_picture(tmp_path / "label.png", [EAN]).read_bytes()
    cut = tmp_path / "cut.png"
    cut.write_bytes(whole[:10])
    source = FileFrames(cut)
    source.open()
    assert source.frame() is None
    cut.write_bytes(b"")
    assert source.frame() is None
    cut.write_bytes(whole)
    assert source.frame() is not None
    assert source.frame() is None, "it was shown"
    film = tmp_path / "film.avi"
    film.write_bytes(b"no film")
    with pytest.raises(LinkDownError):
        FileFrames(film).open()
    with pytest.raises(LinkDownError):
        FileFrames(film).frame()
    with pytest.raises(LinkDownError):
        FileFrames(tmp_path / "none.png").open()


def test_a_camera_by_number_that_does_not_open_is_a_lost_link() -> None:
    for name in ("77", "/dev/video77"):
        source = frames_of(name)
        assert isinstance(source, DeviceFrames)
        with pytest.raises(LinkDownError):
            source.open()
        with pytest.raises(LinkDownError):
            source.skip()
        source.close()


@pytest.mark.parametrize("formats", [[], ["EAN13", "Runes"]])
def test_a_format_that_no_camera_reads_is_refused_in_the_configuration(formats, ear) -> None:
    table = {"kind": "scanner", "driver": "camera", "formats": formats}
    with pytest.raises(ConfigError):
        build_devices({"device": [table]}, ear)
    with pytest.raises(ValueError, match="unknown formats"):
        LabelDecoder(tuple(formats))


def test_the_libraries_are_not_loaded_before_a_camera_is_used_and_missed_in_plain_words(
    monkeypatch,
) -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import sys, drivers.host; print({*sys.modules} & {*sys.argv})"]
        + ["cv2", "zxingcpp", "numpy", "evdev", "hid", "hidraw"],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert said.stdout.strip() == "set()"
    for name, load in (("cv2", opencv), ("zxingcpp", zxing)):
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(DeviceError, match="extra 'camera'"):
            load()
    with pytest.raises(LinkDownError, match="extra 'camera'"):
        DeviceFrames("0").open()


def test_closing_a_camera_that_reads_a_film_ends_its_thread(camera, tmp_path, ear) -> None:
    path = save_picture(tmp_path / "label.png", [])
    scanner = camera(path)
    ear.wait(StatusUpdateEvent)
    scanner.close()
    until(lambda: scanner.power_state is PowerState.ONLINE)
