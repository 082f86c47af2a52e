"""Login by token, and what roles there are."""

from datetime import datetime
from typing import Any

from django.contrib.auth import authenticate, logout
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.roles import Role
from accounts.serializers import LoginInput, RoleSerializer, TokenSerializer
from accounts.services.login import login_check, login_failed
from accounts.services.tokens import token_end, token_issue, tokens_end
from core.api import ApiView, PublicView
from core.api.problems import NotLoggedIn
from core.clients import client_ip
from core.errors import TooOften
from core.serializers import list_shape


class LoginView(PublicView):
    """A token for a login name and password; too many failures lock the pair of name and address."""

    problems = (401,)

    @extend_schema(operation_id="login", request=LoginInput, responses=TokenSerializer)
    def post(self, request: Request) -> Response:
        """Log a device in."""
        user = _logged_in(request._request, self.body(LoginInput), self.now)
        row, token = token_issue(user=user)
        user_logged_in.send(sender=User, request=request._request, user=user)
        answer = {"token": token, "expiry": row.expiry, "must_change_password": user.must_change_password}
        return Response(TokenSerializer(answer).data, headers={"Cache-Control": "no-store"})


def _logged_in(request: HttpRequest, credentials: dict[str, Any], now: datetime) -> User:
    username, client = credentials["username"], client_ip(request)
    login_check(username=username, client=client, now=now)
    user = authenticate(request, **credentials)
    if not isinstance(user, User):
        login_failed(username=username, client=client, now=now)
    if getattr(request, "axes_locked_out", False):
        # Else the lock-out's page for browsers would replace the problem document.
        request.axes_locked_out = False  # type: ignore[attr-defined]
        raise TooOften(_("Too many failed logins. Wait a quarter of an hour, or ask your administrator."))
    if not isinstance(user, User):
        raise NotLoggedIn(_("Login name and password do not match. Look at capitals, and try again."))
    return user


class LogoutView(ApiView):
    """The end of this token or session."""

    @extend_schema(operation_id="logout", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Log this device out."""
        if request.auth is None:
            logout(request._request)
        else:
            token_end(token=request.auth)
            user_logged_out.send(sender=User, request=request._request, user=request.user)
        return Response(status=204)


class LogoutAllView(ApiView):
    """The end of all tokens of a person, for a phone that was lost."""

    @extend_schema(operation_id="logout_all", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Log all devices out, this session too."""
        tokens_end(user_id=self.user_id)
        logout(request._request)
        return Response(status=204)


class RolesView(ApiView):
    """The roles, from the one table of them."""

    @extend_schema(operation_id="roles", responses=list_shape("Role", RoleSerializer))
    def get(self, request: Request) -> Response:
        """All roles with what they may."""
        return self.cached({"results": RoleSerializer(list(Role), many=True).data})
