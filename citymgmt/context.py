"""What every page shows around its content: navigation, unread count, roles, demo flag, languages."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language_info

from accounts.roles import Role
from citymgmt.navigation import address, nav_for, tabs_of
from citymgmt.words import SCRIPT_WORDS
from core import clock
from notices.selectors import unread_count


def chrome(request: HttpRequest) -> dict[str, Any]:
    """The context ``chrome`` of base.html; costs no query until a page asks for roles or the count."""
    return {"chrome": SimpleLazyObject(lambda: _chrome(request))}


def _chrome(request: HttpRequest) -> dict[str, Any]:
    # A request refused before the session was read (a wrong host) has neither user nor access.
    user = getattr(request, "user", None)
    person = user if user is not None and user.is_authenticated else None
    roles: frozenset[Role] = request.access.roles if person and hasattr(request, "access") else frozenset()
    nav = nav_for(roles, stranger=person is None, path=request.path)
    tabs, more = tabs_of(nav)
    return {
        "nav": nav,
        "tabs": tabs,
        "more": more,
        "user_name": str(person) if person else "",
        "role_names": [role.label for role in sorted(roles)],
        "unread": SimpleLazyObject(partial(_unread, request)) if person else 0,
        "demo": settings.DEMO,
        "languages": [
            {"code": code, "name": get_language_info(code)["name_local"]} for code, _ in settings.LANGUAGES
        ],
        "words": {key: str(text) for key, text in SCRIPT_WORDS.items()},
        "tile_url": settings.TILE_URL,
        "tile_attribution": settings.TILE_ATTRIBUTION,
        **_addresses(signed_in=person is not None),
    }


def _unread(request: HttpRequest) -> int:
    # The moment for which the person's scopes were read, so that the count costs one query.
    moment = getattr(getattr(request, "access", None), "at", None)
    return unread_count(request.user.pk, now=moment or clock.now())


def _addresses(*, signed_in: bool) -> dict[str, str]:
    return {
        "home_url": address("home"),
        "login_url": "" if signed_in else address("accounts:login"),
        "logout_url": address("accounts:logout"),
        "password_url": address("accounts:password"),
        "inbox_url": address("notices:inbox"),
        "notice_settings_url": address("notices:settings"),
        "set_language_url": address("set_language"),
        "demo_url": address("demo"),
    }
