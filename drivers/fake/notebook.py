"""Where a simulated counter writes down what must outlive it: one file for each of its extras.

Never half a file: a new one takes the place of the former whole.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any


class Notebook:
    """JSON files of a folder, by the name of the extra."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def read(self, name: str) -> Any:
        """What was written last; None when nothing was. Decimals come back as they were."""
        path = self._path(name)
        if not path.exists():
            return None
        return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)

    def write(self, name: str, kept: object) -> None:
        """Instead of what was written before."""
        path = self._path(name)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(kept, default=_number, ensure_ascii=False), encoding="utf-8")
        part.replace(path)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"


def _number(value: object) -> float:
    """A Decimal as a number of the file: read again, its shortest digits are the Decimal."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{value!r} is not kept")
