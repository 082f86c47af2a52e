"""People and their posts."""

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from core import clock
from core.paging import page_of
from grids.browse import people_found, person_page, person_seen, posting_seen, postings_table
from grids.forms import (
    CloseForm,
    EndForm,
    PasswordForm,
    PeopleFilter,
    PersonForm,
    PostingForm,
    ReopenForm,
    end_of,
)
from grids.offered import people_offered, places_offered
from grids.services.people import person_add, person_deactivate, person_password_reset, person_reactivate
from grids.services.postings import posting_add, posting_end
from grids.views.doors import CityRequest, configuring, csv_file, form_page, given

form_door = require_http_methods(["GET", "POST"])


@require_GET
@configuring
def people(request: CityRequest) -> HttpResponse:
    """``/grids/people/``: who works in the district."""
    form = PeopleFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = page_of(
        people_found(request.access, **wanted), by="username", cursor=request.GET.get("cursor", "")
    )
    return render(request, "grids/people.html", {"form": form, "page": page})


@require_GET
@configuring
def person(request: CityRequest, username: str) -> HttpResponse:
    """One person: posts, login, history."""
    return render(request, "grids/person.html", person_page(request.access, username, now=clock.now()))


@form_door
@configuring
def add(request: CityRequest) -> HttpResponse:
    """A new login with its first post."""
    place = request.GET.get("place", "")[:40]
    places = places_offered(request.access, also=place)
    form = PersonForm(request.POST or None, initial={"place": place}, places=places)

    def act() -> dict[str, Any]:
        return person_add(**given(request), **form.cleaned_data)

    return form_page(
        request, form, act, to=lambda answer: _page(answer["user"]), back_url=reverse("grids:postings")
    )


@form_door
@configuring
def close(request: CityRequest, username: str) -> HttpResponse:
    """Close a login."""
    who, form = person_seen(request.access, username), CloseForm(request.POST or None)

    def act() -> dict[str, Any]:
        return person_deactivate(username=username, **given(request), **form.cleaned_data)

    return form_page(request, form, act, to=_to, lead=who.name, back_url=_page(username))


@form_door
@configuring
def reopen(request: CityRequest, username: str) -> HttpResponse:
    """Open a closed login again."""
    who, form = person_seen(request.access, username), ReopenForm(request.POST or None)

    def act() -> dict[str, Any]:
        return person_reactivate(username=username, **given(request))

    return form_page(request, form, act, to=_to, lead=who.name, back_url=_page(username))


@form_door
@configuring
def password(request: CityRequest, username: str) -> HttpResponse:
    """Give a new initial password."""
    who, form = person_seen(request.access, username), PasswordForm(request.POST or None)

    def act() -> dict[str, Any]:
        return person_password_reset(username=username, **given(request), **form.cleaned_data)

    return form_page(request, form, act, to=_to, lead=who.name, back_url=_page(username))


@form_door
@configuring
def post(request: CityRequest) -> HttpResponse:
    """Post somebody to an area or a unit."""
    start = {name: request.GET.get(name, "")[:50] for name in ("username", "place")}
    places = places_offered(request.access, also=start["place"])
    people = people_offered(request.access)
    form = PostingForm(request.POST or None, initial=start, places=places, people=people)

    def act() -> dict[str, Any]:
        return posting_add(**given(request), **form.posting())

    return form_page(request, form, act, to=_to, back_url=reverse("grids:postings"))


@form_door
@configuring
def end(request: CityRequest, posting: int) -> HttpResponse:
    """End a posting."""
    held, form = posting_seen(request.access, posting), EndForm(request.POST or None)
    lead = f"{held.user.name} · {held.get_role_display()} · {held.area or held.unit}"

    def act() -> dict[str, Any]:
        return posting_end(posting_id=posting, ends_at=end_of(form.cleaned_data["ends"]), **given(request))

    return form_page(request, form, act, to=_to, lead=lead, back_url=_page(held.user.username))


@require_GET
@configuring
def postings_csv(request: CityRequest) -> StreamingHttpResponse:
    """The postings of the scope as a file."""
    return csv_file(postings_table(request.access), "postings")


def _page(username: str) -> str:
    return reverse("grids:person", args=[username])


def _to(answer: Any) -> str:
    return _page(answer["user"])
