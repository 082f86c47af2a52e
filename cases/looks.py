"""Who looked behind the mask, for those who watch over it: the bureau and the administrator of a district."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import May
from cases.filters import filters_of
from cases.models import ReporterLook
from core.errors import NotAllowed
from core.masking import without_phones
from grids.access import Access

MOST_ROWS = 10_000


def looks_for(access: Access) -> QuerySet[ReporterLook]:
    """The looks in one's districts, with who looked and at which case.

    Raises:
        NotAllowed: neither bureau nor administrator anywhere.
    """
    if not access.may(May.SEE_LOOKS):
        raise NotAllowed(gettext_lazy("This is for the bureau and for administrators of the district."))
    rows = ReporterLook.objects.filter(district_id__in=access.area_ids(May.SEE_LOOKS))
    return rows.select_related("actor", "case").defer("case__description", "case__address")


def looks_found(access: Access, query: Any) -> QuerySet[ReporterLook]:
    """They, narrowed by ``kind``, ``who`` (name or login), ``actor`` (id), ``since``, ``until``."""
    return narrowed(looks_for(access), wanted_of(query))


def wanted_of(query: Any) -> dict[str, Any]:
    """The filters as an address bar has them; what can't be understood is left out."""
    wanted: dict[str, Any] = {n: v for n, v in filters_of(query).items() if n in ("since", "until")}
    wanted["kind"] = query.get("kind", "") if query.get("kind", "") in ReporterLook.Kind.values else ""
    wanted["who"] = query.get("who", "").replace("\x00", "").strip()[:60]
    actor = query.get("actor", "")
    wanted["actor"] = int(actor) if actor.isascii() and actor.isdigit() and len(actor) < 16 else None
    return wanted


def narrowed(rows: QuerySet[ReporterLook], wanted: Mapping[str, Any]) -> QuerySet[ReporterLook]:
    """The rows that fit."""
    lookups = {"kind": "kind", "who": "actor__name__icontains", "actor": "actor_id"}
    lookups |= {"since": "at__gte", "until": "at__lt"}
    return rows.filter(**{lookup: wanted[name] for name, lookup in lookups.items() if wanted.get(name)})


def shown(look: ReporterLook) -> dict[str, Any]:
    """One look in words; the reason without phone numbers."""
    return {
        "at": look.at,
        "who": str(look.actor),
        "kind": str(look.get_kind_display()),
        "number": look.case.number if look.case else "",
        "why": str(look.get_why_display()),
        "reason": without_phones(look.reason),
    }


def table_of(rows: QuerySet[ReporterLook]) -> Iterator[list[str]]:
    """The list as a table with its head, at most ten thousand rows."""
    yield [_("When"), _("Who"), _("What"), _("Case"), _("Why"), _("Reason in words")]
    for look in rows[:MOST_ROWS].iterator(chunk_size=500):
        row = shown(look)
        at = f"{localtime(look.at):%Y-%m-%d %H:%M:%S}"
        yield [at, row["who"], row["kind"], row["number"] and f"{row['number']}\t", row["why"], row["reason"]]
