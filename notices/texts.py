"""The sentences of notices, by kind; ``facts`` fill them in, in the reader's language. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from notices.kinds import kind_of
from notices.quiet import CITY

# Codes among the facts that a higher room translates: fact name → code → word.
_WORDS: dict[str, Mapping[str, object]] = {}


def words_register(fact: str, words: Mapping[str, object]) -> None:
    """Let the fact ``<fact>_code`` be shown as ``<fact>`` in the reader's words."""
    _WORDS[fact] = words


def text_of(kind: str, facts: Mapping[str, Any]) -> str:
    """A notice's sentence; facts that are missing are left out. ``due`` is an ISO moment."""
    return (str(kind_of(kind).text) % _Lenient(_shown(facts, "%Y-%m-%d %H:%M"))).strip()


def title_of(kind: str) -> str:
    """A kind's heading, a few words."""
    return str(kind_of(kind).title)


def short_of(kind: str, facts: Mapping[str, Any]) -> str:
    """One line for a group chat: heading, number, stage, what, deadline; never where or who."""
    shown = _shown(facts, "%m-%d %H:%M")
    head = f"{title_of(kind)} {shown.get('number', '')}".strip()
    more = " · ".join(str(shown[name]) for name in ("stage", "what", "due") if shown.get(name))
    return f"{head}（{more}）" if more else head


def _shown(facts: Mapping[str, Any], moments: str) -> dict[str, Any]:
    shown = dict(facts)
    for fact, words in _WORDS.items():
        shown[fact] = str(words.get(facts.get(f"{fact}_code", ""), ""))
    if due := facts.get("due"):
        shown["due"] = datetime.fromisoformat(str(due)).astimezone(CITY).strftime(moments)
    return shown


class _Lenient(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""
