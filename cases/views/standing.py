"""Standing plans: list, one plan, draft, approve, retire."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import May
from cases import standing_reads as reads
from cases.config_forms import PlanFilter, PlanForm
from cases.services import standing as services
from core import clock
from core.errors import BadInput, CityError, Conflict, KeyReused
from core.paging import page_of
from grids.views.doors import CityRequest, signed_in


@require_GET
@signed_in
def standing_plans(request: CityRequest) -> HttpResponse:
    """``/cases/standing-plans/``: the plans of the district and its streets, newest first."""
    reads.check_may_read_plans(request.access)
    form = PlanFilter(request.GET, areas=reads.area_choices(request.access, May.SEE_CASES))
    found = reads.plans_found(request.access, **form.wanted)
    page = page_of(found, by="-drafted_at", cursor=request.GET.get("cursor", ""))
    narrowed = any(form.wanted.values())
    context = {"form": form, "page": page, "narrowed": narrowed, "may_draft": reads.may_draft(request.access)}
    return render(request, "cases/standing_plans.html", context)


@require_GET
@signed_in
def standing_plan(request: CityRequest, pk: int) -> HttpResponse:
    """One plan with its versions."""
    context = reads.plan_page(request.access, pk, now=clock.now())
    return render(request, "cases/standing_plan.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def standing_plan_draft(request: CityRequest) -> HttpResponse:
    """Draft a plan, or the next version of one."""
    choices = reads.draft_choices(request.access)
    initial = reads.draft_initial(request.access, request.GET.dict())
    form = PlanForm(request.POST or None, choices=choices, initial=initial)
    refusal = None
    if request.method == "POST":
        answer, refusal = _drafted(request, form)
        if refusal is None:
            messages.success(request, _("Drafted. It counts once the bureau has approved it."))
            return redirect("cases:standing_plan", answer)
    return _draft_page(request, form, refusal)


def _drafted(request: CityRequest, form: PlanForm) -> tuple[int, CityError | None]:
    """The id of the draft, or what speaks against it, laid on the form."""
    try:
        answer = services.standing_plan_draft(
            access=request.access, raw=form.raw(), key=request.POST.get("key", ""), now=clock.now()
        )
    except (BadInput, Conflict) as refusal:
        form.refuse(refusal)
        return 0, refusal
    return int(answer["id"]), None


def _draft_page(request: CityRequest, form: PlanForm, refusal: CityError | None) -> HttpResponse:
    # A key that stands for another draft would be refused again and again.
    kept = "" if isinstance(refusal, KeyReused) else request.POST.get("key", "")
    context = {"form": form, "key": kept or str(uuid4()), "source": form.initial.get("source")}
    status = refusal.status if refusal else 200
    return render(request, "cases/standing_draft.html", context, status=status)


@require_POST
@signed_in
def standing_plan_approve(request: CityRequest, pk: int) -> HttpResponse:
    """Put a draft into force."""
    plan = services.standing_plan_approve(access=request.access, plan_id=pk, now=clock.now())
    messages.success(request, _("Approved. From now on cases of this class run on it."))
    return redirect("cases:standing_plan", plan.pk)


@require_POST
@signed_in
def standing_plan_retire(request: CityRequest, pk: int) -> HttpResponse:
    """Take a plan out of force, or drop a draft."""
    plan = services.standing_plan_retire(access=request.access, plan_id=pk, now=clock.now())
    messages.success(request, _("Retired. Cases that ran on it keep naming it."))
    return redirect("cases:standing_plan", plan.pk)
