"""The lists somebody keeps, over the API."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.selectors import saved_filters
from cases.serializers.saved import SavedFilterInput, SavedFilterSerializer
from cases.services.saved import saved_filter_drop, saved_filter_keep
from core.serializers import list_shape
from grids.api import ScopedView


class SavedFiltersView(ScopedView):
    """One's own kept lists."""

    @extend_schema(operation_id="saved_filters", responses=list_shape("SavedFilter", SavedFilterSerializer))
    def get(self, request: Request) -> Response:
        """All of them, by name."""
        return Response({"results": SavedFilterSerializer(saved_filters(self.access), many=True).data})

    @extend_schema(
        operation_id="saved_filter_keep", request=SavedFilterInput, responses={200: SavedFilterSerializer}
    )
    def post(self, request: Request) -> Response:
        """Keep a list; sent twice it is one, since a name holds one list."""
        row = saved_filter_keep(access=self.access, now=self.now, **self.body(SavedFilterInput))
        return Response(SavedFilterSerializer(row).data)


class SavedFilterView(ScopedView):
    """One kept list."""

    @extend_schema(operation_id="saved_filter_drop", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Drop it."""
        saved_filter_drop(access=self.access, pk=pk)
        return Response(status=204)
