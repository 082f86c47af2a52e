"""Shapes of campaigns."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.campaign_reads import told_of
from cases.inputs import LENGTHS
from cases.models import Campaign, CampaignPlan
from cases.plan_picks import MOST
from cases.serializers.case import CaseRow, MeasureSerializer, UnitRef
from grids.serializers import PlaceSerializer


class CampaignSerializer(serializers.ModelSerializer[Campaign]):
    """A campaign as lists show it, with how many cases it has now and how many of them are closed."""

    district = PlaceSerializer()
    author = serializers.CharField(source="author.name")
    cases_count = serializers.IntegerField()
    closed_count = serializers.IntegerField()

    class Meta:
        model = Campaign
        fields = ["id", "title", "version", "district", "author", "opened_at", "cases_count", "closed_count"]


class CampaignPlanSerializer(serializers.ModelSerializer[CampaignPlan]):
    """One version of a campaign's plan."""

    author = serializers.CharField(source="author.name")
    approver = serializers.CharField(source="approver.name", allow_null=True, default=None)
    decided_for = serializers.CharField(source="decided_for.name", allow_null=True, default=None)
    lead_unit = UnitRef()
    assisting_units = UnitRef(many=True)
    measures = serializers.SerializerMethodField()

    class Meta:
        model = CampaignPlan
        fields = [
            "version", "state", "measures", "lead_unit", "assisting_units", "finish_by", "author",
            "submitted_at", "approver", "decided_for", "decided_at", "decision",
        ]  # fmt: skip

    @extend_schema_field(MeasureSerializer(many=True))
    def get_measures(self, plan: CampaignPlan) -> list[dict[str, Any]]:
        """The measures with the bureau's comments, as those of a case's plan."""
        return [asdict(told) for told in told_of(plan)]


class CampaignDetail(serializers.Serializer[Any]):
    """A campaign with its plans, newest first, its cases, and what the caller can do now to which cases."""

    campaign = CampaignSerializer()
    plans = CampaignPlanSerializer(many=True)
    cases = CaseRow(many=True)
    offers = serializers.SerializerMethodField()

    def get_offers(self, whole: Any) -> dict[str, list[dict[str, Any]]]:
        """For each act open now (plan, approve, return_plan, dispatch) the cases as it takes them."""
        return {
            act: [{"number": pick.number, "version": pick.version} for pick in picks]
            for act, picks in whole.offers.items()
        }


class MemberInput(serializers.Serializer[Any]):
    """A case in the version it was seen in."""

    number = serializers.CharField(max_length=19)
    version = serializers.IntegerField(min_value=1)


class CasesInput(serializers.Serializer[Any]):
    """The cases a step is taken on."""

    cases = serializers.ListField(child=MemberInput(), max_length=MOST, min_length=1)


class CampaignPlanInput(CasesInput):
    """The plan, once for all cases."""

    measures = serializers.ListField(child=serializers.CharField(max_length=500), max_length=30)
    lead_unit = serializers.CharField(max_length=30)
    assisting_units = serializers.ListField(
        child=serializers.CharField(max_length=30), required=False, max_length=20
    )
    finish_by = serializers.DateTimeField()


class CampaignInput(CampaignPlanInput):
    """A new campaign."""

    title = serializers.CharField(max_length=80)


class CampaignApproveInput(CasesInput):
    """An approval, with a remark at will; the remark is needed to let a date after the limit count."""

    text = serializers.CharField(required=False, max_length=LENGTHS["text"])
    past_limit = serializers.BooleanField(required=False, help_text="as in the step on a single case")


class CampaignReturnInput(CasesInput):
    """A return with its reason, and comments by the number of the measure."""

    reason = serializers.CharField(max_length=LENGTHS["reason"])
    comments = serializers.DictField(child=serializers.CharField(max_length=500), required=False)


class CampaignLeaveInput(MemberInput):
    """The case to take out, and why."""

    reason = serializers.CharField(max_length=LENGTHS["reason"])


class LeftOut(serializers.Serializer[Any]):
    """A case that could not follow, and why."""

    number = serializers.CharField()
    detail = serializers.CharField()


class CampaignAnswer(serializers.Serializer[Any]):
    """Which cases took the step, and which were left out."""

    campaign = serializers.UUIDField()
    version = serializers.IntegerField()
    done = serializers.ListField(child=serializers.CharField())
    left_out = LeftOut(many=True)


class CampaignLeft(serializers.Serializer[Any]):
    """The case that was taken out."""

    campaign = serializers.UUIDField()
    version = serializers.IntegerField()
    number = serializers.CharField()
