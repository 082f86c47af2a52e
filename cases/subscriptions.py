"""What the cases room listens to: a step becomes notices, the end of a posting sets its tasks free."""

from datetime import datetime

from django.utils.translation import ngettext

from cases.models import Case
from cases.services import digest_deliver as digests
from cases.services.area_follow import FOLLOWER
from cases.services.handover import orphans_reassign
from cases.services.notify import step_notify
from cases.services.rescope import ROOM
from cases.services.rungs.handler import KIND, MISSED, CaseTimers
from cases.services.rungs.taking import TOPIC
from cases.services.rungs.telling import rung_notify
from cases.workflow import OPEN, REJECT_REASONS, Stage
from core import timers
from core.errors import Sentence
from core.outbox import Happening, subscribe
from grids.following import follower_register
from grids.models import Area
from grids.uses import bar_register
from notices.texts import words_register


def _notify(happening: Happening, now: datetime) -> None:
    step_notify(payload=happening.payload, now=happening.at)


def _late(happening: Happening, now: datetime) -> None:
    rung_notify(payload=happening.payload, now=happening.at)


def _reassign(happening: Happening, now: datetime) -> None:
    # At once for most; the periodic task passes on what is more.
    orphans_reassign(now=now, people=[happening.payload["user"]], limit=100)


def _open_cases(area: Area, now: datetime) -> Sentence | None:
    """An area with open cases can't be retired."""
    count = Case.objects.filter(**{f"{area.level}_id": area.pk}, stage__in=OPEN).count()
    if not count:
        return None
    return ngettext(
        "%(n)d open case lies in it. Close it or move it first.",
        "%(n)d open cases lie in it. Close them or move them first.",
        count,
    ) % {"n": count}


subscribe("case.step", "cases.inbox", _notify, tells=True)
subscribe(TOPIC, "cases.inbox_rungs", _late, tells=True)
subscribe(digests.TOPIC, "cases.digest_file", digests.digest_append)
subscribe(digests.TOPIC, "cases.digest_mail", digests.digest_mail)
subscribe(digests.TOPIC, "cases.digest_webhook", digests.digest_post)
subscribe("posting.ended", "cases.reassign", _reassign)
words_register("stage", {stage.value: stage.label for stage in Stage})
words_register("reason", REJECT_REASONS)
bar_register(ROOM, _open_cases)
follower_register(ROOM, FOLLOWER)
timers.register(KIND, CaseTimers(), MISSED)
