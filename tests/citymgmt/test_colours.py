"""Colours of the interface: WCAG 2.2 AA on light and dark, and one set of dark values, not two."""

import re
from itertools import product

import pytest
from django.conf import settings

TOKENS = (settings.BASE_DIR / "static/css/tokens.css").read_text(encoding="utf-8")
COLOUR = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")
SETTING = re.compile(r"--[\w-]+: [^;]+;")
BY_WISH = re.search(r':root:not\(\[data-theme="light"\]\) \{(.*?)\}', TOKENS, re.DOTALL)
BY_SWITCH = re.search(r':root\[data-theme="dark"\] \{(.*?)\}', TOKENS, re.DOTALL)
LIGHT = dict(COLOUR.findall(TOKENS.split("@media", maxsplit=1)[0]))
DARK = {**LIGHT, **dict(COLOUR.findall(BY_SWITCH[1] if BY_SWITCH else ""))}
THEMES = {"light": LIGHT, "dark": DARK}
LINES = ("party", "enforcement", "sanitation", "greenery", "municipal")
TEXT = [
    *[(f"{line}-on", f"{line}-solid") for line in LINES],
    *[
        (f"{line}-ink", ground)
        for line in LINES
        for ground in (f"{line}-soft", "surface", "surface-2", "ground")
    ],
    *[(f"lamp-{lamp}", f"lamp-{lamp}-soft") for lamp in ("green", "yellow", "red", "grey")],
    *product(("ink", "ink-2", "ink-3"), ("ground", "surface", "surface-2", "surface-3")),
    *product(("brand-ink", "danger"), ("surface", "ground")),
    *[
        ("brand-on", "brand"),
        ("danger-on", "danger"),
        ("rail-ink", "rail-ground"),
        ("rail-ink-strong", "rail-active"),
    ],
]
SHAPES = [
    ("line-strong", "surface"),
    ("focus", "surface"),
    ("focus", "ground"),
    ("lamp-yellow-mark", "surface"),
]


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2, of a colour like ``#1a2330``."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_text_stands_out_from_its_ground(theme):
    weak = {pair: contrast(*(THEMES[theme][name] for name in pair)) for pair in TEXT}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_borders_focus_and_lamps_stand_out(theme):
    weak = {pair: contrast(*(THEMES[theme][name] for name in pair)) for pair in SHAPES}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 3} == {}


def test_the_switch_and_the_systems_wish_give_the_same_dark():
    assert BY_WISH
    assert BY_SWITCH
    assert SETTING.findall(BY_WISH[1]) == SETTING.findall(BY_SWITCH[1]) != []
