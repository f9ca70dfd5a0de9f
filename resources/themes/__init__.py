"""Design tokens of each theme: colours by meaning. Never a widget and never a layout."""

from collections.abc import Mapping
from functools import cache

from resources import read_text
from resources.words.reading import words_of

THEMES = ("light", "dark", "contrast")


@cache
def tokens(theme: str) -> Mapping[str, str]:
    """`{"text": "#10181F", ...}` of a theme; an unknown theme is the light one."""
    name = theme if theme in THEMES else THEMES[0]
    return words_of(read_text("themes", f"{name}.toml"))
