"""Revisions: how processes learn that settings they remember have changed."""

from django.db.models import F

from core.models import Revision


def revision_count_up(*, name: str) -> None:
    """Count a set of settings up in the caller's transaction; two at once wait for each other."""
    row, made = Revision.objects.get_or_create(name=name, defaults={"number": 1})
    if not made:
        Revision.objects.filter(pk=row.pk).update(number=F("number") + 1)


def revision_of(name: str) -> int:
    """How often a set of settings was changed; 0 for never."""
    return Revision.objects.filter(name=name).values_list("number", flat=True).first() or 0
