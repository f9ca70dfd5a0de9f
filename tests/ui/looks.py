"""The looks that a screen is tried in: both languages, both widths of a counter, all themes."""

from itertools import product

import pytest

from resources.themes import THEMES
from resources.words import LANGUAGES

LOOKS = [
    {"language": language, "width": width, "theme": theme}
    for language, width, theme in product(LANGUAGES, (1024, 1366), THEMES)
]
in_every_look = pytest.mark.parametrize(
    "look", LOOKS, ids=lambda one: "-".join(map(str, one.values()))
)
