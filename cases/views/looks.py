"""Who looked behind the mask: the list, the list as a file; and what is held about a person, handed out."""

from typing import Any

from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.roles import May
from cases.forms import LookFilter, SubjectForm
from cases.looks import looks_found, shown, table_of
from cases.services.subject import check_may_hand_out, subject_export
from core import clock
from core.errors import BadInput, CityError, Conflict, NotFound
from core.paging import page_of
from grids.views.doors import CityRequest, csv_file, signed_in


@require_GET
@never_cache
@signed_in
def looks(request: CityRequest) -> HttpResponse:
    """Who looked, when, at what and why, newest first."""
    found = looks_found(request.access, request.GET)
    page = page_of(found, by="-at", cursor=request.GET.get("cursor", ""))
    items = [shown(look) for look in page.rows]
    reads = request.access.may(May.SEE_CASES)
    context = {"page": page, "items": items, "form": LookFilter(request.GET), "reads_cases": reads}
    return render(request, "cases/looks.html", context)


@require_GET
@never_cache
@signed_in
def looks_csv(request: CityRequest) -> StreamingHttpResponse:
    """The same list as a file."""
    return csv_file(table_of(looks_found(request.access, request.GET)), "looks")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def subject(request: CityRequest) -> HttpResponse:
    """Hand out what is held about a phone number, as a file."""
    if request.method != "POST":
        check_may_hand_out(request.access)
        return _form(request, SubjectForm())
    sent: dict[str, Any] = {name: request.POST.get(name, "") for name in ("phone", "why", "reason")}
    try:
        held = subject_export(access=request.access, now=clock.now(), **sent)
    except (BadInput, NotFound, Conflict) as refusal:
        return _form(request, SubjectForm(request.POST), refusal)
    answer = JsonResponse(held, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = 'attachment; filename="person.json"'
    return answer


def _form(request: CityRequest, form: SubjectForm, refusal: CityError | None = None) -> HttpResponse:
    if refusal:
        form.refuse(refusal)
    return render(request, "cases/subject.html", {"form": form}, status=refusal.status if refusal else 200)
