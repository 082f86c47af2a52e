"""Calendars of working time over the API: read, preview, change, reckon."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.calendars import reads
from cases.serializers import calendars as shapes
from cases.services.calendars import calendar_add, calendar_edit, calendar_preview
from core.api import etag_of, idempotency_key, version_expected
from core.serializers import PageQuery, list_shape, page_shape
from grids.api import ScopedView


class CalendarsView(ScopedView):
    """All calendars; they hold in every district."""

    takes_key = True

    @extend_schema(operation_id="calendars", responses=list_shape("Calendar", shapes.CalendarRef))
    def get(self, request: Request) -> Response:
        """All of them, without what they say."""
        return Response({"results": shapes.CalendarRef(reads.calendars_seen(self.access), many=True).data})

    @extend_schema(
        operation_id="calendar_add", request=shapes.CalendarAddInput, responses={201: shapes.CalendarAnswer}
    )
    def post(self, request: Request) -> Response:
        """Make a calendar that begins like another one."""
        given, key = self.body(shapes.CalendarAddInput), idempotency_key(request)
        return Response(calendar_add(access=self.access, now=self.now, key=key, **given), status=201)


class CalendarView(ScopedView):
    """One calendar."""

    @extend_schema(operation_id="calendar", responses=shapes.CalendarDetail)
    def get(self, request: Request, calendar: str) -> Response:
        """What a calendar says; the ETag names its version, as a change expects it."""
        row = reads.calendar_seen(self.access, calendar)
        tag = etag_of(reads.current_of(row).number)
        return Response(shapes.CalendarDetail(row).data, headers={"ETag": tag})


class CalendarPreviewView(ScopedView):
    """Looking before changing."""

    takes_version = True
    problems = (403, 404)

    @extend_schema(
        operation_id="calendar_preview",
        request=shapes.CalendarInput,
        responses={200: shapes.CalendarPreviewShape},
    )
    def post(self, request: Request, calendar: str) -> Response:
        """What a change would make different; nothing is changed."""
        wish = self.body(shapes.CalendarInput)
        preview = calendar_preview(
            access=self.access, code=calendar, wish=wish, was=version_expected(request), now=self.now
        )
        return Response(shapes.CalendarPreviewShape(preview).data)


class CalendarChangeView(ScopedView):
    """Changing a calendar."""

    takes_key = True
    takes_version = True

    @extend_schema(
        operation_id="calendar_change",
        request=shapes.CalendarChangeInput,
        responses={200: shapes.CalendarAnswer},
    )
    def post(self, request: Request, calendar: str) -> Response:
        """Put the next version in force; what stands already makes none."""
        wish = self.body(shapes.CalendarChangeInput)
        answer = calendar_edit(
            access=self.access, code=calendar, reason=wish.pop("reason"), wish=wish, now=self.now,
            was=version_expected(request), key=idempotency_key(request),
        )  # fmt: skip
        return Response(answer, headers={"ETag": etag_of(answer["version"])})


class CalendarVersionsView(ScopedView):
    """The versions of a calendar."""

    @extend_schema(
        operation_id="calendar_versions",
        parameters=[PageQuery],
        responses=page_shape("CalendarVersion", shapes.VersionShape),
    )
    def get(self, request: Request, calendar: str) -> Response:
        """A page of versions, newest first."""
        self.query(PageQuery)
        rows = reads.versions_of(reads.calendar_seen(self.access, calendar))
        return self.page(rows, shapes.VersionShape, by="-number")


class CalendarVersionView(ScopedView):
    """One version."""

    @extend_schema(operation_id="calendar_version", responses=shapes.VersionDetail)
    def get(self, request: Request, calendar: str, version: int) -> Response:
        """What a version says; it never changes."""
        return Response(shapes.VersionDetail(reads.version_seen(self.access, calendar, version)).data)


class CalendarReckonView(ScopedView):
    """What a limit comes to."""

    problems = (409,)

    @extend_schema(
        operation_id="calendar_reckon", parameters=[shapes.ReckonQuery], responses=shapes.ReckonedShape
    )
    def get(self, request: Request, calendar: str) -> Response:
        """The deadline of a limit by the version in force, with its derivation."""
        asked = self.query(shapes.ReckonQuery)
        version = reads.current_of(reads.calendar_seen(self.access, calendar))
        return Response(shapes.ReckonedShape(reads.reckoned(version, **asked)).data)
