"""Bytes that travel with the program: fonts, icons, tokens, words. Never knows who reads them."""

from importlib.resources import files


def read_bytes(*path: str) -> bytes:
    """The bytes of a packaged file, e.g. `read_bytes("fonts", "Inter-Regular.ttf")`.

    Raises FileNotFoundError where there is none.
    """
    return files("resources").joinpath(*path).read_bytes()


def read_text(*path: str) -> str:
    """The UTF-8 text of a packaged file."""
    return read_bytes(*path).decode("utf-8")


def names(folder: str, ending: str) -> tuple[str, ...]:
    """Names (without the ending) of a folder's files that end so, sorted."""
    found = (entry.name for entry in files("resources").joinpath(folder).iterdir())
    return tuple(sorted(name.removesuffix(ending) for name in found if name.endswith(ending)))
