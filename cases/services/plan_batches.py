"""Unchanged templates submitted or approved many at a time.

Opening a batch writes down what was chosen, once per key. Working it off takes each case in a transaction of
its own: the cases have nothing to do with one another, none waits for the locks of the others, and what is
interrupted goes on where it stopped. Every case still goes through ``case_advance``.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cases.given import needed
from cases.models import ActionPlan, Case, PlanBatch, PlanBatchItem, PlanTemplate
from cases.plan_picks import Pick, picks_of
from cases.plan_selectors import batch_for, check_may_choose
from cases.selectors import case_q
from cases.services.advance import case_advance
from cases.template_rules import finish_of
from cases.workflow import Action
from core.errors import BadInput, CityError, Conflict
from core.services.idempotency import fingerprint_of, run_once
from grids.access import Access

SLICE = 25  # cases in one request; about a second
_ACTIONS = {PlanBatch.Kind.SUBMIT: Action.SUBMIT_PLAN, PlanBatch.Kind.APPROVE: Action.APPROVE}
Kind, State = PlanBatch.Kind, PlanBatchItem.State


def plan_batch_open(*, access: Access, raw: Mapping[str, Any], key: str, now: datetime) -> dict[str, Any]:
    """Write down a choice of at most 200 cases; nothing happens to them yet.

    ``raw``: kind ("submit" or "approve") and cases, as ``cases.plan_picks`` says; to submit, each with its
    template. Returns ``{"batch", "total"}``, the same again for the same key.

    Raises:
        BadInput: no cases, too many, or one without a template.
        NotAllowed: the person submits or approves no plans anywhere.
        KeyReused: the key belongs to another choice.
    """
    return run_once(
        actor=f"user:{access.user_id}",
        key=key,
        fingerprint=fingerprint_of(method="POST", path="plan-batches", body=raw),
        now=now,
        work=lambda: _open(access, raw, now),
    )


def plan_batch_run(*, access: Access, batch_id: UUID, now: datetime, most: int = SLICE) -> PlanBatch:
    """Work off the next cases of a batch, each in a transaction of its own; call again until it is finished.

    A refusal leaves its case as it was and is written down as a sentence. Two runs at once share the work.

    Raises:
        NotFound: no such batch of this person's.
    """
    batch = batch_for(access, batch_id)
    waiting = batch.items.filter(state=State.WAITING).order_by("seq")
    for item_id in list(waiting.values_list("pk", flat=True)[:most]):
        _work_off(access, batch, item_id, now)
    with transaction.atomic():
        if not waiting.exists():
            PlanBatch.objects.filter(pk=batch.pk, finished_at__isnull=True).update(finished_at=now)
    return batch_for(access, batch_id)


def _open(access: Access, raw: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    kind = str(raw.get("kind", ""))
    if kind not in Kind.values:
        raise BadInput(_("Say whether plans are to be submitted or approved."), field="kind")
    check_may_choose(access, _ACTIONS[Kind(kind)])
    picks = picks_of(raw.get("cases"))
    known = _known_templates(picks) if kind == Kind.SUBMIT else set()
    if kind == Kind.SUBMIT and (lacking := [p.number for p in picks if _template_id(p) not in known]):
        raise BadInput(
            _("Choose a template for case %(number)s, or leave the case out.") % {"number": lacking[0]},
            field="cases",
        )
    batch = PlanBatch.objects.create(kind=kind, actor=needed(access.user), opened_at=now)
    PlanBatchItem.objects.bulk_create(
        PlanBatchItem(
            batch=batch,
            seq=seq,
            number=pick.number,
            version=pick.version,
            template_id=pick.template[0] if pick.template and known else None,
            template_version=pick.template[1] if pick.template and known else None,
        )
        for seq, pick in enumerate(picks, 1)
    )
    return {"batch": str(batch.pk), "total": len(picks)}


def _template_id(pick: Pick) -> int:
    return pick.template[0] if pick.template else 0


def _known_templates(picks: list[Pick]) -> set[int]:
    named = {_template_id(pick) for pick in picks}
    return set(PlanTemplate.objects.filter(pk__in=named).values_list("pk", flat=True))


def _work_off(access: Access, batch: PlanBatch, item_id: int, now: datetime) -> None:
    with transaction.atomic():
        rows = PlanBatchItem.objects.filter(pk=item_id, state=State.WAITING)
        item = rows.select_for_update(of=("self",), skip_locked=True).first()
        if item is None:
            return  # another run of the same batch has it
        try:
            # Inside, a transaction of its own is a savepoint: a refusal takes back the step alone.
            _advance(access, batch, item, now)
            item.state = State.DONE
        except CityError as refusal:
            item.state, item.words = State.REFUSED, str(refusal.detail)
        item.save(update_fields=["state", "words"])


def _advance(access: Access, batch: PlanBatch, item: PlanBatchItem, now: datetime) -> None:
    kind = Kind(batch.kind)
    raw = _as_the_template_says(item, now) if kind is Kind.SUBMIT else {}
    if kind is Kind.APPROVE:
        _check_unchanged(access, item)
    case_advance(
        number=item.number,
        action=_ACTIONS[kind],
        access=access,
        raw=raw,
        version=item.version,
        key=f"{batch.pk.hex}-{item.seq}",
        now=now,
    )


def _as_the_template_says(item: PlanBatchItem, now: datetime) -> dict[str, Any]:
    rows = PlanTemplate.objects.filter(pk=item.template_id or 0).select_related("lead_unit")
    template = rows.prefetch_related("assisting_units").get()
    if not template.in_use or template.version != item.template_version:
        raise Conflict(_("The template was changed or retired meanwhile. Choose this case again."))
    return {
        "template": {"id": template.pk, "version": template.version},
        "measures": template.measures,
        "lead_unit": template.lead_unit.code,
        "assisting_units": [unit.code for unit in template.assisting_units.all()],
        "finish_by": finish_of(template, now).isoformat(),
    }


def _check_unchanged(access: Access, item: PlanBatchItem) -> None:
    """Only what nobody has to read may be approved unread; the plan can't change without the version."""
    seen = Case.objects.filter(case_q(access), number=item.number)
    plan = ActionPlan.objects.filter(case__in=seen.values("pk")).order_by("-version").first()
    if plan and not (plan.template_unchanged and plan.state == ActionPlan.State.SUBMITTED):
        raise Conflict(_("This plan is no unchanged template. Read it on the page of its case, then decide."))
