"""What the first start leaves in the data folder: the server's address, and whether it is finished.

Never a secret, never a fact of the shop.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "first-run.json"
TILL_FILE = "till.db"


@dataclass(frozen=True, slots=True)
class FirstPlace:
    """`server`: as typed by whoever set the till up. A folder without the file was set up before
    there was an assistant, or by `kopilka enrol`: there is nothing to finish."""

    server: str = ""
    is_finished: bool = True


def first_place(folder: Path) -> FirstPlace:
    """As it was left; a file that cannot be read counts as none."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return FirstPlace(str(found["server"]), bool(found["is_finished"]))
    except (OSError, ValueError, KeyError, TypeError):
        return FirstPlace()


def keep(folder: Path, place: FirstPlace) -> None:
    """Durable before this returns."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{FILE}.part"
    with part.open("w", encoding="utf-8") as file:
        json.dump(asdict(place), file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / FILE)


def wants_assistant(folder: Path) -> bool:
    """Whether this folder holds nothing yet, or its first start was never finished.

    Looks at names only: a till that is one must not wait for the answer.
    """
    return not first_place(folder).is_finished or not (folder / TILL_FILE).exists()
