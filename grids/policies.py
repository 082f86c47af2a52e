"""When an area may change, and what its codes and names are like."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.errors import BadInput, Conflict, Sentence, Stale, VersionMissing
from grids.models import Area, Posting
from grids.uses import bars_of

DIGITS = {"district": 6, "street": 9, "community": 12, "grid": 15}


class AreaStale(Stale):
    """Somebody changed the area meanwhile."""

    title = _("The area has changed meanwhile")


def check_version(area: Area, version: int | None) -> None:
    """Refuse a change decided on another version of the area: VersionMissing without one, AreaStale."""
    if version is None:
        raise VersionMissing(_("Say which version of the area this was decided on: reload the page."))
    if version != area.version:
        raise AreaStale(
            _("Somebody changed this area meanwhile. Look at how it is now and decide again."),
            version=area.version,
        )


def check_name(name: str) -> None:
    """Refuse an empty, overlong or unprintable name with BadInput."""
    if not name or len(name) > 100 or not name.isprintable():
        raise BadInput(_("Give the area a name of at most 100 characters."), field="name")


def check_code(code: str, level: str) -> None:
    """Refuse a code of the wrong shape for its level (BadInput) or one ever used before (Conflict)."""
    digits = DIGITS[level]
    if not (code.isascii() and code.isdigit() and len(code) == digits):
        raise BadInput(_("The code here has %(n)d digits.") % {"n": digits}, field="code")
    taken = Area.objects.filter(code=code).first()
    if taken is not None:
        raise Conflict(
            _("The code %(code)s belongs to %(name)s, in force or retired. Codes are never given twice.")
            % {"code": code, "name": taken.short_name},
            field="code",
        )


def check_in_force(area: Area) -> None:
    """Refuse a retired area with Conflict."""
    if area.valid_to is not None:
        raise Conflict(
            _("%(name)s was retired on %(day)s.")
            % {"name": area.short_name, "day": area.valid_to.isoformat()}
        )


def still_there(area: Area, now: datetime, *, going: Collection[int] = ()) -> list[Sentence]:
    """Sentences for what keeps an area from being retired: areas below, postings, what rooms register.

    ``going`` are ids of areas that are retired together with it.
    """
    below = sum(pk not in going for pk in area.children.filter(valid_to=None).values_list("pk", flat=True))
    posted = Posting.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), area=area).count()
    found: list[Sentence] = []
    if below:
        found.append(
            ngettext(
                "%(n)d area in force lies below it. Retire it first.",
                "%(n)d areas in force lie below it. Retire them first.",
                below,
            )
            % {"n": below}
        )
    if posted:
        found.append(
            ngettext(
                "%(n)d posting to it has not ended. End it first.",
                "%(n)d postings to it have not ended. End them first.",
                posted,
            )
            % {"n": posted}
        )
    return found + bars_of(area, now)
