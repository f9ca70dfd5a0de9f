"""Builds a scanner. Never opens it.

Keys: driver (a link's), suffixes_hex, prefix_hex, idle_ms, label_ids, encoding.
"""

from drivers.contract import Device
from drivers.registry.keys import Keys
from drivers.registry.workshop import Workshop
from drivers.scanner import Framing, LabelIds, SerialScanner


def build_scanner(keys: Keys, name: str, workshop: Workshop) -> Device:
    """A scanner on a byte link."""
    usual = Framing()
    framing = Framing(
        suffixes=keys.hexes("suffixes_hex", usual.suffixes),
        prefix=keys.hex("prefix_hex"),
        idle_ms=keys.take("idle_ms", int, usual.idle_ms),
        label_ids=keys.one_of("label_ids", {one.value: one for one in LabelIds}, "none"),
        encoding=keys.take("encoding", str, usual.encoding),
    )
    return SerialScanner(name, workshop.link(keys, name), workshop.listener, framing)
