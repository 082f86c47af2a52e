"""Translations are compiled in pure Python, once per change."""

import gettext
import os

from citymgmt.local.messages import compile_messages

PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Grid"\nmsgstr "网格"\n'


def test_a_catalogue_is_compiled_when_new_or_changed_and_not_otherwise(tmp_path):
    po = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True)
    po.write_text(PO, encoding="utf-8")
    mo = po.with_suffix(".mo")

    assert compile_messages(tmp_path) == [mo]
    with mo.open("rb") as handle:
        assert gettext.GNUTranslations(handle).gettext("Grid") == "网格"
    assert compile_messages(tmp_path) == []

    later = mo.stat().st_mtime_ns + 1_000_000_000
    os.utime(po, ns=(later, later))
    assert compile_messages(tmp_path) == [mo]
    assert [path.name for path in po.parent.iterdir() if "part" in path.name] == []
