"""Plan templates over the API."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.serializers.templates import (
    PlanTemplateAnswer,
    PlanTemplateChange,
    PlanTemplateInput,
    PlanTemplateQuery,
    PlanTemplateSerializer,
)
from cases.services.plan_templates import (
    plan_template_change,
    plan_template_create,
    plan_template_retire,
)
from cases.template_reads import template_seen, templates_found
from core.api import etag_of, idempotency_key, version_expected
from core.serializers import page_shape
from grids.api import ScopedView


class PlanTemplatesView(ScopedView):
    """The plan templates of one's districts."""

    takes_key = True

    @extend_schema(
        operation_id="plan_templates",
        parameters=[PlanTemplateQuery],
        responses=page_shape("PlanTemplate", PlanTemplateSerializer),
    )
    def get(self, request: Request) -> Response:
        """A page of templates, the last changed first."""
        wanted = self.query(PlanTemplateQuery)
        rows = templates_found(self.access, q=wanted.get("q", ""), use=wanted["use"])
        return self.page(rows, PlanTemplateSerializer, by="-changed_at")

    @extend_schema(
        operation_id="plan_template_create", request=PlanTemplateInput, responses={201: PlanTemplateAnswer}
    )
    def post(self, request: Request) -> Response:
        """Create a template for a class."""
        raw, key = self.body(PlanTemplateInput), idempotency_key(request)
        answer = plan_template_create(access=self.access, raw=raw, key=key, now=self.now)
        return Response(answer, status=201, headers={"ETag": etag_of(answer["version"])})


class PlanTemplateView(ScopedView):
    """One plan template."""

    takes_key = takes_version = True
    problems = (404,)

    @extend_schema(operation_id="plan_template", responses=PlanTemplateSerializer)
    def get(self, request: Request, template_id: int) -> Response:
        """A template with its version as the ETag."""
        template = template_seen(self.access, template_id)
        data = PlanTemplateSerializer(template).data
        return Response(data, headers={"ETag": etag_of(template.version)})

    @extend_schema(
        operation_id="plan_template_change", request=PlanTemplateChange, responses=PlanTemplateAnswer
    )
    def post(self, request: Request, template_id: int) -> Response:
        """Change it; the version counts up."""
        answer = plan_template_change(
            access=self.access,
            template_id=template_id,
            raw=self.body(PlanTemplateChange),
            version=version_expected(request),
            key=idempotency_key(request),
            now=self.now,
        )
        return Response(answer, headers={"ETag": etag_of(answer["version"])})


class PlanTemplateRetireView(ScopedView):
    """Taking out of use."""

    takes_version = True
    problems = (404, 409)

    @extend_schema(operation_id="plan_template_retire", request=None, responses=PlanTemplateSerializer)
    def post(self, request: Request, template_id: int) -> Response:
        """Retire it; plans that came of it keep naming it."""
        template = plan_template_retire(
            access=self.access,
            template_id=template_id,
            version=version_expected(request),
            now=self.now,
        )
        return Response(PlanTemplateSerializer(template).data)
