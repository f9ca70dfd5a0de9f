"""Builds a scanner. Never opens it.

Keys: driver = "serial" | "tcp" | "file" (a link's) | "hid" | "evdev" | "camera" | "wedge"
  all but camera and wedge: encoding, label_ids = "none" | "upos" | "datalogic"
  serial, tcp, file: suffixes_hex, prefix_hex, idle_ms, tail_ms, protocol = "plain" | "ssi"
  hid: port = "" (any HID POS scanner) | usb:VVVV:PPPP[:serial] | path; feature_hex (a report that
    switches the scanner to HID POS: fe01 for some Honeywell), descriptor_hex (in place of a
    device's wrong one, and for replaying a trace of an odd one)
  camera: port = /dev/v4l/by-id/... | number | a picture or video file; formats, rotate, frame_ms,
    gone_ms
  wedge: max_gap_ms, mean_gap_ms, min_keys, prefix_key, prefixed_gap_ms, gs_keys, suffix (the
    window reads these keys; here they are only checked)
  evdev: port = usb:VVVV:PPPP[:serial] | path such as /dev/input/by-id/...; idle_ms, gs_keys
"""

from dataclasses import replace

from drivers.contract import Device
from drivers.contract.wedge import WedgeSettings
from drivers.contract.wedge_setup import settings_of_table
from drivers.registry.keys import Keys
from drivers.registry.workshop import Builder, Workshop, serial_port
from drivers.scanner import (
    KEYBOARD_FRAMING,
    EvdevLink,
    EvdevScanner,
    Framing,
    HidLink,
    HidScanner,
    LabelIds,
    SerialScanner,
    SsiScanner,
    Wanted,
    WedgePlace,
)
from drivers.scanner.camera import KNOWN_FORMATS, CameraScanner, CameraSettings, frames_of

TAIL_MS = 200


def build_scanner(keys: Keys, name: str, workshop: Workshop) -> Device:
    """A scanner, whichever way its labels come."""
    makers: dict[str, Builder] = dict.fromkeys(("serial", "tcp", "file"), _serial)
    makers |= {"hid": _hid, "evdev": _evdev, "camera": _camera, "wedge": _wedge}
    return keys.one_of("driver", makers)(keys, name, workshop)


def _letters(keys: Keys, framing: Framing) -> Framing:
    return replace(
        framing,
        label_ids=keys.one_of("label_ids", {one.value: one for one in LabelIds}, "none"),
        encoding=_encoding(keys),
    )


def _encoding(keys: Keys) -> str:
    name = keys.take("encoding", str, Framing().encoding)
    try:
        "".encode(name)
    except LookupError as unknown:
        raise keys.wrong(f"encoding {name!r} is unknown", "no_encoding", value=name) from unknown
    return name


def _serial(keys: Keys, name: str, workshop: Workshop) -> Device:
    protocols = {"plain": SerialScanner, "ssi": SsiScanner}
    make = keys.one_of("protocol", protocols, "plain")
    usual = Framing()
    framing = _letters(
        keys,
        Framing(
            suffixes=keys.hexes("suffixes_hex", usual.suffixes),
            prefix=keys.hex("prefix_hex"),
            idle_ms=keys.take("idle_ms", int, usual.idle_ms),
            tail_ms=keys.take("tail_ms", int, TAIL_MS),
        ),
    )
    return make(name, workshop.link(keys, name), workshop.listener, framing)


def _hid(keys: Keys, name: str, workshop: Workshop) -> Device:
    source = HidLink(_wanted(keys), keys.hex("feature_hex"))
    own = keys.hex("descriptor_hex")
    link = workshop.traced(name, source)
    framing = _letters(keys, Framing())
    return HidScanner(name, link, workshop.listener, lambda: own or source.descriptor(), framing)


def _evdev(keys: Keys, name: str, workshop: Workshop) -> Device:
    wanted = _wanted(keys)
    if wanted == Wanted():
        raise keys.wrong("port must say which keyboard is the scanner", "which_keyboard")
    idle_ms = keys.take("idle_ms", int, KEYBOARD_FRAMING.idle_ms)
    framing = _letters(keys, replace(KEYBOARD_FRAMING, idle_ms=idle_ms))
    link = workshop.traced(name, EvdevLink(wanted))
    return EvdevScanner(name, link, workshop.listener, framing, _codes(keys, "gs_keys"))


def _camera(keys: Keys, name: str, workshop: Workshop) -> Device:
    usual = CameraSettings()
    formats = keys.take("formats", list, list(usual.formats))
    settings = CameraSettings(
        formats=tuple(str(one) for one in formats),
        rotate=keys.take("rotate", bool, usual.rotate),
        frame_ms=keys.take("frame_ms", int, usual.frame_ms),
        gone_ms=keys.take("gone_ms", int, usual.gone_ms),
    )
    unknown = sorted(set(settings.formats) - KNOWN_FORMATS)
    if unknown or not formats:
        found = ", ".join(unknown) or "none"
        raise keys.wrong(f"formats: {found} cannot be read by a camera", "formats", value=found)
    frames = frames_of(keys.take("port", str, "0"))
    return CameraScanner(name, frames, workshop.listener, settings)


def _wedge(keys: Keys, name: str, workshop: Workshop) -> Device:
    usual = WedgeSettings()
    table: dict[str, object] = {
        "max_gap_ms": keys.take("max_gap_ms", int, usual.max_gap_ms),
        "mean_gap_ms": keys.take("mean_gap_ms", int, usual.mean_gap_ms),
        "min_keys": keys.take("min_keys", int, usual.min_keys),
        "prefixed_gap_ms": keys.take("prefixed_gap_ms", int, usual.prefixed_gap_ms),
        "gs_keys": sorted(_codes(keys, "gs_keys")),
        "suffix": keys.one_of("suffix", {word: word for word in ("any", "enter", "tab")}, "any"),
    }
    if prefix := keys.take("prefix_key", int, 0):
        table["prefix_key"] = prefix
    try:
        settings_of_table(table)
    except ValueError as bad:
        raise keys.wrong(str(bad)) from bad
    return WedgePlace(name, workshop.listener)


def _wanted(keys: Keys) -> Wanted:
    return Wanted.of(serial_port(keys) if keys.has("port") else keys.take("port", str, ""))


def _codes(keys: Keys, key: str) -> frozenset[int]:
    """A list of key codes, as numbers or as a form writes numbers."""
    codes = [int(one) if str(one).isdecimal() else one for one in keys.take(key, list, [])]
    if not all(isinstance(code, int) and not isinstance(code, bool) for code in codes):
        raise keys.wrong(f"{key} must be a list of key codes", "key_codes", key=key)
    return frozenset(codes)
