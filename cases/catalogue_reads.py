"""Reads of classes and filing conditions for their configuration pages and export.

Classes, conditions, limits and tracks are the city's own and hold in every district of an
installation. Administrators of any district may change them; stations and bureaus, whose plans rest
on them, may read them. Who changed what stands in the history of the class.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.roles import Line, May
from cases.models import CaseClass, FilingCondition
from cases.workflow import Track
from core.errors import NotAllowed, NotFound, Sentence
from core.models import AuditEntry
from grids.access import Access
from grids.permissions import check_may_configure

READERS = (May.CONFIGURE, May.DRAFT_STANDING_PLAN, May.APPROVE_STANDING_PLAN)
HIGHEST_SEQ = 32767  # the widest a small number column is on both engines


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a class's history: what, when, who, and the facts in words."""

    label: str
    at: datetime
    who: str
    text: str


def check_may_read(access: Access) -> None:
    """Refuse whoever neither configures nor plans.

    Raises:
        NotAllowed: none of the roles that read the catalogue is held anywhere.
    """
    if not any(access.may(ability) for ability in READERS):
        raise NotAllowed(_("Classes and limits are for administrators, the district station and the bureau."))


def may_edit(access: Access) -> bool:
    """Whether this person is administrator of any district."""
    return access.may(May.CONFIGURE)


def classes_found(
    access: Access, *, q: str = "", kind: str = "", major: str = "", line: str = "", active: str = ""
) -> QuerySet[CaseClass]:
    """Classes with all their conditions, narrowed; ``major`` is kind and number ("matter-06").

    ``active`` "yes" or "no"; ``q`` finds names in both languages and the beginning of a code or key.
    """
    check_may_read(access)
    conditions = Prefetch("conditions", FilingCondition.objects.order_by("seq"))
    rows = CaseClass.objects.prefetch_related(conditions)
    if words := q.replace("\x00", "").strip()[:60]:
        bare = words.lower().removeprefix("component-").removeprefix("matter-")
        named = Q(name__icontains=words) | Q(name_en__icontains=words) | Q(major__icontains=words)
        rows = rows.filter(named | Q(code__startswith=bare))
    if major:
        of_kind, _dash, number = major.partition("-")
        rows = rows.filter(kind=of_kind, major_code=number)
    simple = {"kind": kind, "line": line}
    rows = rows.filter(**{name: value for name, value in simple.items() if value})
    return rows.filter(active=active == "yes") if active else rows


def majors() -> list[tuple[str, str]]:
    """The major classes as choices, in the order of the standard."""
    rows = CaseClass.objects.order_by("kind", "major_code").values_list("kind", "major_code", "major")
    return [(f"{kind}-{code}", f"{code} {name}") for kind, code, name in rows.distinct()]


def class_seen(access: Access, key: str) -> CaseClass:
    """One class by its key, with all conditions.

    Raises:
        NotAllowed: not a reader. NotFound: no such class.
    """
    kind, _dash, code = key.partition("-")
    row = classes_found(access).filter(kind=kind, code=code).first()
    if row is None:
        raise NotFound(_("There is no such class."))
    return row


def condition_to_edit(access: Access, key: str, seq: int) -> FilingCondition:
    """One condition with its class, for those who may change it.

    Raises:
        NotAllowed: not an administrator. NotFound: no such condition.
    """
    check_may_configure(access)
    kind, _dash, code = key.partition("-")
    rows = FilingCondition.objects.select_related("case_class")
    row = rows.filter(case_class__kind=kind, case_class__code=code, seq=min(seq, HIGHEST_SEQ)).first()
    if row is None:
        raise NotFound(_("This class has no such filing condition."))
    return row


def class_facts(row: CaseClass) -> dict[str, Any]:
    """What can be changed of a class, as it stands."""
    return {"line": row.line, "active": row.active}


