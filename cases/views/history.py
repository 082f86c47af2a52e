"""A case's chain, the case as a file, and the page where a file is examined."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases.casefile.judge import Verdict
from cases.casefile.reading import check_size
from cases.chain import chain_of
from cases.services.case_file import CaseFile, case_file_examine, case_file_issue
from cases.views.common import access_of
from core import clock
from core.errors import BadInput, CityError


@login_required
@require_safe
@never_cache
def chain(request: HttpRequest, number: str) -> HttpResponse:
    """Every link of a case's chain, and whether it holds."""
    return render(request, "cases/chain.html", {"chain": chain_of(access_of(request), number)})


@login_required
@require_safe
@never_cache
def file_json(request: HttpRequest, number: str) -> HttpResponse:
    """The case as a JSON file."""
    return download(case_file_issue(access=access_of(request), number=number, pdf=False, now=clock.now()))


@login_required
@require_safe
@never_cache
def file_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The case as a sheet for printing, with its JSON file attached."""
    return download(case_file_issue(access=access_of(request), number=number, pdf=True, now=clock.now()))


def download(file: CaseFile) -> HttpResponse:
    """A file to be saved, never shown in place."""
    answer = HttpResponse(file.content, content_type=file.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{file.name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def examine(request: HttpRequest) -> HttpResponse:
    """Drop a file in, hear what it is."""
    if request.method != "POST":
        return render(request, "cases/examine.html")
    try:
        verdict = _examined(request)
    except CityError as refusal:
        return render(request, "cases/examine.html", {"refusal": refusal}, status=refusal.status)
    return render(request, "cases/examine.html", {"verdict": verdict})


def _examined(request: HttpRequest) -> Verdict:
    file = request.FILES.get("file")
    if file is None:
        raise BadInput(_("No file arrived. Choose one and send it again."), field="file")
    check_size(file.size or 0)
    return case_file_examine(data=file.read())
