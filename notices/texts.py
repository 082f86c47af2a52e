"""The sentences of the inbox, by kind; ``facts`` fill them in, in the reader's language. Pure."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

TEXTS = {
    "task": _("Case %(number)s waits for you: %(stage)s. %(what)s %(where)s"),
    "verified": _("Your report %(number)s was verified and filed. %(what)s %(where)s"),
    "rejected": _("Your report %(number)s was not filed: %(reason)s."),
    "closed": _("Your report %(number)s is done. %(what)s %(where)s"),
}


# Codes among the facts that a higher room translates: fact name → code → word.
_WORDS: dict[str, Mapping[str, object]] = {}


def words_register(fact: str, words: Mapping[str, object]) -> None:
    """Let the fact ``<fact>_code`` be shown as ``<fact>`` in the reader's words."""
    _WORDS[fact] = words


def text_of(kind: str, facts: Mapping[str, Any]) -> str:
    """A notice's sentence; facts that are missing are left out."""
    shown = dict(facts)
    for fact, words in _WORDS.items():
        shown[fact] = str(words.get(facts.get(f"{fact}_code", ""), ""))
    return (str(TEXTS[kind]) % _Lenient(shown)).strip()


class _Lenient(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""
