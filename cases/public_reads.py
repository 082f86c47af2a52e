"""What people without a login see: the case of a code, and open cases near a place. No people, no words."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Joiner
from cases.selectors import one_locked
from cases.workflow import OPEN
from core.errors import NotFound
from grids.geo.shapes import box_around, metres_between

_NO_CODE = _("No report has this code. Check it against the one you were given.")
_NO_OUTLINES = ("street__outline", "community__outline")
_MOST_MERGERS = 10
_JOIN, _JOIN_WITHIN = "cases.join", timedelta(days=1)


def code_clean(follow_code: str) -> str:
    """A code as it was given out, however it was typed; "" for what can't be one."""
    code = "".join(follow_code.upper().split()).replace("-", "")
    return code if 0 < len(code) <= 12 and code.isascii() and code.isalnum() else ""


def public_case(follow_code: str) -> Case:
    """The case a stranger follows by code: as its reporter, or as one who joined it.

    Raises:
        NotFound: no such code.
    """
    code = code_clean(follow_code)
    case = _shown().filter(follow_code=code).first() if code else None
    if case is None and code:
        joined = Joiner.objects.filter(follow_code=code).values("case_id")[:1]
        case = _shown().filter(pk__in=joined).first()
    if case is None:
        raise NotFound(_NO_CODE)
    return case


def case_locked_by_code(follow_code: str) -> Case:
    """The case of its reporter's own code, locked until the transaction ends.

    Raises:
        NotFound: no such code, or only that of somebody who joined.
    """
    code = code_clean(follow_code)
    case = one_locked(Case.objects.filter(follow_code=code)) if code else None
    if case is None:
        raise NotFound(_NO_CODE)
    return case


def join_token(case: Case) -> str:
    """A name for a case that says nothing of it, good for a day, for a stranger who may want to join it."""
    return signing.dumps(case.pk, salt=_JOIN)


def joined_by_token(token: str) -> int:
    """The id behind such a name.

    Raises:
        NotFound: it is none of ours, or too old.
    """
    try:
        return int(signing.loads(token, salt=_JOIN, max_age=_JOIN_WITHIN))
    except signing.BadSignature:
        raise NotFound(_("This offer to join is too old. Send your report again.")) from None


def survivor_of(case: Case) -> Case:
    """The case that goes on where this one was merged, over several mergers; itself where it was not."""
    for _merger in range(_MOST_MERGERS):
        if case.merged_into_id is None:
            break
        case = _shown().get(pk=case.merged_into_id)
    return case


def public_similar(*, lon: float, lat: float, now: datetime) -> list[tuple[Case, float]]:
    """Classified open cases near a place, with their distance in metres, nearest first; at most five."""
    west, south, east, north = box_around(lon, lat, settings.SIMILAR_METRES)
    rows = _shown().filter(
        lon__range=(west, east),
        lat__range=(south, north),
        opened_at__gte=now - timedelta(hours=settings.SIMILAR_HOURS),
        stage__in=OPEN,
        case_class__isnull=False,
    )
    near = [(case, metres_between(lon, lat, case.lon, case.lat)) for case in rows[:200]]
    return sorted((n for n in near if n[1] <= settings.SIMILAR_METRES), key=lambda n: n[1])[:5]


def _shown() -> QuerySet[Case]:
    return Case.objects.select_related("case_class", "street", "community").defer(*_NO_OUTLINES)
