"""Pages for everybody: report something, follow it by code."""

from base64 import b64encode
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.following import near_to, public_page
from cases.formpage import fields_of, form_context
from cases.forms import raw_of, step_form
from cases.places import districts
from cases.services.public import (
    reporter_step,
    resident_asks_to_be_forgotten,
    resident_join,
    resident_keep,
    resident_look_up,
    resident_photo,
    resident_report,
)
from cases.uploads import with_photos
from cases.views.common import problem, version_of
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
    found = [] if error or post.get("similar_seen") else near_to(post, now)
    if error or found:
        return _form(request, post, error, found)
    return _file(request, post)


def _file(request: HttpRequest, post: QueryDict) -> HttpResponse:
    client, raw, key = client_ip(request), raw_of(FIELDS, post), post.get("key", "")
    try:
        answer = resident_report(raw=raw, key=key, client=client, now=clock.now())
    except CityError as refusal:
        return _form(request, post, refusal)
    request.session["reported"] = answer["follow_code"]
    return redirect("public:reported")


def _form(
    request: HttpRequest,
    data: QueryDict | None = None,
    error: CityError | None = None,
    similar: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    form = step_form(FIELDS, required=("position",), choices={}, data=data)
    url = reverse("public:districts")
    page = form_context(form, BIRTHS[0], data=data, error=error, geojson_url=url)
    page |= {"upload_url": reverse("public:photo_upload"), "auto": True, "similar": similar or []}
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
    return _followed(request, code)


def _followed(request: HttpRequest, code: str, refusal: CityError | None = None) -> HttpResponse:
    now = clock.now()
    try:
        case = resident_look_up(code=code, client=client_ip(request), now=now)
    except CityError as error:
        context = {"error": error, "asked_code": code}
        return render(request, "public/follow.html", context, status=error.status)
    page = public_page(case, code=code, now=now) | {"error": refusal}
    return render(request, "public/followed.html", page, status=refusal.status if refusal else 200)


@never_cache
@require_POST
def reporter_takes(request: HttpRequest, code: str, action: str) -> HttpResponse:
    """What a reporter says by code: whether it is done, or that a rejection was wrong."""
    post, now = request.POST, clock.now()
    raw, key, version = raw_of(fields_of(action), post), post.get("key", ""), version_of(post)
    try:
        reporter_step(
            code=code, action=action, raw=raw, version=version, key=key, client=client_ip(request), now=now
        )
    except CityError as error:
        return _followed(request, code, error)
    messages.success(request, _("Thank you, it was written down."))
    return redirect("public:followed", code)


@never_cache
@require_POST
def join(request: HttpRequest, token: str) -> HttpResponse:
    """It is the same as one reported already: join that one, with a code of one's own."""
    raw = raw_of(("reporter_name", "reporter_phone"), request.POST)
    key, client = request.POST.get("key", ""), client_ip(request)
    try:
        answer = resident_join(token=token, raw=raw, key=key, client=client, now=clock.now())
    except CityError as refusal:
        return _form(request, request.POST, refusal)
    request.session["reported"] = answer["follow_code"]
    return redirect("public:reported")


@require_POST
@never_cache
def forget(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the station to forget whoever holds the code."""
    try:
        resident_asks_to_be_forgotten(code=code, client=client_ip(request), now=clock.now())
    except CityError as error:
        context = {"error": error, "asked_code": code}
        return render(request, "public/follow.html", context, status=error.status)
    messages.success(request, _("Asked. The station takes your name and number out once the case is done."))
    return redirect("public:followed", code)


@require_safe
def districts_map(request: HttpRequest) -> JsonResponse:
    """Outlines of the districts served."""
    answer = JsonResponse(districts())
    answer["Cache-Control"] = "public, max-age=3600"
    return answer
