"""Tokens have the contrast that was promised; fonts have the letters; icons are ours to ship."""

import pytest

from resources import names, read_bytes, read_text
from resources.themes import THEMES, tokens

TEXT, SECONDARY, FOCUS = 7.0, 4.5, 3.0
PAIRS = (
    ("text", "background", TEXT),
    ("text", "surface", TEXT),
    ("text", "raised", TEXT),
    ("text", "selection", TEXT),
    ("text", "accent_soft", TEXT),
    ("text", "pressed", TEXT),
    ("secondary", "background", SECONDARY),
    ("secondary", "surface", SECONDARY),
    ("secondary", "raised", SECONDARY),
    ("secondary", "selection", SECONDARY),
    ("accent", "surface", SECONDARY),
    ("accent_text", "accent", SECONDARY),
    ("pay_text", "pay", SECONDARY),
    ("pay_text", "pay_pressed", SECONDARY),
    ("good", "surface", SECONDARY),
    ("good", "selection", SECONDARY),
    ("good", "good_soft", SECONDARY),
    ("warning", "surface", SECONDARY),
    ("warning", "selection", SECONDARY),
    ("warning", "warning_soft", SECONDARY),
    ("error", "surface", SECONDARY),
    ("error", "error_soft", SECONDARY),
    ("points", "surface", SECONDARY),
    ("points", "points_soft", SECONDARY),
    ("text", "error_soft", TEXT),
    ("text", "good_soft", TEXT),
    ("text", "warning_soft", TEXT),
    ("text", "points_soft", TEXT),
    ("focus", "background", FOCUS),
    ("focus", "surface", FOCUS),
    ("focus", "raised", FOCUS),
    ("edge", "surface", FOCUS),
    ("edge", "background", FOCUS),
    ("pay", "surface", FOCUS),
)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_contrast_is_what_was_promised(theme, ink, ground, least):
    shown = tokens(theme)
    assert contrast(shown[ink], shown[ground]) >= least


def test_every_theme_has_every_token():
    assert {frozenset(tokens(theme)) for theme in THEMES} == {frozenset(tokens("light"))}


def test_an_unknown_theme_is_the_light_one():
    assert tokens("plaid") == tokens("light")


def test_fonts_and_icons_carry_their_licences():
    assert "SIL Open Font License" in read_text("fonts", "Inter-LICENSE.txt")
    assert "SIL Open Font License" in read_text("fonts", "JetBrainsMono-LICENSE.txt")
    assert "ISC License" in read_text("icons", "LICENSE.txt")


@pytest.mark.parametrize("name", names("icons", ".svg"))
def test_icons_take_the_colour_of_a_token(name):
    assert "currentColor" in read_text("icons", f"{name}.svg")


def test_fonts_are_whole_files():
    for name in names("fonts", ".ttf"):
        assert read_bytes("fonts", f"{name}.ttf")[:4] == b"\x00\x01\x00\x00"
