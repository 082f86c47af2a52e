"""Limits and ladders over the API: read, preview, start, and how far open cases have followed."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.limits_reads import job_seen, jobs_seen, limits_data
from cases.serializers import limits as shapes
from cases.services.rearm import change_wanted, rearm_preview, rearm_start
from core.api import idempotency_key
from core.serializers import PageQuery, page_shape
from grids.api import ScopedView


class LimitsView(ScopedView):
    """Limits and ladders; they hold in every district."""

    @extend_schema(operation_id="limits", responses=shapes.RulesShape)
    def get(self, request: Request) -> Response:
        """All of them as they hold, with where each comes from."""
        return self.cached(shapes.RulesShape(limits_data(self.access)).data)


class LimitsPreviewView(ScopedView):
    """Looking before changing."""

    problems = (404, 409)

    @extend_schema(
        operation_id="limits_preview", request=shapes.RulesInput, responses={200: shapes.RulesPreviewShape}
    )
    def post(self, request: Request) -> Response:
        """What a change would do to open cases, with the digest by which exactly that is started."""
        change = change_wanted(self.body(shapes.RulesInput))
        preview = rearm_preview(change=change, access=self.access, now=self.now)
        return Response(shapes.RulesPreviewShape(preview).data)


class RearmJobsView(ScopedView):
    """Changes and their jobs."""

    takes_key = True
    problems = (404, 409, 412)

    @extend_schema(
        operation_id="rearm_jobs",
        parameters=[PageQuery],
        responses=page_shape("RearmJob", shapes.RearmJobShape),
    )
    def get(self, request: Request) -> Response:
        """A page of those that concern one's districts, newest first."""
        self.query(PageQuery)
        return self.page(jobs_seen(self.access), shapes.RearmJobShape, by="-created_at")

    @extend_schema(
        operation_id="rearm_start", request=shapes.RulesStart, responses={201: shapes.RearmStarted}
    )
    def post(self, request: Request) -> Response:
        """Do what was previewed; 412 with the sentence when other rules hold since."""
        raw, key = self.body(shapes.RulesStart), idempotency_key(request)
        given = {"digest": raw.pop("digest"), "reason": raw.pop("reason"), "key": key}
        answer = rearm_start(change=change_wanted(raw), access=self.access, now=self.now, **given)
        return Response(answer, status=201)


class RearmJobView(ScopedView):
    """One change."""

    problems = (404,)

    @extend_schema(operation_id="rearm_job", responses=shapes.RearmJobShape)
    def get(self, request: Request, job: int) -> Response:
        """What changed, and how far open cases have followed."""
        return Response(shapes.RearmJobShape(job_seen(self.access, job)).data)
