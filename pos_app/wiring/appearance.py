"""How the window was left: language, theme, size of text, volume. Never anything of the shop."""

from dataclasses import asdict, dataclass, fields, replace
from json import JSONDecodeError, dumps, loads
from pathlib import Path

from pos_app.ui.desk import Settings

FILE = "screen.json"


@dataclass(frozen=True, slots=True)
class Appearance:
    """What the command line says of the window; None: as it was left."""

    theme: str | None = None
    scale: float | None = None
    fullscreen: bool = False


def remembered(folder: Path, language: str, said: Appearance) -> Settings:
    """As the window was left; a file that is none, or of another release, counts for what fits."""
    settings = Settings(language=language)
    try:
        found = loads((folder / FILE).read_text())
    except (OSError, JSONDecodeError, UnicodeDecodeError):
        found = {}
    for one in fields(Settings) if isinstance(found, dict) else ():
        value = found.get(one.name)
        if type(value) is type(getattr(settings, one.name)):
            settings = replace(settings, **{one.name: value})
    if said.theme is not None:
        settings = replace(settings, theme=said.theme)
    if said.scale is not None:
        settings = replace(settings, scale_percent=round(said.scale * 100))
    return settings


def remember(folder: Path, settings: Settings) -> None:
    """Keep them; a folder that cannot be written costs nobody a sale."""
    part = folder / (FILE + ".part")
    try:
        part.write_text(dumps(asdict(settings)))
        part.replace(folder / FILE)
    except OSError:
        return
