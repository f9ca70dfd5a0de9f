"""A zip for support: texts that were scrubbed, under plain names. Never personal data, never a key.

What goes into it is chosen by who packs; here every text loses what could be a phone, a card, an
address of mail or a name in another alphabet.
"""

import json
import platform
import sys
import zipfile
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pos_app.gear.logs import scrub


def pack(target: Path, parts: Mapping[str, str]) -> list[str]:
    """Write the zip; the names in it."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(parts.items()):
            archive.writestr(name, text)
    return sorted(parts)


def as_json(value: Any) -> str:
    """Indented, every text in it scrubbed."""
    return json.dumps(_plain(value), indent=2, sort_keys=True, ensure_ascii=True) + "\n"


def as_lines(lines: Iterable[str]) -> str:
    """One a line, scrubbed."""
    return "".join(f"{scrub(line)}\n" for line in lines)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, Mapping):
        return {scrub(str(name)): _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def system(libraries: Iterable[str]) -> dict[str, Any]:
    """Versions of the program, of Python, of libraries and of the system; no name of a machine."""
    return {
        "program": {name: _version(name) for name in libraries},
        "python": sys.version.split()[0],
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
