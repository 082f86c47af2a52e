"""How one wants to be told: wishes, and the address letters go to."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from core import clock
from core.errors import BadInput, TooOften
from grids.views.doors import CityRequest, refused, signed_in
from notices.forms import EmailForm, WishesForm
from notices.services.preferences import email_ask, email_confirm, email_remove, preferences_save
from notices.wishes import person_of, wish_of

page_door = require_http_methods(["GET", "HEAD", "POST"])


@page_door
@never_cache
@signed_in
def settings(request: CityRequest) -> HttpResponse:
    """One's wishes."""
    user = _user(request)
    form = WishesForm.of(wish_of(user), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            preferences_save(user=user, wishes=form.wishes(), now=clock.now())
        except BadInput as refusal:
            return _page(request, user, form=form, status=refused(form, refusal))
        messages.success(request, _("Saved. It holds for everything told from now on."))
        return redirect("notices:settings")
    return _page(request, user, form=form, status=400 if form.errors else 200)


@require_POST
@never_cache
@signed_in
def email(request: CityRequest) -> HttpResponse:
    """Have a letter sent that confirms an address, or take the address away."""
    user, form = _user(request), EmailForm(request.POST)
    if "remove" in request.POST:
        email_remove(user=user, now=clock.now())
        messages.success(request, _("No letters are sent to you any more."))
        return redirect("notices:settings")
    if form.is_valid():
        return _asked(request, user, form)
    return _page(request, user, email_form=form, status=400)


def _asked(request: CityRequest, user: User, form: EmailForm) -> HttpResponse:
    try:
        email_ask(user=user, address=form.cleaned_data["email"], now=clock.now())
    except (BadInput, TooOften) as refusal:
        return _page(request, user, email_form=form, status=refused(form, refusal))
    messages.success(request, _("A letter is on its way. Follow its link within two days."))
    return redirect("notices:settings")


@page_door
@never_cache
@signed_in
def confirm(request: CityRequest, token: str) -> HttpResponse:
    """Where the link of the letter leads: one press, so that a mail scanner's look confirms nothing."""
    if request.method != "POST":
        return render(request, "notices/confirm.html")
    email_confirm(user=_user(request), token=token, now=clock.now())
    messages.success(request, _("Your address is confirmed. Letters go there from now on."))
    return redirect("notices:settings")


def _user(request: CityRequest) -> User:
    return User.objects.select_related("preference", "unit").get(pk=request.user.pk or 0)


def _page(request: CityRequest, user: User, *, status: int = 200, **forms: Any) -> HttpResponse:
    row = wish_of(user)
    context = {
        "form": forms.get("form") or WishesForm.of(row, None),
        "email_form": forms.get("email_form") or EmailForm(initial={"email": user.email}),
        "person": person_of(user),
        "asked_at": row.email_asked_at,
    }
    return render(request, "notices/settings.html", context, status=status)
