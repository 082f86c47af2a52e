"""What the cases room itself listens to: a step becomes notices in inboxes."""

from datetime import datetime

from cases.services.notify import step_notify
from cases.workflow import REJECT_REASONS, Stage
from core.outbox import Happening, subscribe
from notices.texts import words_register


def _notify(happening: Happening, now: datetime) -> None:
    step_notify(payload=happening.payload, now=happening.at)


subscribe("case.step", "cases.inbox", _notify)
words_register("stage", {stage.value: stage.label for stage in Stage})
words_register("reason", REJECT_REASONS)
