"""What scripts, icons and templates name must be there."""

import re

from django.conf import settings

from citymgmt.navigation import DOORS
from citymgmt.words import SCRIPT_WORDS

SCRIPTS = sorted((settings.BASE_DIR / "static/js").glob("*.js"))
SPRITE = (settings.BASE_DIR / "static/img/icons.svg").read_text(encoding="utf-8")
ICONS = set(re.findall(r'<symbol id="([\w-]+)"', SPRITE))
SAID = re.compile(r"""\bsay\(\s*"([^"]+)\"""")
NAMED = re.compile(r'components/icon\.html" with name="([\w-]+)"|\bicon="([\w-]+)"')


def test_every_sentence_a_script_says_is_given_to_it():
    said = {sentence for script in SCRIPTS for sentence in SAID.findall(script.read_text(encoding="utf-8"))}
    assert said
    assert said - SCRIPT_WORDS.keys() == set()


def test_no_sentence_is_sent_to_scripts_in_vain():
    text = "".join(script.read_text(encoding="utf-8") for script in SCRIPTS)
    assert [sentence for sentence in SCRIPT_WORDS if f'"{sentence}"' not in text] == []


def test_every_icon_named_is_drawn():
    templates = (settings.BASE_DIR / "templates").rglob("*.html")
    named = {
        name for t in templates for pair in NAMED.findall(t.read_text(encoding="utf-8")) for name in pair
    }
    assert (named - {""}) | {door.icon for door in DOORS} <= ICONS
