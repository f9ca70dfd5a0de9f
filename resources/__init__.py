"""Bytes that travel with the program: fonts, icons, tokens, words. Never knows who reads them."""

import os

_HERE = os.path.dirname(__file__)
"""Files lie beside this one, installed or packaged: a program in a zip is not made."""


def read_bytes(*path: str) -> bytes:
    """The bytes of a packaged file, e.g. `read_bytes("fonts", "Inter-Regular.ttf")`.

    Raises FileNotFoundError where there is none.
    """
    with open(os.path.join(_HERE, *path), "rb") as file:
        return file.read()


def read_text(*path: str) -> str:
    """The UTF-8 text of a packaged file."""
    return read_bytes(*path).decode("utf-8")


def names(folder: str, ending: str) -> tuple[str, ...]:
    """Names (without the ending) of a folder's files that end so, sorted."""
    found = os.listdir(os.path.join(_HERE, folder))
    return tuple(sorted(name.removesuffix(ending) for name in found if name.endswith(ending)))
