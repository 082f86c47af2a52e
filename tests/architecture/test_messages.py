"""Every sentence in the code is there in Chinese."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.utils.translation.template import templatize

from tests.architecture import sources

PO = sources.ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
Key = tuple[str | None, str]
# Name of the call → where context and message stand among its arguments.
CALLS: dict[str, tuple[int | None, int]] = {
    "_": (None, 0), "gettext": (None, 0), "gettext_lazy": (None, 0), "gettext_noop": (None, 0),
    "ngettext": (None, 0), "ngettext_lazy": (None, 0),
    "pgettext": (0, 1), "pgettext_lazy": (0, 1), "npgettext": (0, 1), "npgettext_lazy": (0, 1),
}  # fmt: skip
CALL_IN_TEMPLATE = re.compile(rf"\b({'|'.join(CALLS)})\(")


def key_of(call: ast.Call) -> Key | None:
    """Context and message of a translation call; None when it is no such call or has no literal."""
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name not in CALLS:
        return None
    context_at, message_at = CALLS[name]
    literals = [arg.value if isinstance(arg, ast.Constant) else None for arg in call.args]
    if len(literals) <= message_at or not isinstance(literals[message_at], str):
        return None
    context = literals[context_at] if context_at is not None else None
    return (str(context) if context else None, str(literals[message_at]))


def keys_in_python(tree: ast.AST) -> Iterator[Key]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (key := key_of(node)):
            yield key


def keys_in_template(text: str, origin: str) -> Iterator[Key]:
    """Django turns a template into something call-like; read each call up to its own closing bracket."""
    code = templatize(text, origin=origin)
    for match in CALL_IN_TEMPLATE.finditer(code):
        for end in (found.end() for found in re.finditer(r"\)", code[match.start() :])):
            try:
                call = ast.parse(code[match.start() : match.start() + end], mode="eval").body
            except SyntaxError:
                continue
            if isinstance(call, ast.Call) and (key := key_of(call)):
                yield key
            break


def keys_of(path: Path) -> set[Key]:
    if path.suffix == ".py":
        return set(keys_in_python(sources.tree(path)))
    return set(keys_in_template((sources.ROOT / path).read_text(encoding="utf-8"), str(path)))


@pytest.fixture(scope="module")
def catalogue() -> dict[Key, polib.POEntry]:
    return {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(PO)) if not entry.obsolete}


def test_every_sentence_is_translated(catalogue):
    used = [path for path in sources.python_files() if path.parts[0] not in {"tests", "scripts"}]
    missing = {
        key: str(path)
        for path in [*used, *sources.templates()]
        for key in keys_of(path)
        if key not in catalogue or not catalogue[key].translated()
    }
    assert missing == {}


def test_no_translation_is_a_guess(catalogue):
    assert [entry.msgid for entry in catalogue.values() if entry.fuzzy] == []


def test_placeholders_survive_translation(catalogue):
    placeholder = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
    broken = [
        entry.msgid
        for entry in catalogue.values()
        if entry.translated()
        for given in ([entry.msgstr] if not entry.msgid_plural else entry.msgstr_plural.values())
        if set(placeholder.findall(given)) != set(placeholder.findall(entry.msgid_plural or entry.msgid))
    ]
    assert broken == []


def test_sentences_are_found_in_code_and_in_templates():
    code = 'a = _("One")\nb = pgettext_lazy("street", "Two")\nc = ngettext("%d day", "%d days", n)\n'
    assert set(keys_in_python(ast.parse(code))) == {(None, "One"), ("street", "Two"), (None, "%d day")}
    page = (
        '{% load i18n %}{% translate "Say (now)" %}{% translate "May" context "month" %}'
        "{% blocktranslate trimmed count n=n %}{{ n }} case{% plural %}{{ n }} cases{% endblocktranslate %}"
    )
    assert set(keys_in_template(page, "page.html")) == {
        (None, "Say (now)"),
        ("month", "May"),
        (None, "%(n)s case"),
    }
