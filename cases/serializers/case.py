"""Shapes of a case and what hangs on it."""

from typing import Any, ClassVar

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.dossier import Dossier
from cases.lamps import Standing, standing_of
from cases.models import ActionPlan, Case, Lamp, Measure, Photo, UnitPart
from cases.serializers.catalogue import CaseClassSerializer
from cases.serializers.deadlines import WatchSerializer
from cases.veil import covered_case
from cases.workflow import Step
from grids.serializers import PlaceSerializer


class ConditionRef(serializers.Serializer[Any]):
    """A filing condition by number."""

    seq = serializers.IntegerField()
    text = serializers.CharField()


class UnitRef(serializers.Serializer[Any]):
    """A unit by code."""

    code = serializers.CharField()
    name = serializers.CharField()
    line = serializers.CharField()


class CaseRow(serializers.ModelSerializer[Case]):
    """A case as lists show it. Areas carry ``made_up`` where their outline is generated."""

    stage_label = serializers.CharField(source="get_stage_display")
    track_label = serializers.CharField(source="get_track_display")
    source_label = serializers.CharField(source="get_source_display")
    case_class = CaseClassSerializer(allow_null=True)
    condition = ConditionRef(allow_null=True)
    district, street = PlaceSerializer(), PlaceSerializer()
    community, grid = PlaceSerializer(), PlaceSerializer()
    lead_unit = UnitRef(allow_null=True)
    assignee = serializers.CharField(source="assignee.name", allow_null=True, default=None)
    url = serializers.SerializerMethodField()
    lamp = serializers.SerializerMethodField(
        help_text="how the case stands to its deadline; null where no clock runs or rests"
    )
    deadline_words = serializers.SerializerMethodField(help_text="the same in words; empty without a lamp")
    left_seconds = serializers.SerializerMethodField(
        help_text="until the deadline, less than 0 past it, in the clock's own time: working or continuous"
    )

    class Meta:
        model = Case
        fields: ClassVar[list[str]] = [
            "number", "uuid", "url", "stage", "stage_label", "track", "track_label", "version", "case_class",
            "condition", "description", "address", "lon", "lat", "accuracy", "source_datum", "district",
            "street", "community", "grid", "filed_district_code", "filed_grid_code", "source",
            "source_label", "lead_unit", "assignee", "opened_at", "stage_since", "filed_at",
            "dispatched_at", "finished_at", "closed_at", "due_at", "lamp", "deadline_words", "left_seconds",
            "escalation", "overdue_at",
        ]  # fmt: skip

    def to_representation(self, case: Case) -> Any:
        """Phone numbers in its words are covered, whoever asks."""
        return super().to_representation(covered_case(case))

    def get_url(self, case: Case) -> str:
        """Its address in the API."""
        return reverse("api:case", args=[case.number])

    @extend_schema_field(serializers.ChoiceField(choices=Lamp.choices, allow_null=True))
    def get_lamp(self, case: Case) -> str | None:
        """The lamp at the moment of the request."""
        standing = self._standing(case)
        return standing.lamp.value if standing else None

    def get_deadline_words(self, case: Case) -> str:
        """What is left, how late it is, or until when the clock rests."""
        standing = self._standing(case)
        return standing.words if standing else ""

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_left_seconds(self, case: Case) -> int | None:
        """Seconds to the deadline."""
        standing = self._standing(case)
        return standing.seconds if standing else None

    def _standing(self, case: Case) -> Standing | None:
        return standing_of(case, self.context["now"])


class PartSerializer(serializers.ModelSerializer[UnitPart]):
    """A unit's part; past ones are not ``active``."""

    unit = UnitRef()
    kind_label = serializers.CharField(source="get_kind_display")
    signed_by = serializers.CharField(source="signed_by.name", allow_null=True, default=None)

    class Meta:
        model = UnitPart
        fields = [
            "unit", "kind", "kind_label", "active", "dispatched_at", "signed_at", "signed_by",
            "handed_in_at", "result",
        ]  # fmt: skip


class MeasureSerializer(serializers.ModelSerializer[Measure]):
    """One clause of a plan, with the bureau's comment."""

    class Meta:
        model = Measure
        fields = ["seq", "text", "comment"]


