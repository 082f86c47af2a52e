"""Import a city's own areas: upload, look, apply."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.errors import BadInput, TooLarge
from grids.forms import ApplyForm, ImportForm
from grids.services.imports import upload_apply, upload_preview
from grids.views.doors import CityRequest, configuring, given, refused


@require_http_methods(["GET", "POST"])
@configuring
def areas_import(request: CityRequest) -> HttpResponse:
    """``/grids/import/``: the form, and after an upload the preview."""
    form = ImportForm(request.POST or None, request.FILES or None)
    page: dict[str, object] = {"form": form}
    status = 400 if request.method == "POST" else 200
    if form.is_valid():
        try:
            page |= upload_preview(access=request.access, now=clock.now(), **form.cleaned_data)
            status = 200
        except (BadInput, TooLarge) as refusal:
            status = refused(form, refusal)
    return render(request, "grids/import.html", page, status=status)


@require_POST
@configuring
def apply(request: CityRequest) -> HttpResponse:
    """Apply what was previewed."""
    form = ApplyForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("This preview can't be applied any more. Upload the file again."))
    upload_apply(**given(request), **form.cleaned_data)
    messages.success(request, _("The areas are imported."))
    return redirect("grids:areas")
