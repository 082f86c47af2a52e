"""The sentences of the inbox, by kind; ``facts`` fill them in, in the reader's language. Pure."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

TEXTS = {
    "task": _("Case %(number)s waits for you: %(stage)s. %(what)s %(where)s"),
    "taken": _("Case %(number)s is not your task any more; it went to somebody else. %(what)s %(where)s"),
    "pool": _("Case %(number)s stands in the pool: %(stage)s, and nobody has it. %(what)s %(where)s"),
    "verified": _("Your report %(number)s was verified and filed. %(what)s %(where)s"),
    "rejected": _("Your report %(number)s was not filed: %(reason)s."),
    "closed": _("Your report %(number)s is done. %(what)s %(where)s"),
    "looks": _("One person looked up who reported %(count)s times within an hour. Look at who and why."),
    "forget_asked": _("Whoever reported case %(number)s asks to be forgotten. Do it once the case is done."),
    "transferred": _("Your report %(number)s was passed on to the body in charge of it."),
    "merged": _(
        "Your report %(number)s was joined with another of the same thing; you will hear of its end."
    ),
    "voided": _("Your report %(number)s was taken off the list."),
    "reopened": _("Your report %(number)s was taken up again. %(what)s %(where)s"),
    "asked": _("Case %(number)s: something is asked that you decide. %(what)s %(where)s"),
    "granted": _("Case %(number)s: what you asked for was granted."),
    "refused": _("Case %(number)s: what you asked for was refused."),
    "supervised": _("Case %(number)s is being supervised. %(what)s %(where)s"),
    "replied": _("Case %(number)s: the supervision was answered."),
    "reminded": _("Case %(number)s: you are reminded of it. %(stage)s. %(what)s %(where)s"),
    "called": _("Case %(number)s: you are asked to come to the place within two days. %(what)s %(where)s"),
    "arrived": _("Case %(number)s: whom you called to the place has come."),
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
