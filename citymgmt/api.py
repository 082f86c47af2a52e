"""The API's addresses, its documentation, and what spans several rooms."""

from typing import Any

from django.http import Http404
from django.urls import include, path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import api as accounts
from accounts.roles import Role
from cases.api import urls as cases
from citymgmt.serializers import MeSerializer, me_data
from core.api import PublicView, problem_handler
from grids import api as grids
from grids.api import changes
from grids.reads import postings_of
from notices.api import urls as notices
from notices.selectors import unread_count

__all__ = ["problem_handler", "urlpatterns"]


class MeView(grids.ScopedView):
    """Whoever asks."""

    @extend_schema(operation_id="me", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """One's name, roles, postings in force and number of unread notices."""
        roles = [role for role in Role if role in self.access.roles]
        postings = postings_of(self.access, now=self.now)
        unread = unread_count(self.user_id, now=self.now)
        return Response(me_data(self.access.user, roles=roles, postings=postings, unread=unread))


@extend_schema(exclude=True)
class NoSuchAddress(PublicView):
    """Everything else below the API, so that a wrong address is a problem document too."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Nothing is here, whatever the method."""
        super().initial(request, *args, **kwargs)
        raise Http404


app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api:schema", template_name="api/docs.html"),
        name="docs",
    ),
    path("v1/login/", accounts.LoginView.as_view(), name="login"),
    path("v1/logout/", accounts.LogoutView.as_view(), name="logout"),
    path("v1/logoutall/", accounts.LogoutAllView.as_view(), name="logout_all"),
    path("v1/me/", MeView.as_view(), name="me"),
    path("v1/roles/", accounts.RolesView.as_view(), name="roles"),
    path("v1/areas/", grids.AreasView.as_view(), name="areas"),
    path("v1/areas/geojson/", grids.OutlinesView.as_view(), name="area_outlines"),
    path("v1/areas/<str:code>/", grids.AreaView.as_view(), name="area"),
    path("v1/area-changes/", changes.ChangesView.as_view(), name="area_changes"),
    path("v1/area-changes/preview/", changes.ChangePreviewView.as_view(), name="area_change_preview"),
    path("v1/area-changes/<int:job>/", changes.ChangeView.as_view(), name="area_change"),
    path("v1/locate/", grids.LocateView.as_view(), name="locate"),
    path("v1/units/", grids.UnitsView.as_view(), name="units"),
    path("v1/", include(notices.urlpatterns)),
    path("v1/units/<str:code>/calendar/", grids.UnitCalendarView.as_view(), name="unit_calendar"),
    path("v1/", include(cases.urlpatterns)),
    path("<path:rest>", NoSuchAddress.as_view()),
]
