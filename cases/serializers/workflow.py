"""The workflow as data: what a client needs to draw stages and buttons."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from cases.workflow import STAGES, STEPS, Stage, Step, Track, targets


class StageSerializer(serializers.Serializer[Any]):
    """A stage: whose turn it is, and its default limit as amount and unit."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    open = serializers.BooleanField()
    owners = serializers.ListField(child=serializers.CharField())
    limit = serializers.IntegerField(help_text="0 where the filing condition says it")
    limit_unit = serializers.CharField()


class StepSerializer(serializers.Serializer[Any]):
    """A row of the table; ``sources`` is empty for a step that begins a case."""

    action = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    sources = serializers.ListField(child=serializers.CharField())
    targets = serializers.ListField(child=serializers.CharField())
    by = serializers.ListField(child=serializers.CharField())
    needs = serializers.ListField(child=serializers.CharField())
    either = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    takes = serializers.ListField(child=serializers.CharField())
    other_than = serializers.ListField(child=serializers.CharField())


class LabelSerializer(serializers.Serializer[Any]):
    """A code and its words."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class WorkflowSerializer(serializers.Serializer[Any]):
    """Stages, tracks and steps."""

    stages = StageSerializer(many=True)
    tracks = LabelSerializer(many=True)
    steps = StepSerializer(many=True)


def workflow_data() -> dict[str, Any]:
    """The whole table as plain data, in the reader's language."""
    return {
        "stages": [_stage(stage) for stage in Stage],
        "tracks": [{"code": track.value, "label": str(track.label)} for track in Track],
        "steps": [_step(step) for step in STEPS],
    }


def _stage(stage: Stage) -> dict[str, Any]:
    spec = STAGES.get(stage)
    limit, unit = spec.limit if spec else (0, "")
    return {
        "code": stage.value,
        "label": str(stage.label),
        "open": spec is not None,
        "owners": _in_order(spec.owners) if spec else [],
        "limit": limit,
        "limit_unit": unit,
    }


def _step(step: Step) -> dict[str, Any]:
    leads_to = {target for source in (step.sources or (None,)) for target in targets(step, source)}
    return {
        "action": step.action.value,
        "label": str(step.action.label),
        "sources": [stage.value for stage in Stage if stage in step.sources],
        "targets": [stage.value for stage in Stage if stage in leads_to],
        "by": _in_order(step.by),
        "needs": list(step.needs),
        "either": [list(pair) for pair in step.either],
        "takes": list(step.takes),
        "other_than": _in_order(step.other_than),
    }


def _in_order(members: Iterable[str]) -> list[str]:
    return sorted(str(member) for member in members)
