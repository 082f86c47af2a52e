"""Changing areas over the API: preview, apply by token, and how far it is."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import idempotency_key
from core.serializers import PageQuery, page_shape
from grids.api import ScopedView
from grids.change_shapes import AppliedShape, ChangeApply, ChangeInput, JobShape, PreviewShape
from grids.jobs import job_seen, jobs_seen
from grids.services.changes import change_apply, change_preview


class ChangePreviewView(ScopedView):
    """Looking before changing."""

    problems = (404, 409)

    @extend_schema(operation_id="area_change_preview", request=ChangeInput, responses={200: PreviewShape})
    def post(self, request: Request) -> Response:
        """What a change would do now, with the token by which exactly that is applied."""
        plan = change_preview(access=self.access, raw=self.body(ChangeInput), now=self.now)
        return Response(PreviewShape(plan).data)


class ChangesView(ScopedView):
    """Changes of areas."""

    takes_key = True
    problems = (404, 409, 412)

    @extend_schema(
        operation_id="area_changes", parameters=[PageQuery], responses=page_shape("AreaChange", JobShape)
    )
    def get(self, request: Request) -> Response:
        """A page of changes, newest first."""
        self.query(PageQuery)
        return self.page(jobs_seen(self.access), JobShape, by="-created_at")

    @extend_schema(operation_id="area_change", request=ChangeApply, responses={201: AppliedShape})
    def post(self, request: Request) -> Response:
        """Apply what was previewed; 412 with the sentence when the areas have changed since."""
        raw = self.body(ChangeApply)
        token, key = raw.pop("token"), idempotency_key(request)
        answer = change_apply(access=self.access, raw=raw, token=token, now=self.now, key=key)
        return Response(answer, status=201)


class ChangeView(ScopedView):
    """One change."""

    problems = (404,)

    @extend_schema(operation_id="area_change_job", responses=JobShape)
    def get(self, request: Request, job: int) -> Response:
        """The change and how far what lies there has followed."""
        return Response(JobShape(job_seen(self.access, job)).data)
