"""How often a stranger may do something in an hour, counted in the database for all processes."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from core.clients import client_block
from core.errors import TooOften
from core.models import RateCount


def rate_take(*, bucket: str, client: str, limit: int, now: datetime) -> None:
    """Count one use of ``bucket`` by ``client`` (an address; of IPv6 its /64) in this clock hour.

    Raises:
        TooOften: the limit of this hour is used up; ``extra["retry_after"]`` in seconds.
    """
    hour, client = _hour(now), client_block(client)[:64]
    mine = RateCount.objects.filter(bucket=bucket, client=client, hour=hour)
    free = mine.filter(count__lt=limit)
    if free.update(count=F("count") + 1) or (limit > 0 and _first(bucket, client, hour)):
        return
    # Either the limit is reached, or a twin made the row a moment ago.
    if free.update(count=F("count") + 1):
        return
    raise _too_often(now)


def rate_check(*, bucket: str, client: str, limit: int, now: datetime) -> None:
    """Refuse where this hour's limit is used up, without counting. Raises as ``rate_take``."""
    mine = RateCount.objects.filter(bucket=bucket, client=client_block(client)[:64], hour=_hour(now))
    if limit <= 0 or mine.filter(count__gte=limit).exists():
        raise _too_often(now)


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def _too_often(now: datetime) -> TooOften:
    wait = int((_hour(now) + timedelta(hours=1) - now).total_seconds()) + 1
    return TooOften(
        _("That was a lot of requests from your connection. Please try again within the hour."),
        retry_after=wait,
    )


def _first(bucket: str, client: str, hour: datetime) -> bool:
    try:
        with transaction.atomic():
            RateCount.objects.create(bucket=bucket, client=client, hour=hour, count=1)
    except IntegrityError:
        return False
    return True


def rates_forget(*, now: datetime) -> int:
    """Drop counts older than a day; returns how many."""
    return RateCount.objects.filter(hour__lt=now - timedelta(days=1)).delete()[0]
