"""Cases chosen for a step on many, as page and API name them. Pure.

A pick is ``{"number", "version"}``, the case in the version it was seen in; for plans from templates with
``"template": {"id", "version"}`` beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.errors import BadInput

MOST = 200
_LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Pick:
    """One case as it was chosen; the template is (id, version), or None."""

    number: str
    version: int
    template: tuple[int, int] | None = None

    @property
    def ref(self) -> str:
        """How a form names it: "5001…:3", or "5001…:3:12:1" with a template."""
        return ":".join(map(str, (self.number, self.version, *(self.template or ()))))


def picks_of(raw: object) -> list[Pick]:
    """The picks in a request, each case once.

    Raises:
        BadInput: none, more than 200, or not picks at all.
    """
    if not isinstance(raw, list) or not all(isinstance(one, Mapping) for one in raw):
        raise BadInput(_("Name the cases as a list of number and version."), field="cases")
    if not raw:
        raise BadInput(_("Choose at least one case."), field="cases")
    if len(raw) > MOST:
        raise BadInput(
            _("At most %(most)d cases go together; you chose %(count)d. Choose fewer.")
            % {"most": MOST, "count": len(raw)},
            field="cases",
        )
    picks = [_pick(one) for one in raw]
    return list({pick.number: pick for pick in picks}.values())


def _pick(raw: Mapping[str, Any]) -> Pick:
    number, version = str(raw.get("number", "")), _count(raw.get("version"))
    if not (number.isascii() and number.isdigit() and len(number) == 19) or version is None:
        raise BadInput(_("Name each case by its number and the version you saw."), field="cases")
    named = raw.get("template")
    if named is None:
        return Pick(number, version)
    pair = named if isinstance(named, Mapping) else {}
    template, of = _count(pair.get("id")), _count(pair.get("version"))
    if template is None or of is None:
        raise BadInput(_("A template is named by its id and its version."), field="cases")
    return Pick(number, version, (template, of))


def _count(value: object) -> int | None:
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) < 11):
        return None
    return int(text) if int(text) <= _LARGEST else None


def typed_picks(post: QueryDict) -> list[dict[str, Any]]:
    """The ticked boxes of a form as raw picks; ``template_<number>`` beside a box names its template."""
    return [_typed(ref, post) for ref in post.getlist("case")]


def _typed(ref: str, post: QueryDict) -> dict[str, Any]:
    number, _colon, rest = ref.partition(":")
    version, _colon, template = rest.partition(":")
    template = template or post.get(f"template_{number}", "")
    raw: dict[str, Any] = {"number": number, "version": version}
    if template:
        row, _colon, of = template.partition(":")
        raw["template"] = {"id": row, "version": of}
    return raw


def raw_picks(picks: Iterable[Pick]) -> list[dict[str, Any]]:
    """Picks as the services take them."""
    return [
        {"number": p.number, "version": p.version}
        | ({"template": {"id": p.template[0], "version": p.template[1]}} if p.template else {})
        for p in picks
    ]
