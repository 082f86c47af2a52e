"""Plan templates: list, one template, a new one, a change, retire."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases import template_reads as reads
from cases.services import plan_templates as services
from cases.template_forms import TemplateFilter, TemplateForm
from cases.views.common import version_of
from core import clock
from core.errors import BadInput, CityError, Conflict, KeyReused, Stale
from core.paging import page_of
from grids.views.doors import CityRequest, signed_in


@require_GET
@signed_in
def plan_templates(request: CityRequest) -> HttpResponse:
    """``/cases/plan-templates/``: those of the district, the last changed first."""
    form = TemplateFilter(request.GET)
    found = reads.templates_found(request.access, **form.wanted)
    page = page_of(found, by="-changed_at", cursor=request.GET.get("cursor", ""))
    narrowed = bool(form.wanted["q"]) or form.wanted["use"] != "yes"
    context = {"form": form, "page": page, "narrowed": narrowed, "may_keep": reads.may_keep(request.access)}
    return render(request, "cases/plan_templates.html", context)


@require_GET
@signed_in
def plan_template(request: CityRequest, pk: int) -> HttpResponse:
    """One template with its history."""
    return render(request, "cases/plan_template.html", reads.template_page(request.access, pk))


@require_http_methods(["GET", "POST"])
@signed_in
def plan_template_add(request: CityRequest) -> HttpResponse:
    """A new template."""
    choices = reads.template_choices(request.access)
    initial = {"case_class": request.GET.get("case_class", "")[:40]}
    form = TemplateForm(request.POST or None, choices=choices, initial=initial, placed=False)
    return _form_page(
        request,
        form,
        lambda: services.plan_template_create(raw=form.raw(), **_given(request)),
    )


@require_http_methods(["GET", "POST"])
@signed_in
def plan_template_change(request: CityRequest, pk: int) -> HttpResponse:
    """Change what a template says."""
    template = reads.template_seen(request.access, pk)
    choices, initial = reads.template_choices(request.access), reads.change_initial(template)
    form = TemplateForm(request.POST or None, choices=choices, initial=initial, placed=True)
    version = version_of(request.POST)
    return _form_page(
        request,
        form,
        lambda: services.plan_template_change(
            template_id=pk, raw=form.raw(), version=version, **_given(request)
        ),
        template=template,
    )


@require_POST
@signed_in
def plan_template_retire(request: CityRequest, pk: int) -> HttpResponse:
    """Take a template out of use."""
    services.plan_template_retire(
        access=request.access, template_id=pk, version=version_of(request.POST), now=clock.now()
    )
    messages.success(request, _("Retired. Plans that came of it keep naming it."))
    return redirect("cases:plan_templates")


def _given(request: CityRequest) -> dict[str, Any]:
    return {"access": request.access, "key": request.POST.get("key", ""), "now": clock.now()}


def _form_page(
    request: CityRequest, form: TemplateForm, act: Callable[[], dict[str, Any]], **page: Any
) -> HttpResponse:
    refusal: CityError | None = None
    if request.method == "POST":
        try:
            return _saved(request, act())
        except (BadInput, Conflict, Stale) as error:
            form.refuse(refusal := error)
    # A key that stands for another request would be refused again and again.
    kept = "" if isinstance(refusal, KeyReused) else request.POST.get("key", "")
    context = {"form": form, "key": kept or str(uuid4()), "error": refusal, **page}
    return render(request, "cases/plan_template_form.html", context, status=getattr(refusal, "status", 200))


def _saved(request: CityRequest, answer: dict[str, Any]) -> HttpResponse:
    messages.success(request, _("Saved. Plans can begin from it now."))
    return redirect("cases:plan_template", answer["id"])
