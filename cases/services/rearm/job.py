"""Carrying on with jobs: open cases are reckoned anew, one a transaction, through any crash."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from cases.limits import rules_now
from cases.models import Case, RearmJob
from cases.selectors import one_locked, parts_of, plan_date
from cases.services.clocks import subject_of, timers_wanted
from cases.services.events import event_append
from cases.services.rearm.narrowing import ARMED, Loaded, belongs, loaded, touched, within_job
from cases.services.rearm.reckoning import Anew, case_reckon
from cases.workflow import Action
from core.logs import covered
from core.models import Timer
from core.services.timers import timers_arm, timers_sync
from core.timers import Wanted

log = logging.getLogger(__name__)
AT_ONCE = 500
# A step that began before the change may end after the job has passed its case; no step takes so long.
PATIENCE = timedelta(seconds=30)


def rearm_jobs_run(*, now: datetime, limit: int = 5000) -> int:
    """Look at most at about so many cases of the jobs under way, oldest first; returns how many.

    Any number of processes may do this at once, and one may be killed anywhere: what was done to a case and
    the mark that it was done stand in one transaction. A job goes over its cases once more half a minute
    after the change, and again while one of them fails.
    """
    seen = 0
    for job in RearmJob.objects.filter(state=RearmJob.State.RUNNING).order_by("created_at", "pk"):
        while seen < limit and (handled := rearm_job_step(job_id=job.pk, now=now)):
            seen += handled
    return seen


def rearm_job_step(*, job_id: int, now: datetime, most: int = AT_ONCE) -> int:
    """Look at the next cases of a job; how many, 0 when none is left for now or another process is at it.

    Those that would not change are told without a lock; whatever a step does to them meanwhile it does by the
    rules in force.
    """
    job = RearmJob.objects.filter(pk=job_id, state=RearmJob.State.RUNNING, round_at__lte=now).first()
    if job is None:
        return 0
    rows = _concerned(job)
    found = loaded(rows, job.cursor, most)
    if not found:
        _round_ends(job, now)
        return 0
    for pk in _differing(found, job, now):
        if not _look(job, rows.filter(pk=pk), pk, now):
            return 0
    return len(found) if _pass_to(job, found[-1].case.pk) else 0


def _concerned(job: RearmJob) -> QuerySet[Case]:
    """The cases of a job, wherever its cursor stands. A later change of the same condition goes before."""
    later = RearmJob.objects.filter(kind=RearmJob.Kind.CONDITION, pk__gt=job.pk)
    if (
        job.kind == RearmJob.Kind.CONDITION
        and later.filter(change__condition=job.change["condition"]).exists()
    ):
        return Case.objects.none()
    return touched(job.kind, job.change).filter(within_job(job))


def _differing(found: Collection[Loaded], job: RearmJob, now: datetime) -> list[int]:
    """Those that would change, or could not be reckoned, which the look at each alone then tells."""
    rules, differing = rules_now(), []
    for one in found:
        pk = one.case.pk
        try:
            anew = case_reckon(loaded=one, kind=job.kind, facts=job.change, rules=rules, now=now)
        except Exception:
            log.warning("case %s could not be reckoned at first sight", pk, exc_info=True)
            differing.append(pk)
            continue
        if anew.moves or anew.data:
            differing.append(pk)
    return differing


def _look(job: RearmJob, rows: QuerySet[Case], case_id: int, now: datetime) -> bool:
    """Handle one case with the job's mark; False when another process is at the job, or was here before."""
    try:
        with transaction.atomic():
            held = _claimed(job, case_id)
            if held is None:
                return False
            case = one_locked(rows)
            _mark(held, case_id, moved=case is not None and case_rearm_anew(case=case, job=held, now=now))
    except Exception as error:
        if not connection.is_usable():
            raise
        log.exception("rearm job %s: case %s", job.pk, case_id)
        return _failed(job, case_id, error)
    return True


def case_rearm_anew(*, case: Case, job: RearmJob, now: datetime) -> bool:
    """Reckon one open case anew, locked by the caller; False when nothing differs, and nothing is written.

    Else the event says why, the version moves with the deadline, and the timers are armed with a generation
    of their own. What lies in the past by then is fired by the dispatcher at once.
    """
    rules, subject = rules_now(), subject_of(case.pk)
    timers = list(Timer.objects.filter(subject=subject, state__in=ARMED))
    armed = {(t.rule, t.level): t.due_at for t in timers if belongs(case, t.rule, t.generation)}
    one = Loaded(case, parts_of(case), plan_date(case, case.stage), armed)
    anew = case_reckon(loaded=one, kind=job.kind, facts=job.change, rules=rules, now=now)
    if not (anew.moves or anew.data):
        return False
    case.version += 1
    event_append(
        case=case, action=Action.REARM, actor_id=None, role="", now=now, from_stage=case.stage,
        data={**anew.data, "job": job.pk},
    )  # fmt: skip
    case.save()
    if anew.moves:
        wanted = timers_wanted(case, one.parts, rules, after=now)
        _arm(subject, wanted, [t for t in timers if t.state != Timer.State.ASIDE], anew, now)
    return True


def _arm(subject: str, wanted: list[Wanted], known: list[Timer], anew: Anew, now: datetime) -> None:
    owed = anew.owed
    kept = [timer for timer in wanted if owed is None or timer.rule != owed.rule]
    timers_sync(subject=subject, wanted=kept, known=known, now=now)
    if owed is not None:
        # It keeps its generation, which says what it is owed for; stopped, it is armed at its new moment.
        timers_arm(wanted={subject: [owed]}, now=now)


def _claimed(job: RearmJob, behind: int) -> RearmJob | None:
    """The job, held until the transaction ends, if nobody else has it or has come past this id."""
    rows = RearmJob.objects.filter(
        pk=job.pk, state=RearmJob.State.RUNNING, round_at=job.round_at, cursor__lt=behind
    )
    return rows.select_for_update(of=("self",), skip_locked=True).first()


def _mark(held: RearmJob, case_id: int, *, moved: bool) -> None:
    held.cursor, held.done = case_id, held.done + moved
    held.save(update_fields=["cursor", "done"])


@transaction.atomic
def _failed(job: RearmJob, case_id: int, error: Exception) -> bool:
    held = _claimed(job, case_id)
    if held is None:
        return False
    held.cursor, held.failed = case_id, held.failed + 1
    held.error = covered(f"{type(error).__name__}: {error}")[:2000].replace("\x00", "")
    held.save(update_fields=["cursor", "failed", "error"])
    return True


@transaction.atomic
def _pass_to(job: RearmJob, case_id: int) -> bool:
    held = _claimed(job, case_id)
    if held is not None:
        _mark(held, case_id, moved=False)
        return True
    # The last case of the portion may have been marked with its own change.
    return RearmJob.objects.filter(pk=job.pk, round_at=job.round_at, cursor=case_id).exists()


@transaction.atomic
def _round_ends(job: RearmJob, now: datetime) -> None:
    """Done, or from the beginning once more."""
    held = RearmJob.objects.filter(pk=job.pk, state=RearmJob.State.RUNNING, round_at=job.round_at)
    row = held.select_for_update(of=("self",), skip_locked=True).first()
    if row is None or row.cursor != job.cursor:
        return
    patient = row.created_at + PATIENCE
    if row.round_at >= patient and not row.failed:
        row.state, row.finished_at, row.error = RearmJob.State.DONE, now, ""
    else:
        row.round_at = max(patient, now + PATIENCE) if row.failed else max(patient, now)
        row.cursor = row.failed = 0
    row.save(update_fields=["state", "finished_at", "error", "round_at", "cursor", "failed"])
