"""Which keys a device's table may have, found by reading it as its builder does. Builds nothing.

So a settings form needs no second list of keys that could differ from what the builders read.
"""

from collections.abc import Mapping
from typing import Any

from drivers.config_file import ConfigError
from drivers.contract import DeviceKind
from drivers.registry.build import BUILDERS, KNOWN, add_tolerantly
from drivers.registry.device_set import DeviceSet
from drivers.registry.keys import Keys
from drivers.registry.workshop import Workshop


def fields_of_table(table: Mapping[str, Any], others: list[dict[str, Any]]) -> dict[str, Any]:
    """`{"fields": [{"key", "type", "default", "choices"}], "fault": sentence or None, "words"}`.

    `type`: text, number, flag, list. `others`: the tables of the devices it may hang on. Keys that
    come after the first fault are not known yet: they appear when it is mended. `words`: the
    fault as a screen says it, {} where it has no words.
    """
    keys = Keys(table)
    fault, words = None, dict[str, str]()
    try:
        kind = keys.one_of("kind", KNOWN)
        _read(kind, keys, table, others)
    except ConfigError as bad:
        fault, words = str(bad), bad.words
    found = [one.to_json() for one in keys.asked if one.key != "kind"]
    return {"fields": found, "fault": fault, "words": words}


def kinds() -> list[str]:
    """The kinds that can be built."""
    return [kind.value for kind in BUILDERS]


def _read(
    kind: DeviceKind, keys: Keys, table: Mapping[str, Any], others: list[dict[str, Any]]
) -> None:
    devices = DeviceSet()
    add_tolerantly(devices, [one for one in others if one != table], _nobody)
    name = keys.take("name", str, kind.value)
    BUILDERS[kind](keys, name, Workshop(devices, _nobody))
    keys.finish()


def _nobody(_event: object) -> None:
    """What is built only to be asked has nobody to tell."""
