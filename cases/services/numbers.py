"""Case numbers: six digits of district, eight of date, five of serial. Never twice; gaps allowed."""

import secrets
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import CaseSerial
from core.bulk import rows_change
from core.errors import Conflict

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")
MOST_A_DAY = 99_999
# Without letters and digits that are read or heard for one another.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def number_next(*, district_code: str, now: datetime) -> str:
    """Take the next case number of a district's day, e.g. ``5001152026112300001``.

    The row lock on the day's serial is held until the caller's transaction ends, so take it late.

    Raises:
        Conflict: 99,999 numbers are used up for this day.
    """
    day = now.astimezone(LOCAL_ZONE).date()
    serial = CaseSerial.objects.filter(district_code=district_code, day=day)
    last = _taken(serial) or _first_taken(serial, district_code, day)
    if last > MOST_A_DAY:
        raise Conflict(_("This district has used up its case numbers for today. Report it tomorrow."))
    return f"{district_code}{day:%Y%m%d}{last:05d}"


def _taken(serial: QuerySet[CaseSerial]) -> int:
    """The next number of the day, 0 before the first."""
    told = rows_change(serial, ["last"], last=F("last") + 1)
    return int(told[0][0]) if told else 0


def _first_taken(serial: QuerySet[CaseSerial], district_code: str, day: date) -> int:
    try:
        with transaction.atomic():
            return CaseSerial.objects.create(district_code=district_code, day=day, last=1).last
    except IntegrityError:
        return _taken(serial)


def follow_code_new() -> str:
    """A code by which a stranger follows a case: 12 of 30 signs, about 59 bits."""
    return "".join(secrets.choice(_ALPHABET) for _sign in range(12))
