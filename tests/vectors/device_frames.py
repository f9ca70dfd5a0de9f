"""device_frames.json: documented frames of counter devices -> what our models make of them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from drivers.fake import ScreenModel
from tests.vectors.outcome import Adapter, Outcome

NO_DRIVER = "no driver yet"


def run(path: Path) -> Iterator[Outcome]:
    for row in json.loads(path.read_text(encoding="utf-8"))["frames"]:
        name = f"{row['device']} {row['model'][:12]} {row['id']}"
        if row["device"] == "display":
            yield Outcome(name, _shown(row))
        else:
            yield Outcome(name, not_modelled=NO_DRIVER)


def _shown(row: dict[str, Any]) -> str:
    """The screen shows the frame's text, and whatever follows is text again."""
    screen = ScreenModel()
    screen.feed(bytes.fromhex(row["hex"]) + b"!")
    if "text" in row and screen.lines[0] != row["text"]:
        return f"shows {screen.lines[0]!r} instead of {row['text']!r}"
    return "" if any("!" in line for line in screen.lines) else "swallows what follows it"


ADAPTER = Adapter("device frames", lambda _, head: '"device_frames/' in head, run)
