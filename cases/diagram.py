"""The workflow table as a picture and as rows, for ``docs/workflow.md``. Pure; in English."""

from django.utils import translation

from cases.workflow import DONE, STAGES, STEPS, Part, Stage, Step, targets

_HEAD = """# The life of a case

Made by `manage.py workflow_diagram` from `cases/workflow/`; a test fails when the two differ.
"""
_UNITS = {
    "工作时": "working hours",
    "工作分": "working minutes",
    "工作日": "working days",
    "紧急工作分": "continuous minutes",
}


def workflow_page() -> str:
    """The whole page in Markdown: a Mermaid diagram, the stages, and one row a step."""
    with translation.override("en"):
        return "\n".join((_HEAD, _picture(), _stages(), _steps()))


def _picture() -> str:
    moves: dict[tuple[str, str], list[str]] = {}
    for step in STEPS:
        for source in sorted(step.sources or (None,), key=str):
            for target in sorted(targets(step, source)):
                if target != source:
                    moves.setdefault((source or "[*]", target), []).append(str(step.action.label))
    lines = [f"  {source} --> {target}: {' / '.join(names)}" for (source, target), names in moves.items()]
    names = [f'  state "{stage.label}" as {stage.value}' for stage in _drawn()]
    ends = [f"  {stage.value} --> [*]" for stage in _drawn() if stage in DONE]
    return "\n".join(["```mermaid", "stateDiagram-v2", *names, *lines, *ends, "```", ""])


def _drawn() -> list[Stage]:
    """The stages some step leads to."""
    reached = {t for step in STEPS for source in step.sources or (None,) for t in targets(step, source)}
    return [stage for stage in Stage if stage in reached]


def _stages() -> str:
    rows = [
        f"| {stage.value} | {stage.label} | {_names(spec.owners)} | {_limit(spec.limit)} "
        f"| {_limit(spec.emergency_limit)} |"
        for stage, spec in STAGES.items()
    ]
    return _table("Stages", "stage | name | whose turn | limit | in an emergency", rows)


def _steps() -> str:
    return _table("Steps", "step | from | to | by | needs | may carry | not by", [_row(s) for s in STEPS])


def _row(step: Step) -> str:
    needs = [*step.needs, *(" or ".join(pair) for pair in step.either)]
    onward = {t for source in step.sources or (None,) for t in targets(step, source)}
    stays = bool(step.sources) and onward == set(step.sources)
    cells = (
        step.action.value,
        ", ".join(stage for stage in Stage if stage in step.sources) or "—",
        "same" if stays else ", ".join(stage for stage in Stage if stage in onward),
        _by(step),
        ", ".join(needs) or "—",
        ", ".join(step.takes) or "—",
        _not_by(step) or "—",
    )
    return f"| {' | '.join(cells)} |"


def _by(step: Step) -> str:
    part = "" if step.part is Part.NONE else f" ({step.part.name.lower()} part)"
    return (_names(step.by | step.guests) or "the system") + part


def _not_by(step: Step) -> str:
    barred = [f"who took {action.value}" for action in sorted(step.other_than)]
    return ", ".join(barred + ["people of the handling units"] * step.other_unit)


def _names(people: frozenset[object]) -> str:
    return ", ".join(
        sorted(str(getattr(who, "label", "")) or str(getattr(who, "name", "")).lower() for who in people)
    )


def _limit(limit: tuple[int, str]) -> str:
    return f"{limit[0]} {_UNITS[limit[1]]}" if limit[0] else "—"


def _table(title: str, columns: str, rows: list[str]) -> str:
    rule = "|".join(["---"] * (columns.count("|") + 1))
    return "\n".join([f"## {title}", "", f"| {columns} |", f"|{rule}|", *rows, ""])
