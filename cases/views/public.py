"""Pages for everybody: report something, follow it by code."""

from base64 import b64encode

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.following import public_page
from cases.formpage import form_context
from cases.forms import raw_of, step_form
from cases.places import districts
from cases.services.public import resident_keep, resident_look_up, resident_photo, resident_report
from cases.uploads import with_photos
from cases.views.common import problem
from cases.views.photos import sent_file
from cases.workflow import BIRTHS
from core import clock
from core.clients import client_ip
from core.errors import CityError

FIELDS = ("photos", "position", "description", "address", "reporter_name", "reporter_phone")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """随手拍: a photo, a place, words; a number only if one wants to be called."""
    if request.method != "POST":
        return _form(request)
    client, now = client_ip(request), clock.now()
    post, error = with_photos(request, FIELDS, user_id=None, keep=resident_keep(client, now))
    if error:
        return _form(request, post, error)
    try:
        answer = resident_report(raw=raw_of(FIELDS, post), key=post.get("key", ""), client=client, now=now)
    except CityError as refusal:
        return _form(request, post, refusal)
    request.session["reported"] = answer["follow_code"]
    return redirect("public:reported")


def _form(
    request: HttpRequest, data: QueryDict | None = None, error: CityError | None = None
) -> HttpResponse:
    form = step_form(FIELDS, required=("position",), choices={}, data=data)
    url = reverse("public:districts")
    page = form_context(form, BIRTHS[0], data=data, error=error, geojson_url=url)
    page |= {"upload_url": reverse("public:photo_upload"), "auto": True}
    return render(request, "public/report.html", page, status=error.status if error else 200)


@never_cache
@require_safe
def reported(request: HttpRequest) -> HttpResponse:
    """Thanks, and the code to follow it by; shown to the browser that reported."""
    code = request.session.get("reported", "")
    return render(request, "public/reported.html", {"code": code}) if code else redirect("public:report")


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """One photo of a report to come; 201 with its id and a small copy inline, for nobody may fetch it."""
    try:
        photo = resident_photo(data=sent_file(request), client=client_ip(request), now=clock.now())
    except CityError as error:
        return problem(error)
    with photo.thumb.open("rb") as small:
        inline = f"data:image/jpeg;base64,{b64encode(small.read()).decode()}"
    return JsonResponse(
        {"id": str(photo.pk), "url": inline, "thumb_url": inline, "sha256": photo.came_sha256}, status=201
    )


@never_cache
@require_safe
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for the code."""
    if code := "".join(request.GET.get("code", "").split()).replace("/", "")[:40]:
        return redirect("public:followed", code)
    return render(request, "public/follow.html")


@never_cache
@require_safe
def followed(request: HttpRequest, code: str) -> HttpResponse:
    """Where a report stands."""
    try:
        page = public_page(resident_look_up(code=code, client=client_ip(request), now=clock.now()))
    except CityError as error:
        context = {"error": error, "asked_code": code}
        return render(request, "public/follow.html", context, status=error.status)
    return render(request, "public/followed.html", page)


@require_safe
def districts_map(request: HttpRequest) -> JsonResponse:
    """Outlines of the districts served."""
    answer = JsonResponse(districts())
    answer["Cache-Control"] = "public, max-age=3600"
    return answer
