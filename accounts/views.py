"""Logging in and out, the lock-out, one's own password."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash, views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import PasswordForm
from accounts.models import User
from accounts.services.login import login_check, login_failed
from accounts.services.people import password_change
from core import clock
from core.clients import client_ip
from core.errors import BadInput, TooOften


class Login(views.LoginView):
    """By name and password; whoever still has an initial password is led to change it."""

    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refused without a look at the password while too many wrong tries are counted."""
        tried = {"username": request.POST.get("username", ""), "client": client_ip(request)}
        try:
            login_check(**tried, now=clock.now())
        except TooOften as refusal:
            return _locked(request, str(refusal.detail))
        answer: HttpResponse = super().post(request, *args, **kwargs)
        if not request.user.is_authenticated:
            login_failed(**tried, now=clock.now())
        return answer

    def get_success_url(self) -> str:
        """The page asked for, or the password page first."""
        user = self.request.user
        if isinstance(user, User) and user.must_change_password:
            return reverse("accounts:password")
        return str(super().get_success_url())


def locked_out(request: HttpRequest, credentials: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """Too many wrong tries: the login page with a sentence that says how long."""
    sentence = _("Too many wrong tries. The login rests for a quarter of an hour; then try again.")
    return _locked(request, sentence)


def _locked(request: HttpRequest, sentence: str) -> HttpResponse:
    context = {"form": AuthenticationForm(request), "locked": sentence, "next": request.POST.get("next", "")}
    return render(request, "accounts/login.html", context, status=429)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; this session stays, all others end."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _changed(request, form)
        except BadInput as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.detail))
    return render(request, "accounts/password.html", {"form": form}, status=400 if form.errors else 200)


def _changed(request: HttpRequest, form: PasswordForm) -> HttpResponse:
    user = User.objects.get(pk=request.user.pk or 0)
    given = form.cleaned_data
    password_change(user=user, old=given["old"], new=given["new"], now=clock.now())
    user.refresh_from_db()
    update_session_auth_hash(request, user)
    messages.success(request, _("Your password is changed. Other sessions have ended."))
    return redirect("home")
