"""Design tokens of each theme: colours by meaning. Never a widget and never a layout."""

import tomllib
from collections.abc import Mapping
from functools import cache

from resources import read_text

THEMES = ("light", "dark", "contrast")


@cache
def tokens(theme: str) -> Mapping[str, str]:
    """`{"text": "#10181F", ...}` of a theme; an unknown theme is the light one."""
    name = theme if theme in THEMES else THEMES[0]
    return dict(tomllib.loads(read_text("themes", f"{name}.toml")))
