"""Shapes of limits, ladders, their changes, and the jobs that reckon open cases anew."""

from typing import Any

from rest_framework import serializers

from cases.deadlines import HEARERS
from cases.limits_reads import job_told
from cases.models import RearmJob
from cases.workflow import STAGES, Track
from core.serializers import StrictSerializer
from core.worktime import Unit

_EVERY = "empty for every other track"
STAGES_IN_ORDER = [stage.value for stage in STAGES]
KINDS = ["limits", "ladder", "condition", "renewal"]
WHOSE = ["own", "general", "built_in"]
TRACKS = ["", *Track.values]


class AmountShape(serializers.Serializer[Any]):
    """An amount and its unit."""

    amount = serializers.IntegerField()
    unit = serializers.ChoiceField(choices=[unit.value for unit in Unit])


class LimitShape(serializers.Serializer[Any]):
    """How long a stage may take; `source` is own, general (of every other track) or built_in."""

    stage = serializers.CharField()
    track = serializers.CharField(help_text=_EVERY, allow_blank=True)
    limit = AmountShape()
    words = serializers.CharField()
    source = serializers.ChoiceField(choices=WHOSE)  # type: ignore[assignment]


class RungShape(serializers.Serializer[Any]):
    """One rung in words; `off` where the city switched it off."""

    level = serializers.IntegerField(help_text="1 warning, 2 overdue, 3 and 4 above")
    name = serializers.CharField()
    percent = serializers.IntegerField()
    when = serializers.CharField()
    hears = serializers.CharField()
    supervision = serializers.CharField(allow_blank=True)
    sounds = serializers.CharField()
    off = serializers.BooleanField()
    source = serializers.ChoiceField(choices=WHOSE)  # type: ignore[assignment]


class LadderShape(serializers.Serializer[Any]):
    """The ladder of a stage on a track."""

    stage = serializers.CharField()
    track = serializers.CharField(help_text=_EVERY, allow_blank=True)
    rungs = RungShape(many=True)


class RulesShape(serializers.Serializer[Any]):
    """All limits of stages, and the ladders; those of tracks with rungs of their own as well."""

    limits = LimitShape(many=True)
    ladders = LadderShape(many=True)


def _amount(**more: Any) -> serializers.ListField:
    return serializers.ListField(min_length=2, max_length=2, help_text="[amount, unit]", **more)


class LimitInput(StrictSerializer):
    """A limit of a stage; null takes the city's own away."""

    stage = serializers.ChoiceField(choices=STAGES_IN_ORDER)
    track = serializers.ChoiceField(choices=TRACKS, required=False)
    limit = _amount(allow_null=True)


class RungInput(StrictSerializer):
    """When a rung comes, and who hears of it."""

    percent = serializers.IntegerField(min_value=1, max_value=3000)
    past_days = serializers.IntegerField(min_value=0, max_value=365, required=False)
    not_before = _amount(allow_null=True, required=False)
    hears = serializers.ListField(child=serializers.ChoiceField(choices=list(HEARERS)), max_length=6)
    supervision = serializers.IntegerField(min_value=0, max_value=3, required=False)
    sounds = serializers.BooleanField(required=False)


class StepInput(StrictSerializer):
    """A rung by its place; a stage left empty is every stage."""

    stage = serializers.ChoiceField(choices=["", *STAGES_IN_ORDER])
    track = serializers.ChoiceField(choices=TRACKS, required=False)
    level = serializers.IntegerField(min_value=1, max_value=4)


class StepRungInput(StepInput):
    """The same with the rung; null switches it off."""

    rung = RungInput(allow_null=True)


class RulesInput(StrictSerializer):
    """What is to change. limits: `limits`. ladder: `rungs` and `removed`. condition: `class` and `seq`, whose
    open cases take the limit of new ones. renewal: nothing more; open cases follow the rules in force."""

    kind = serializers.ChoiceField(choices=KINDS)
    limits = LimitInput(many=True, required=False)
    rungs = StepRungInput(many=True, required=False)
    removed = StepInput(many=True, required=False)
    seq = serializers.IntegerField(min_value=1, max_value=32767, required=False)

    def get_fields(self) -> dict[str, Any]:
        """With the one whose name Python keeps for itself."""
        return {**super().get_fields(), "class": serializers.CharField(required=False, max_length=60)}


class RulesStart(RulesInput):
    """The same with the digest of its preview and the reason."""

    digest = serializers.RegexField(r"^[0-9a-f]{64}$")
    reason = serializers.CharField(max_length=500)


class CountsShape(serializers.Serializer[Any]):
    """How many cases a change touches, and how."""

    open = serializers.IntegerField(help_text="open cases whose clock runs")
    resting = serializers.IntegerField(help_text="suspended; they take the new rules when they go on")
    looked_at = serializers.IntegerField()
    changed = serializers.IntegerField()
    earlier = serializers.IntegerField()
    later = serializers.IntegerField()
    overdue_at_once = serializers.IntegerField()
    overdue_no_more = serializers.IntegerField()
    at_once = serializers.IntegerField(help_text="a rung, or what runs beside it, comes at once")


class ExampleShape(serializers.Serializer[Any]):
    """One case that would change."""

    number = serializers.CharField()
    stage = serializers.CharField()
    track = serializers.CharField()
    before = serializers.DateTimeField(allow_null=True)
    after = serializers.DateTimeField(allow_null=True)


class RulesPreviewShape(serializers.Serializer[Any]):
    """What a change would do to the open cases of one's districts; it is started by its digest."""

    digest = serializers.CharField()
    counts = CountsShape(source="numbers")
    examples = ExampleShape(many=True)


class RearmStarted(serializers.Serializer[Any]):
    """The job under which open cases follow."""

    job = serializers.IntegerField()
    state = serializers.CharField()


class ToldShape(serializers.Serializer[Any]):
    """One line of a change, in words."""

    label = serializers.CharField()  # type: ignore[assignment]
    before = serializers.CharField()
    after = serializers.CharField()


class RearmJobShape(serializers.ModelSerializer[RearmJob]):
    """One change and how far open cases have followed."""

    kind_label = serializers.CharField(source="get_kind_display")
    state_label = serializers.CharField(source="get_state_display")
    actor = serializers.CharField(source="actor.name", allow_null=True, default=None)
    told = serializers.SerializerMethodField()

    class Meta:
        model = RearmJob
        fields = [
            "id", "kind", "kind_label", "state", "state_label", "total", "done", "failed", "error", "reason",
            "actor", "created_at", "finished_at", "told",
        ]  # fmt: skip

    def get_told(self, job: RearmJob) -> list[dict[str, str]]:
        """What changed, in words."""
        return [{"label": one.label, "before": one.before, "after": one.after} for one in job_told(job)]
