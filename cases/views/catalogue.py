"""Classes and filing conditions: list, one class, changes, export."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cases import catalogue_reads as reads
from cases.config_forms import ClassFilter, ClassForm, ConditionForm, raw_of, was_of
from cases.forms import RefusedForm
from cases.services import catalogue as services
from core import clock
from core.errors import BadInput, CityError, Conflict, Stale, VersionMissing
from core.paging import page_of
from grids.views.doors import CityRequest, csv_file, signed_in

form_door = require_http_methods(["GET", "POST"])
Act = Callable[[Mapping[str, str]], object]


@require_GET
@signed_in
def classes(request: CityRequest) -> HttpResponse:
    """``/cases/catalogue/``: every class with its conditions, limits and tracks."""
    reads.check_may_read(request.access)
    form = ClassFilter(request.GET, majors=reads.majors())
    found = reads.classes_found(request.access, **form.wanted)
    page = page_of(found, by="id", cursor=request.GET.get("cursor", ""))
    context = {"form": form, "page": page, "may_edit": reads.may_edit(request.access)}
    return render(request, "cases/catalogue.html", context)


@require_GET
@signed_in
def classes_csv(request: CityRequest) -> StreamingHttpResponse:
    """The whole catalogue as a file, a row for each filing condition."""
    return csv_file(reads.catalogue_table(request.access), "catalogue")


@form_door
@signed_in
def class_detail(request: CityRequest, key: str) -> HttpResponse:
    """One class: its conditions, its history, and for administrators the form to change it."""
    row, access = reads.class_seen(request.access, key), request.access
    facts, raw = reads.class_facts(row), raw_of(request.POST, ["line"])
    form = ClassForm(request.POST or None, initial=facts)
    return _edited(
        request, form, facts, "cases/catalogue_class.html",
        lambda was: services.class_edit(access=access, key=key, raw=raw, was=was, now=clock.now()),
        row=row, may_edit=reads.may_edit(access), history=reads.history_of(row),
    )  # fmt: skip


@form_door
@signed_in
def condition_edit(request: CityRequest, key: str, seq: int) -> HttpResponse:
    """Change the limit, the track or the use of a filing condition."""
    row, access = reads.condition_to_edit(request.access, key, seq), request.access
    facts, raw = reads.condition_facts(row), raw_of(request.POST, ["limit_value", "limit_unit", "track"])
    form = ConditionForm(request.POST or None, initial=facts)
    return _edited(
        request, form, facts, "cases/catalogue_condition.html",
        lambda was: services.condition_edit(
            access=access, key=key, seq=seq, raw=raw, was=was, now=clock.now()
        ),
        row=row.case_class, condition=row,
    )  # fmt: skip


def _edited(
    request: CityRequest, form: RefusedForm, facts: Mapping[str, Any], template: str, act: Act, **page: Any
) -> HttpResponse:
    """Show a form, or make the change and go to its class; a refusal keeps what was typed."""
    refusal = _refusal(form, act, was_of(request.POST)) if request.method == "POST" else None
    if request.method == "POST" and refusal is None:
        messages.success(request, _("Saved. It counts for cases filed from now on."))
        return redirect("cases:class_detail", page["row"].key)
    kept = refusal is not None and not isinstance(refusal, Stale | VersionMissing)
    was = was_of(request.POST) if kept else reads.as_shown(facts)
    context = {"form": form, "was": was, "stale": isinstance(refusal, Stale), **page}
    return render(request, template, context, status=refusal.status if refusal else 200)


def _refusal(form: RefusedForm, act: Act, was: Mapping[str, str]) -> CityError | None:
    try:
        act(was)
    except (BadInput, Conflict, Stale, VersionMissing) as refusal:
        form.refuse(refusal)
        return refusal
    return None
