"""What the cases room says of a change of areas beforehand, and what it settles with it."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from cases.models import Case, StandingPlan
from cases.services.rescope import cases_follow
from cases.workflow import OPEN, Stage
from core.errors import Sentence
from core.services.audit import audit_write
from grids.following import Flow, Follower, Outlook, Shift
from grids.models import Area, AreaJob

_LIVE = (StandingPlan.State.DRAFT, StandingPlan.State.APPROVED)
Counts = Counter[tuple[str, str, str]]


def cases_outlook(shift: Shift, now: datetime) -> Outlook:
    """How many open cases go from where to where, how many closed ones stay, and which plans that touches."""
    rows = Case.objects.filter(**{f"{shift.level}_id__in": list(shift.names)})
    opened = rows.filter(stage__in=OPEN)
    column = f"{shift.level}_id"
    counts: Counts = Counter()
    if shift.by_place:
        for area, stage, lon, lat in opened.values_list(column, "stage", "lon", "lat").iterator():
            if target := shift.heir(area, lon, lat):
                counts[shift.names[area], target, stage] += 1
    else:
        grouped = opened.order_by().values_list(column, "stage").annotate(n=Count("pk"))
        for area, stage, count in grouped:
            if target := shift.heir(area, 0.0, 0.0):
                counts[shift.names[area], target, stage] += count
    codes = Area.objects.filter(pk__in=list(shift.names)).order_by("code").values_list("code", flat=True)
    asked = [(shift.level, code) for code in codes] + [("stage", s.value) for s in Stage if s in OPEN]
    return Outlook(
        what=_("Open cases"),
        flows=tuple(_flows(counts)),
        stay=rows.exclude(stage__in=OPEN).count(),
        remarks=tuple(_plans(shift)),
        list_name="cases:list",
        query=urlencode(asked),
    )


def _flows(counts: Counts) -> Iterable[Flow]:
    for source, target in sorted({(source, target) for source, target, _stage in counts}):
        parts = [(stage.label, n) for stage in Stage if (n := counts[source, target, stage.value])]
        yield Flow(source, target, sum(n for _label, n in parts), tuple(parts))


def _plans(shift: Shift) -> Iterable[Sentence]:
    """What it means for standing plans: a case verified from then on runs on those of its new areas."""
    approved = StandingPlan.objects.filter(state=StandingPlan.State.APPROVED)
    ending = StandingPlan.objects.filter(area__in=list(shift.ends), state__in=_LIVE).count()
    leaving = approved.filter(area__in=list(shift.leaves - shift.ends)).count()
    entering = approved.filter(area__in=list(shift.enters)).count()
    if ending:
        yield _("Standing plans that are retired with it: %(n)d. Draft what is still wanted anew.") % {
            "n": ending
        }
    if leaving:
        yield _("Standing plans that hold there no more: %(n)d.") % {"n": leaving}
    if entering:
        yield _("Standing plans that hold there from then on: %(n)d.") % {"n": entering}


def plans_settle(job: AreaJob, now: datetime) -> None:
    """Retire the standing plans of districts and streets that end, each with an audit row."""
    rows = StandingPlan.objects.filter(area__in=job.facts["ends"], state__in=_LIVE)
    for plan in rows.select_for_update(of=("self",)).order_by("pk"):
        before, plan.state = plan.state, StandingPlan.State.RETIRED
        plan.save(update_fields=["state"])
        audit_write(
            actor_id=job.actor_id, action="standing_plan.retire", subject=f"standing_plan:{plan.pk}", now=now,
            before={"state": before}, after={"state": plan.state, "job": job.pk}, reason=job.reason,
        )  # fmt: skip


FOLLOWER = Follower(outlook=cases_outlook, settle=plans_settle, follow=cases_follow)
