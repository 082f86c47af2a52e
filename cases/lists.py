"""Lists of cases as templates and maps show them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.choices import list_choices
from cases.columns import cells_of, columns_of
from cases.filters import BY_DEADLINE, filters_of, kept_of, order_of
from cases.forms import FilterForm
from cases.lamps import standing_of
from cases.models import Case, Lamp
from cases.narrowing import filtered, searched
from cases.selectors import cases_for, lamp_counts, saved_filters
from cases.veil import covered_case
from cases.workflow import OPEN, STAGES, Stage, Track
from core.paging import page_of
from grids.access import Access


def row_of(case: Case, now: datetime | None) -> dict[str, Any]:
    """A case for ``cases/card.html`` and the table, phone numbers in its words covered, with how it stands to
    its deadline."""
    covered_case(case)
    community = case.community.short_name or case.community.name
    # People begin an address with the community as often as not; once is enough.
    words = (case.address,) if community in case.address else (community, case.address)
    place = " ".join(word for word in words if word)
    return {
        "case": case,
        "url": reverse("cases:detail", args=[case.number]),
        "title": title_of(case),
        "place": place,
        "line": case.case_class.line if case.case_class else "",
        "urgent": case.track == Track.EMERGENCY and case.stage in OPEN,
        "standing": standing_of(case, now) if now else None,
    }


def rows_of(cases: Iterable[Case], now: datetime | None) -> list[dict[str, Any]]:
    """Several of them."""
    return [row_of(case, now) for case in cases]


def table_of(cases: Iterable[Case], query: QueryDict, now: datetime | None) -> dict[str, Any]:
    """What ``cases/rows.html`` draws: the columns the address bar asks for, and rows with their cells."""
    columns = columns_of(query)
    # With a column for the track its mark beside the name would stand there twice.
    told = any(column.kind == "track" for column in columns)
    rows = [row | {"urgent": row["urgent"] and not told} for row in rows_of(cases, now)]
    return {"columns": columns, "rows": [row | {"cells": cells_of(row, columns)} for row in rows]}


def title_of(case: Case) -> str:
    """The class, else the beginning of the words, else that there are none yet."""
    if case.case_class:
        return str(case.case_class)
    words = case.description.partition("\n")[0]
    return (words[:28] + "…" if len(words) > 28 else words) or _("Not classified yet")


def points_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The rows as GeoJSON points for the map beside the list."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["case"].lon, row["case"].lat]},
            "properties": {"label": row["title"], "url": row["url"], "line": row["line"]},
        }
        for row in rows
    ]
    return {"type": "FeatureCollection", "features": features}


def list_page(access: Access, query: QueryDict) -> dict[str, Any]:
    """The context of the case list: a page of rows, the map's points, the filters; six queries at most.

    Raises:
        BadInput: the page marker is not one of ours.
    """
    wanted = filters_of(query)
    page = page_of(rows_found(access, query), by=order_of(query), cursor=query.get("cursor", ""))
    table = table_of(page.rows, query, access.at)
    kept = kept_of(query)
    form = FilterForm(query, list_choices(access, wanted))
    return {
        "page": page,
        **table,
        "points": points_of(table["rows"]),
        "saved": [{"row": row, "current": row.query == kept.urlencode()} for row in saved_filters(access)],
        "form": form,
        "chips": chips_of(form, kept),
        "lamps": lamps_shown(access, query),
        "query": kept.urlencode(),
        "narrowed": bool(wanted or query.get("q")),
    }


def chips_of(form: FilterForm, query: QueryDict) -> list[dict[str, str]]:
    """What narrows the list, in words, each with the address of the list without it."""
    chips = []
    for name, values in query.lists():
        if not any(values) or name == "cols":
            continue
        without = query.copy()
        del without[name]
        field = form.fields.get(name)
        label, words = (str(field.label), form.said(name)) if field else (_("Class"), values[-1])
        if field or name == "class":
            url = f"{reverse('cases:list')}?{without.urlencode()}"
            chips.append({"label": label, "words": words, "url": url})
    return chips


def rows_found(access: Access, query: QueryDict) -> QuerySet[Case]:
    """The cases of the scope that the address bar asks for, in its order."""
    rows = _narrowed(access, query, filters_of(query))
    if query.get("sort") == BY_DEADLINE:
        rows = rows.filter(due_at__isnull=False).order_by("due_at", "pk")
    return rows


def _narrowed(access: Access, query: QueryDict, wanted: dict[str, Any]) -> QuerySet[Case]:
    rows = filtered(cases_for(access), wanted, now=access.at)
    return searched(rows, access, query.get("q", ""))


def lamps_shown(access: Access, query: QueryDict) -> list[dict[str, Any]]:
    """How many of the list's open cases are under each lamp, with the list of those alone, or with all of
    them again where it is that list."""
    if access.at is None:
        return []
    wanted = filters_of(query)
    now_shown = wanted.pop("lamp", [])
    counts = lamp_counts(_narrowed(access, query, wanted), access.at)
    return lamp_links(counts, kept_of(query), now_shown)


def lamp_links(
    counts: Mapping[Lamp, int], query: QueryDict, now_shown: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """Lamps with counts, each the address of the list narrowed to it."""
    links = []
    for lamp in Lamp:
        narrower, current = query.copy(), list(now_shown) == [lamp]
        narrower.setlist("lamp", [] if current else [lamp])
        if lamp is Lamp.GREY:
            # What rests has no deadline to be sorted by.
            narrower.pop("sort", None)
        url = f"{reverse('cases:list')}?{narrower.urlencode()}"
        links.append({"lamp": lamp.value, "figure": counts[lamp], "url": url, "current": current})
    return links


def queues_of(access: Access, counts: Mapping[Stage, Mapping[str, int]]) -> list[dict[str, Any]]:
    """The stages that wait for a role this person holds, with their counts (``stage_lamps``) and lists."""
    return [_queue(stage, counts[stage]) for stage, spec in STAGES.items() if spec.owners & access.roles]


def all_stages(counts: Mapping[Stage, Mapping[str, int]]) -> list[dict[str, Any]]:
    """Every open stage with its counts, for those who look on."""
    return [_queue(stage, counts[stage]) for stage in STAGES]


def _queue(stage: Stage, counts: Mapping[str, int]) -> dict[str, Any]:
    query = QueryDict(f"stage={stage.value}&sort={BY_DEADLINE}")
    return {
        "stage": stage,
        "label": stage.label,
        "figure": counts["all"],
        "url": f"{reverse('cases:list')}?stage={stage.value}",
        "lamps": lamp_links({lamp: counts[lamp.value] for lamp in Lamp}, query),
    }
