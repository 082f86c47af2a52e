"""The list of cases, what one reported oneself, and the list as a file."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cases.export import csv_of, xlsx_of
from cases.lists import list_page, rows_found, table_of
from cases.selectors import my_reports
from cases.services.reporter import reporter_sought
from cases.services.saved import saved_filter_drop, saved_filter_keep
from cases.views.common import access_of
from core import clock
from core.paging import page_of


@login_required
@require_safe
@never_cache
def case_list(request: HttpRequest) -> HttpResponse:
    """The cases of one's scope, narrowed by the address bar, with a map beside them."""
    reporter_sought(access=access_of(request), words=request.GET.get("q", ""), now=clock.now())
    return render(request, "cases/list.html", list_page(access_of(request), request.GET))


@login_required
@require_safe
@never_cache
def export(request: HttpRequest) -> StreamingHttpResponse:
    """What the list shows, as CSV, at most ten thousand rows."""
    reporter_sought(access=access_of(request), words=request.GET.get("q", ""), now=clock.now())
    found = rows_found(access_of(request), request.GET)
    answer = StreamingHttpResponse(csv_of(found, clock.now()), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="cases.csv"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@login_required
@require_safe
@never_cache
def export_xlsx(request: HttpRequest) -> FileResponse:
    """The same as an Excel file."""
    found = rows_found(access_of(request), request.GET)
    answer = FileResponse(xlsx_of(found, clock.now()), as_attachment=True, filename="cases.xlsx")
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@login_required
@require_POST
def keep_filter(request: HttpRequest) -> HttpResponse:
    """Keep the list as it stands under a name."""
    name, query = request.POST.get("name", ""), request.POST.get("query", "")
    kept = saved_filter_keep(access=access_of(request), name=name, query=query, now=clock.now())
    messages.success(request, _("Kept: %(name)s.") % {"name": kept.name})
    return redirect(f"{reverse('cases:list')}?{kept.query}")


@login_required
@require_POST
def drop_filter(request: HttpRequest, pk: int) -> HttpResponse:
    """Drop a kept list."""
    saved_filter_drop(access=access_of(request), pk=pk)
    messages.success(request, _("The list is not kept any more."))
    return redirect("cases:list")


@login_required
@require_safe
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """What one reported, and what became of it."""
    page = page_of(my_reports(access_of(request)), by="-opened_at", cursor=request.GET.get("cursor", ""))
    table = table_of(page.rows, request.GET, clock.now())
    context = {"page": page, "report_url": reverse("cases:report"), **table}
    return render(request, "cases/mine.html", context)