def condition_facts(row: FilingCondition) -> dict[str, Any]:
    """What can be changed of a condition, as it stands."""
    return {
        "limit_value": row.limit_value,
        "limit_unit": row.limit_unit,
        "track": row.track,
        "active": row.active,
    }


def as_shown(facts: Mapping[str, Any]) -> dict[str, str]:
    """Facts as a form carries them: text, with "yes" and "no"."""
    words = {True: "yes", False: "no"}
    return {name: words[v] if isinstance(v, bool) else str(v) for name, v in facts.items()}


def history_of(row: CaseClass) -> list[Change]:
    """The last thirty changes of a class and its conditions, newest first."""
    subjects = Q(subject=f"class:{row.key}") | Q(subject__startswith=f"condition:{row.key}/")
    rows = AuditEntry.objects.filter(subjects).select_related("actor").order_by("-at", "-pk")
    return [_change(entry) for entry in rows[:30]]


def _change(entry: AuditEntry) -> Change:
    seq = entry.subject.partition("/")[2]
    label = _("Filing condition %(seq)s changed") % {"seq": seq} if seq else _("Class changed")
    old, new = _words(entry.before), _words(entry.after)
    moved = [name for name, text in new.items() if old.get(name) != text]
    lines = [f"{_NAMES[name]}: {old.get(name, '—')} → {new[name]}" for name in moved]
    return Change(str(label), entry.at, str(entry.actor or _("The system")), "\n".join(lines))


_NAMES: dict[str, Sentence] = {
    "line": _("Line of work"), "limit": _("Limit"), "track": _("Default track"), "active": _("Use"),
}  # fmt: skip


def _words(facts: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    if "line" in facts:
        found["line"] = str(Line(facts["line"]).label)
    if "limit_value" in facts:
        found["limit"] = _limit(facts["limit_value"], facts["limit_unit"])
    if "track" in facts:
        found["track"] = str(Track(facts["track"]).label)
    if "active" in facts:
        found["active"] = str(_("In use") if facts["active"] else _("Out of use"))
    return found


def limit_words(row: FilingCondition) -> str:
    """How long handling may take: "4 working hours"."""
    return _limit(row.limit_value, row.limit_unit)


def _limit(n: int, unit: str) -> str:
    units = FilingCondition.Unit
    words = {
        units.WORKING_HOUR: ngettext("%(n)d working hour", "%(n)d working hours", n),
        units.WORKING_DAY: ngettext("%(n)d working day", "%(n)d working days", n),
        units.CONTINUOUS_HOUR: ngettext("%(n)d continuous hour", "%(n)d continuous hours", n),
        units.CONTINUOUS_DAY: ngettext("%(n)d continuous day", "%(n)d continuous days", n),
    }
    return words[units(unit)] % {"n": n}


_COLUMNS = (
    "kind", "code", "major_code", "major", "name", "name_en", "origin", "line", "active", "seq",
    "filing_condition", "closing_condition", "limit_value", "limit_unit", "basis", "track",
    "condition_active",
)  # fmt: skip


def catalogue_table(access: Access) -> Iterator[Iterable[Any]]:
    """Head and rows of the export of the whole catalogue, a row for each filing condition.

    Raises:
        NotAllowed: not a reader; at once, not when the first row is asked for.
    """
    return _table(classes_found(access).order_by("id"))


def _table(rows: QuerySet[CaseClass]) -> Iterator[Iterable[Any]]:
    yield _COLUMNS
    for row in rows:
        about = (
            row.kind, row.code, row.major_code, row.major, row.name, row.name_en, row.origin, row.line,
            as_shown({"active": row.active})["active"],
        )  # fmt: skip
        for condition in row.conditions.all():
            facts = as_shown(condition_facts(condition))
            yield (
                *about, condition.seq, condition.text, condition.closing, facts["limit_value"],
                facts["limit_unit"], condition.basis, facts["track"], facts["active"],
            )  # fmt: skip
