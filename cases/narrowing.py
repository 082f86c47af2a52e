"""Narrowing and searching lists of cases that were picked within a scope."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.roles import May
from cases.lamps import lamps_q
from cases.marks import mark_q
from cases.models import Case, CaseClass
from cases.workflow import OPEN
from core.masking import whole_phone
from grids.access import Access

_LONG_NUMBER = "[0-9０-９]([ -]?[0-9０-９]){6}"


def filtered(
    rows: QuerySet[Case], wanted: Mapping[str, Any], *, now: datetime | None = None
) -> QuerySet[Case]:
    """Narrow a list by what an address bar or API query says; unknown names are not looked at here.

    Known: stage, track, line, district, street, community, grid, unit, source, escalation, class, mark,
    lamp (at ``now``), overdue (was late in some stage, and no appeal took it off), open, since, until.
    """
    for name, lookup in _SIMPLE.items():
        if values := wanted.get(name):
            rows = rows.filter(**{lookup: values})
    if wanted.get("mark"):
        rows = rows.filter(mark_q(wanted["mark"]))
    if wanted.get("class"):
        kind, _dash, code = str(wanted["class"]).partition("-")
        rows = rows.filter(case_class__kind=kind, case_class__code=code)
    if wanted.get("open") is not None:
        rows = rows.filter(stage__in=OPEN) if wanted["open"] else rows.exclude(stage__in=OPEN)
    return _in_time(rows, wanted, now)


_SIMPLE = {
    "stage": "stage__in",
    "track": "track__in",
    "source": "source__in",
    "line": "case_class__line__in",
    "district": "district__code__in",
    "street": "street__code__in",
    "community": "community__code__in",
    "grid": "grid__code__in",
    "unit": "lead_unit__code__in",
    "escalation": "escalation__in",
}
_LATE = Q(overdue_at__isnull=False, overdue_waived=False)


def _in_time(rows: QuerySet[Case], wanted: Mapping[str, Any], now: datetime | None) -> QuerySet[Case]:
    if wanted.get("lamp") and now is not None:
        rows = rows.filter(lamps_q(wanted["lamp"], now))
    if wanted.get("overdue") is not None:
        rows = rows.filter(_LATE if wanted["overdue"] else ~_LATE)
    if wanted.get("since"):
        rows = rows.filter(opened_at__gte=wanted["since"])
    if wanted.get("until"):
        rows = rows.filter(opened_at__lt=wanted["until"])
    return rows


def searched(rows: QuerySet[Case], access: Access, words: str) -> QuerySet[Case]:
    """Cases whose number, address or text holds the words; a phone number, or a part of one, finds its
    reports only in areas whose reporters the caller may see."""
    words = words.replace("\x00", "").strip()[:100]
    if not words:
        return rows
    where = Q(number__startswith=words) | _said(access, words)
    # Both are looked up first: an OR that reaches into another table can go by no index.
    if classes := list(CaseClass.objects.filter(name__icontains=words).values_list("pk", flat=True)):
        where |= Q(case_class_id__in=classes)
    if phone := whole_phone(words):
        theirs = Q(contact__phone=phone) | Q(joiners__phone=phone)
        phones = Case.objects.filter(access.placed_q(May.SEE_REPORTER), theirs).order_by()
        where |= Q(pk__in=list(phones.values_list("pk", flat=True)))
    return rows.filter(where)


def _said(access: Access, words: str) -> Q:
    said = Q(address__icontains=words) | Q(description__icontains=words)
    if not any(sign.isdecimal() for sign in words):
        return said
    # What is covered on every page must not be guessed digit by digit.
    numbered = Q(address__regex=_LONG_NUMBER) | Q(description__regex=_LONG_NUMBER)
    return said & (~numbered | access.placed_q(May.SEE_REPORTER))
