"""What a template makes of a plan: its finish date, and whether a plan left it as it was. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Unit
from cases.models import PlanTemplate

_ZONE = ZoneInfo("Asia/Shanghai")
_EVENING = time(18, 0)
# A form may stand open this long before it is sent; its finish date then still is the template's own.
_OPEN_FOR = timedelta(hours=1)


def finish_of(template: PlanTemplate, now: datetime) -> datetime:
    """When a plan submitted now has to be finished: so many hours from now, or 18:00 so many days on."""
    if template.finish_unit == PlanTemplate.FinishUnit.HOUR:
        return now.replace(second=0, microsecond=0) + timedelta(hours=template.finish_value)
    day = now.astimezone(_ZONE).date() + timedelta(days=template.finish_value)
    return datetime.combine(day, _EVENING, _ZONE)


def is_unchanged(
    template: PlanTemplate,
    *,
    measures: Sequence[str],
    lead_unit: Unit,
    assisting_units: Collection[Unit],
    finish_by: datetime,
    now: datetime,
) -> bool:
    """Whether a plan submitted now says what its template says, word for word and to the finish date."""
    return (
        list(measures) == template.measures
        and lead_unit.pk == template.lead_unit_id
        and {unit.pk for unit in assisting_units} == {unit.pk for unit in template.assisting_units.all()}
        and finish_of(template, now - _OPEN_FOR) <= finish_by <= finish_of(template, now)
    )
