"""The one file in which a till's devices stand: read whole, written whole or not at all.

Never opens a device; other tables of the file (`lan`) are kept as they are.
"""

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

HEADER = "# The devices of this till. Written by the settings screen; may be edited by hand.\n"


DEVICE, LAN = "device", "lan"
TOP_KEYS = (DEVICE, LAN)
"""What may stand at the top of the file: a list of tables, and the other tills of the store."""


class ConfigError(ValueError):
    """A configuration that cannot be used; the message names the device and the key.

    `words`: the same for a screen: {"word": "unknown_key", "device": ..., ...}; {} for none.
    """

    def __init__(self, message: str, word: str = "", /, **parts: str) -> None:
        super().__init__(message)
        self.words: dict[str, str] = {"word": word, **parts} if word else {}


def read_config(path: Path) -> dict[str, Any]:
    """TOML, or JSON by its ending; {} when there is no file. Raises ConfigError with the place."""
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if path.suffix == ".json" else _toml(text)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as bad:  # both decoders' errors are ValueErrors
        raise ConfigError(f"{path.name} cannot be read: {bad}") from bad
    if not isinstance(found, dict):
        raise ConfigError(f"{path.name} is not a table")
    return found


def _toml(text: str) -> dict[str, Any]:
    import tomllib  # a till without such a file does not pay for it at each start

    return tomllib.loads(text)


def strays(config: Mapping[str, Any], path: Path | None = None) -> dict[str, str]:
    """Keys at the top that nobody reads -> a sentence with the file's line and what was meant."""
    return {key: _stray(key, path) for key in config if key not in TOP_KEYS}


def _stray(key: str, path: Path | None) -> str:
    from difflib import get_close_matches  # for a mistake in the file only

    near = get_close_matches(key.lower(), TOP_KEYS, 1)
    meant = {DEVICE: "[[device]]", LAN: "[lan]"}
    said = f"; did you mean {meant[near[0]]}?" if near else "; it may have [[device]] and [lan]"
    return f"{_place(key, path)}unknown key {key!r}{said}"


def _place(key: str, path: Path | None) -> str:
    """`devices.toml, line 3: `, as far as it can be found again."""
    if path is None:
        return ""
    own = re.escape(key)
    head = re.compile(rf"""\s*(\[+\s*)?["']?{own}["']?\s*[\].=:]""")
    with suppress(OSError, UnicodeDecodeError):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if head.match(line):
                return f"{path.name}, line {number}: "
    return f"{path.name}: "


def device_tables(config: Mapping[str, Any], path: Path | None = None) -> list[dict[str, Any]]:
    """The list under `device`; raises ConfigError when it is none, with its line in `path`."""
    tables = config.get("device", [])
    if not isinstance(tables, list) or not all(isinstance(one, Mapping) for one in tables):
        where = _place(DEVICE, path)
        raise ConfigError(f"{where}device must be a list of tables: [[device]], one a device")
    return [dict(one) for one in tables]


def names_and_kinds(config: Mapping[str, Any]) -> dict[str, str]:
    """Device name -> kind in the order of the file; the kind is the name of one without.

    A key that nobody reads stands among them, as a device of unknown kind with its fault.
    """
    found: dict[str, str] = {}
    for table in device_tables(config):
        kind = str(table.get("kind", "unknown"))
        found[str(table.get("name") or kind)] = kind
    return found | dict.fromkeys(strays(config), "unknown")


def write_config(path: Path, config: Mapping[str, Any]) -> None:
    """Replaces the file at once; the former one stays beside it as `<name>.before`."""
    whole = json.dumps(config, ensure_ascii=False, indent=2) + "\n"
    text = whole if path.suffix == ".json" else HEADER + to_toml(config)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}-", suffix=".tmp")
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        path.with_name(f"{path.name}.before").write_bytes(path.read_bytes())
    Path(name).replace(path)


def to_toml(config: Mapping[str, Any]) -> str:
    """Tables, lists of tables, and plain values in them; ConfigError for anything else."""
    return "\n".join(_lines(config, "")).strip("\n") + "\n"


def _lines(table: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for key, value in table.items():
        if not _is_table(value) and not _is_tables(value):
            yield f"{_key(key)} = {_value(value)}"
    for key, value in table.items():
        if _is_table(value):
            yield ""
            yield f"[{prefix}{_key(key)}]"
            yield from _lines(value, f"{prefix}{_key(key)}.")
        elif _is_tables(value):
            for one in value:
                yield ""
                yield f"[[{prefix}{_key(key)}]]"
                yield from _lines(one, f"{prefix}{_key(key)}.")


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, Mapping) for v in value)


def _key(key: str) -> str:
    plain = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if plain else _quoted(key)


def _quoted(text: str) -> str:
    """Every escape of JSON is one of TOML; DEL has to be escaped in TOML alone."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(one) for one in value)}]"
    raise ConfigError(f"{value!r} has no place in a configuration")