class TemplateUsed(serializers.Serializer[Any]):
    """The template a plan began from."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    unchanged = serializers.BooleanField(help_text="found by comparing when the plan was submitted")


class PlanSerializer(serializers.ModelSerializer[ActionPlan]):
    """One version of the action plan."""

    state_label = serializers.CharField(source="get_state_display")
    author = serializers.CharField(source="author.name")
    approver = serializers.CharField(source="approver.name", allow_null=True, default=None)
    decided_for = serializers.CharField(source="decided_for.name", allow_null=True, default=None)
    lead_unit = UnitRef()
    assisting_units = UnitRef(many=True)
    measures = MeasureSerializer(many=True)
    template = serializers.SerializerMethodField()

    class Meta:
        model = ActionPlan
        fields = [
            "version", "state", "state_label", "author", "approver", "decided_for", "lead_unit",
            "assisting_units", "measures", "finish_by", "past_limit", "submitted_at", "decided_at",
            "decision", "template",
        ]  # fmt: skip

    @extend_schema_field(TemplateUsed(allow_null=True))
    def get_template(self, plan: ActionPlan) -> dict[str, Any] | None:
        """The template it began from, and whether it was left unchanged."""
        if plan.template is None:
            return None
        return {
            "id": plan.template.pk,
            "version": plan.template_version,
            "title": plan.template.title,
            "unchanged": plan.template_unchanged,
        }


class PhotoSerializer(serializers.ModelSerializer[Photo]):
    """A photo with the addresses of its pictures; ``sha256`` is of the kept file."""

    url = serializers.SerializerMethodField()
    thumb_url = serializers.SerializerMethodField()
    sha256 = serializers.CharField(source="kept_sha256")

    class Meta:
        model = Photo
        fields = [
            "id", "url", "thumb_url", "sha256", "came_sha256", "width", "height", "purpose", "event_seq",
            "uploaded_at", "taken_at", "lon", "lat", "made_up",
        ]  # fmt: skip

    def get_url(self, photo: Photo) -> str:
        """The picture."""
        return reverse("api:photo_file", args=[photo.pk])

    def get_thumb_url(self, photo: Photo) -> str:
        """The small picture."""
        return reverse("api:photo_small", args=[photo.pk])


class OfferSerializer(serializers.Serializer[Any]):
    """A step open to the caller now: all of ``needs``, one of each pair in ``either``, ``takes`` at will."""

    action = serializers.CharField()
    label = serializers.CharField(source="action.label")  # type: ignore[assignment]
    needs = serializers.ListField(child=serializers.CharField())
    either = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    takes = serializers.ListField(child=serializers.CharField())
    url = serializers.SerializerMethodField()

    def get_url(self, step: Step) -> str:
        """Where the step is posted to."""
        return reverse("api:case_step", args=[self.context["case"].number, step.action.value])


class ReporterSerializer(serializers.Serializer[Any]):
    """Name and phone under a mask."""

    name = serializers.CharField()
    phone = serializers.CharField()
    follow_code = serializers.CharField()


class CaseDetail(CaseRow):
    """A case with everything on it; ``reporter`` only for those who call back."""

    merged_into = serializers.CharField(source="merged_into.number", allow_null=True, default=None)
    allowed_actions = serializers.SerializerMethodField()
    parts = serializers.SerializerMethodField()
    plans = serializers.SerializerMethodField()
    photos = serializers.SerializerMethodField()
    reporter = serializers.SerializerMethodField()
    supervised = serializers.SerializerMethodField()

    class Meta(CaseRow.Meta):
        fields: ClassVar[list[str]] = [
            *CaseRow.Meta.fields, "fixed_on_the_spot", "drawn_for_field", "somebody_to_call", "returns",
            "reworks", "complaints", "failed_calls", "reopens", "merged_into", "suspended_at",
            "suspended_until", "suspension_asked", "extensions", "extension_asked", "first_due_at",
            "overdue_waived", "appeal_asked", "objection_asked", "presence", "supervisions", "reply_from",
            "plan_owed", "closed_by_force", "allowed_actions", "parts", "plans", "photos",
            "reporter", "supervised",
        ]  # fmt: skip

    @property
    def _dossier(self) -> Dossier:
        dossier: Dossier = self.context["dossier"]
        return dossier

    @extend_schema_field(OfferSerializer(many=True))
    def get_allowed_actions(self, case: Case) -> Any:
        """What the caller can do now."""
        return OfferSerializer(self._dossier.steps, many=True, context={"case": case}).data

    @extend_schema_field(PartSerializer(many=True))
    def get_parts(self, case: Case) -> Any:
        """The units' parts."""
        return PartSerializer(self._dossier.parts, many=True).data

    @extend_schema_field(PlanSerializer(many=True))
    def get_plans(self, case: Case) -> Any:
        """The versions of the plan, newest first."""
        return PlanSerializer(self._dossier.plans, many=True).data

    @extend_schema_field(WatchSerializer(many=True))
    def get_supervised(self, case: Case) -> Any:
        """The supervisions, newest first."""
        return WatchSerializer(self._dossier.watches, many=True).data

    @extend_schema_field(PhotoSerializer(many=True))
    def get_photos(self, case: Case) -> Any:
        """The photos in the order of their events."""
        return PhotoSerializer(self._dossier.photos, many=True).data

    @extend_schema_field(ReporterSerializer(allow_null=True))
    def get_reporter(self, case: Case) -> Any:
        """Who to call, under a mask."""
        return self._dossier.reporter


class SimilarSerializer(serializers.Serializer[Any]):
    """A case near by, with its distance in metres and one photo."""

    case = CaseRow()
    metres = serializers.FloatField()
    thumb_url = serializers.CharField(allow_blank=True)


class CandidateSerializer(serializers.Serializer[Any]):
    """Somebody who may be named, by login name."""

    username = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField(source="unit.name", allow_null=True, default=None)
