"""The role switch of the one-command start. Its addresses exist only there (settings.DEMO)."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from citymgmt.local.cast import CAST, DEMO_PASSWORD, one_for_each_role

_BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_safe
def demo(request: HttpRequest) -> HttpResponse:
    """Everybody of the made-up cast, one button each."""
    main = one_for_each_role()
    others = [member for member in CAST if member not in main]
    context = {"main": main, "others": others, "password": DEMO_PASSWORD, "next": request.GET.get("next", "")}
    return render(request, "pages/demo.html", context)


@require_POST
def switch(request: HttpRequest, username: str) -> HttpResponse:
    """Become somebody of the cast; only made-up people can be become."""
    person = get_object_or_404(User, username=username, made_up=True, is_active=True)
    if username not in {member.username for member in CAST}:
        return redirect("demo")
    login(request, person, backend=_BACKEND)
    follow = request.POST.get("next", "")
    return redirect(follow if follow.startswith("/cases/") else "home")
