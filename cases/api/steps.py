"""Reports and steps over the API: one address an action, each with the input the table gives it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from cases.serializers.steps import StepAnswer, report_input, step_input
from cases.services.advance import case_advance
from cases.services.report import case_report
from cases.workflow import Action
from core.api import etag_of, idempotency_key, version_expected
from core.errors import BadInput
from grids.api import ScopedView


class ReportView(ScopedView):
    """Filing a report, of something to be done or fixed already."""

    takes_key = True
    action = Action.REPORT

    def post(self, request: Request) -> Response:
        """File it; 201 with the case's number, the same again for the same key."""
        raw, uuid = report_parts(self.sent)
        key = idempotency_key(request)
        answer = case_report(
            access=self.access, raw=raw, key=key, now=self.now, action=self.action, uuid=uuid
        )
        place = reverse("api:case", args=[answer["number"]])
        headers = {"ETag": etag_of(answer["version"]), "Location": place}
        return Response(answer, status=201, headers=headers)


def report_parts(data: Mapping[str, Any]) -> tuple[dict[str, Any], UUID | None]:
    """A report's body apart from the client's own name for the case.

    Raises:
        BadInput: the name is no UUID.
    """
    raw = dict(data)
    named = raw.pop("uuid", None)
    try:
        return raw, UUID(str(named)) if named else None
    except ValueError:
        raise BadInput(_("This is no UUID. Make one, or leave it out."), field="uuid") from None


def report_view(action: Action) -> Any:
    """The view of one way to begin a case, with its own input in the schema."""
    made = type(f"{action.value}View", (ReportView,), {"action": action})
    described = extend_schema(
        operation_id=f"case_{action.value}", request=report_input(action), responses={201: StepAnswer}
    )
    return extend_schema_view(post=described)(made).as_view()  # type: ignore[attr-defined]


class StepView(ScopedView):
    """Taking a step; the action comes with the address."""

    takes_key = takes_version = True

    def post(self, request: Request, number: str, action: str) -> Response:
        """Take the step on the version named in If-Match; the ETag of the answer is the next one."""
        answer = case_advance(
            number=number,
            action=action,
            access=self.access,
            raw=self.sent,
            version=version_expected(request),
            key=idempotency_key(request),
            now=self.now,
        )
        return Response(answer, headers={"ETag": etag_of(answer["version"])})


def step_view(action: Action) -> Any:
    """The view of one action, with its own input in the schema."""
    made = type(f"{action.value}View", (StepView,), {"__doc__": f"{action.value}, from the workflow table."})
    described = extend_schema(
        operation_id=f"case_step_{action.value}",
        request=step_input(action),
        responses={200: OpenApiResponse(StepAnswer)},
    )
    return extend_schema_view(post=described)(made).as_view()  # type: ignore[attr-defined]


@extend_schema(exclude=True)
class NoSuchStep(StepView):
    """Any other action: refused by the service in its own words."""
