"""Places over the API, and the view that knows a person's scopes."""

from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.serializers import UnitSerializer
from core.api import ApiView, idempotency_key
from core.errors import NotFound
from core.serializers import list_shape, page_shape
from grids.access import Access, access_for
from grids.drawing import MOST_OUTLINES, feature_collection
from grids.geo.datum import gcj02_to_wgs84
from grids.reads import area_seen, areas_seen, outlined, units_seen
from grids.selectors import grid_at
from grids.serializers import (
    AreaQuery,
    AreaSerializer,
    LocatedSerializer,
    OutlineCollection,
    OutlineQuery,
    PlaceQuery,
    UnitCalendarInput,
    UnitCalendarShape,
)
from grids.services.units import unit_calendar_write


class ScopedView(ApiView):
    """A view that reads and writes within somebody's scopes, computed once a request."""

    @cached_property
    def access(self) -> Access:
        """The scopes of whoever asks, at the moment of the request."""
        return access_for(self.request.user, now=self.now)


class AreasView(ScopedView):
    """The areas of one's scope."""

    @extend_schema(operation_id="areas", parameters=[AreaQuery], responses=page_shape("Area", AreaSerializer))
    def get(self, request: Request) -> Response:
        """A page of areas in the order of their codes."""
        wanted, rows = self.query(AreaQuery), areas_seen(self.access)
        if level := wanted.get("level"):
            rows = rows.filter(level=level)
        if parent := wanted.get("parent"):
            rows = rows.filter(parent__code=parent)
        if words := wanted.get("q"):
            rows = rows.filter(Q(name__icontains=words) | Q(code__startswith=words))
        return self.page(rows, AreaSerializer, by="code")


class AreaView(ScopedView):
    """One area."""

    @extend_schema(operation_id="area", responses=AreaSerializer)
    def get(self, request: Request, code: str) -> Response:
        """An area of the scope by its code."""
        return Response(AreaSerializer(area_seen(self.access, code)).data)


class OutlinesView(ScopedView):
    """Outlines for a map."""

    @extend_schema(operation_id="area_outlines", parameters=[OutlineQuery], responses=OutlineCollection)
    def get(self, request: Request) -> Response:
        """Outlines of one level as GeoJSON, simplified to what a screen shows."""
        wanted = self.query(OutlineQuery)
        rows = outlined(self.access, level=wanted["level"], parent=wanted.get("parent", ""))
        return self.cached(feature_collection(rows.order_by("code")[: MOST_OUTLINES + 1]))


class LocateView(ScopedView):
    """Point to grid."""

    problems = (404,)

    @extend_schema(operation_id="locate", parameters=[PlaceQuery], responses=LocatedSerializer)
    def get(self, request: Request) -> Response:
        """The grid, community, street and district a point lies in."""
        place = self.query(PlaceQuery)
        lon, lat = place["lon"], place["lat"]
        if place["datum"] == "GCJ02":
            lon, lat = gcj02_to_wgs84(lon, lat)
        grid = grid_at(lon, lat)
        if grid is None:
            raise NotFound(_("This place lies outside every grid of the districts served here."))
        parts = {"district": grid.district, "street": grid.street, "community": grid.community}
        return Response(LocatedSerializer({"lon": lon, "lat": lat, "grid": grid, **parts}).data)


class UnitsView(ScopedView):
    """Units one may name."""

    @extend_schema(operation_id="units", responses=list_shape("Unit", UnitSerializer))
    def get(self, request: Request) -> Response:
        """The active units of the districts in one's scope."""
        return Response({"results": UnitSerializer(units_seen(self.access), many=True).data})


class UnitCalendarView(ScopedView):
    """By which working time a unit's deadlines run."""

    takes_key = True

    @extend_schema(operation_id="unit_calendar", request=UnitCalendarInput, responses=UnitCalendarShape)
    def post(self, request: Request, code: str) -> Response:
        """Give a unit of one's district a calendar of its own, or take it away."""
        answer = unit_calendar_write(
            access=self.access, code=code, calendar=self.body(UnitCalendarInput)["calendar"] or "",
            now=self.now, key=idempotency_key(request),
        )  # fmt: skip
        return Response(answer)
