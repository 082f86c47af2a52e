"""The list of cases, what one reported oneself, and the list as a file."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cases.choices import list_choices
from cases.export import csv_of
from cases.filters import filters_of
from cases.forms import FilterForm
from cases.lists import points_of, rows_of
from cases.selectors import cases_for, filtered, my_reports, searched
from cases.views.common import access_of
from core.paging import page_of


@login_required
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """The cases of one's scope, narrowed by the address bar, with a map beside them."""
    access, wanted = access_of(request), filters_of(request.GET)
    found = searched(filtered(cases_for(access), wanted), access, request.GET.get("q", ""))
    page = page_of(found, by="-opened_at", cursor=request.GET.get("cursor", ""))
    rows = rows_of(page.rows)
    form = FilterForm(request.GET, list_choices(access, wanted))
    query = request.GET.copy()
    query.pop("cursor", None)
    context = {
        "page": page,
        "rows": rows,
        "points": points_of(rows),
        "form": form,
        "query": query.urlencode(),
    }
    return render(request, "cases/list.html", context | {"narrowed": bool(wanted or request.GET.get("q"))})


@login_required
@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """What the list shows, as CSV, at most ten thousand rows."""
    access = access_of(request)
    found = searched(filtered(cases_for(access), filters_of(request.GET)), access, request.GET.get("q", ""))
    answer = StreamingHttpResponse(csv_of(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="cases.csv"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What one reported, and what became of it."""
    page = page_of(my_reports(access_of(request)), by="-opened_at", cursor=request.GET.get("cursor", ""))
    context = {"page": page, "rows": rows_of(page.rows), "report_url": reverse("cases:report")}
    return render(request, "cases/mine.html", context)
