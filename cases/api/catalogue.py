"""Classes, reasons and the workflow as data."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import CaseClass
from cases.serializers.catalogue import CaseClassDetail, CaseClassSerializer, ClassQuery, ReasonSerializer
from cases.serializers.workflow import WorkflowSerializer, workflow_data
from cases.workflow import REJECT_REASONS
from core.api import ApiView
from core.errors import NotFound
from core.serializers import list_shape


class ClassesView(ApiView):
    """The classes in use."""

    @extend_schema(
        operation_id="classes",
        parameters=[ClassQuery],
        responses=list_shape("CaseClass", CaseClassSerializer),
    )
    def get(self, request: Request) -> Response:
        """All classes in use that match; an unchanged list is answered with 304."""
        wanted, rows = self.query(ClassQuery), CaseClass.objects.filter(active=True)
        rows = rows.filter(**{name: wanted[name] for name in ("kind", "line") if name in wanted})
        if words := wanted.get("q"):
            named = Q(name__icontains=words) | Q(name_en__icontains=words) | Q(major__icontains=words)
            rows = rows.filter(named | Q(code__startswith=words))
        return self.cached({"results": CaseClassSerializer(rows, many=True).data})


class ClassView(ApiView):
    """One class."""

    @extend_schema(operation_id="class", responses=CaseClassDetail)
    def get(self, request: Request, key: str) -> Response:
        """A class in use by its key, with its filing conditions."""
        kind, _dash, code = key.partition("-")
        found = CaseClass.objects.filter(kind=kind, code=code, active=True).first()
        if found is None:
            raise NotFound(_("There is no such class. Choose one from the list."))
        conditions = list(found.conditions.filter(active=True))
        found._prefetched_objects_cache = {"conditions": conditions}  # type: ignore[attr-defined]
        return self.cached(CaseClassDetail(found).data)


class RejectReasonsView(ApiView):
    """Reasons for rejecting."""

    @extend_schema(operation_id="reject_reasons", responses=list_shape("RejectReason", ReasonSerializer))
    def get(self, request: Request) -> Response:
        """The list, in the caller's language."""
        rows = [{"reason": reason, "label": str(label)} for reason, label in REJECT_REASONS.items()]
        return self.cached({"results": rows})


class WorkflowView(ApiView):
    """Stages, tracks and steps."""

    @extend_schema(operation_id="stages", responses=WorkflowSerializer)
    def get(self, request: Request) -> Response:
        """The workflow table as data."""
        return self.cached(workflow_data())
