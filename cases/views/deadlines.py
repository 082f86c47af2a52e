"""How the deadline of one case came about, and the board of what is late and what replies are owed."""

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.board_file import board_book
from cases.board_page import board_page
from cases.explain import explained
from cases.selectors import case_for
from cases.services.reporter import reporter_sought
from core import clock
from grids.views.doors import CityRequest, signed_in


@require_safe
@never_cache
@signed_in
def deadline(request: CityRequest, number: str) -> HttpResponse:
    """Every turn of the clock, and the reckoning of what runs."""
    case = case_for(request.access, number)
    return render(request, "cases/deadline.html", {"case": case, "told": explained(case, clock.now())})


@require_safe
@never_cache
@signed_in
def overdue(request: CityRequest) -> HttpResponse:
    """The board of supervision: what is late, replies owed, open supervisions."""
    now = clock.now()
    reporter_sought(access=request.access, words=request.GET.get("q", ""), now=now)
    return render(request, "cases/board.html", board_page(request.access, request.GET, now=now))


@require_safe
@never_cache
@signed_in
def overdue_xlsx(request: CityRequest) -> FileResponse:
    """The list the board shows, as an Excel file."""
    now = clock.now()
    reporter_sought(access=request.access, words=request.GET.get("q", ""), now=now)
    book = board_book(request.access, request.GET, now=now)
    answer = FileResponse(book, as_attachment=True, filename="supervision.xlsx")
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
