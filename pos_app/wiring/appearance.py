"""How the window was left: language, theme, sizes, volume, letters. Never anything of the shop."""

from dataclasses import asdict, dataclass, fields, replace
from json import JSONDecodeError, dumps, loads
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pos_app.ui.desk import Settings

FILE = "screen.json"
THEME, SCALE_PERCENT = "light", 100


@dataclass(frozen=True, slots=True)
class Appearance:
    """What the command line says of the window; None: as it was left."""

    theme: str | None = None
    scale: float | None = None
    fullscreen: bool = False


def first_look(folder: Path, said: Appearance) -> tuple[str, int]:
    """Theme and scale in percent for the first frame, which waits for nothing else."""
    found = _found(folder)
    theme, percent = found.get("theme"), found.get("scale_percent")
    scale = round(said.scale * 100) if said.scale is not None else None
    return (
        said.theme or (theme if isinstance(theme, str) else THEME),
        scale or (percent if isinstance(percent, int) and percent > 0 else SCALE_PERCENT),
    )


def _found(folder: Path) -> dict[str, Any]:
    try:
        found = loads((folder / FILE).read_text())
    except (OSError, JSONDecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def remembered(folder: Path, language: str, said: Appearance) -> "Settings":
    """As the window was left; a file that is none, or of another release, counts for what fits."""
    from pos_app.ui.desk import Settings  # the first frame does not pay for it

    settings = Settings(language=language)
    found = _found(folder)
    for one in fields(Settings):
        value = found.get(one.name)
        if type(value) is type(getattr(settings, one.name)):
            changed: dict[str, Any] = {one.name: value}
            settings = replace(settings, **changed)
    if said.theme is not None:
        settings = replace(settings, theme=said.theme)
    if said.scale is not None:
        settings = replace(settings, scale_percent=round(said.scale * 100))
    return settings


def remember(folder: Path, settings: "Settings") -> None:
    """Keep them; a folder that cannot be written costs nobody a sale."""
    part = folder / (FILE + ".part")
    try:
        part.write_text(dumps(asdict(settings)))
        part.replace(folder / FILE)
    except OSError:
        return
