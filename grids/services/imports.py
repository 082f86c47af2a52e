"""Preview a file of areas, then apply exactly what was previewed, in one transaction."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.errors import BadInput, Conflict, TooLarge
from core.history import canonical
from core.services.audit import audit_write
from grids.access import Access
from grids.models import Area
from grids.permissions import check_may_configure
from grids.policies import still_there
from grids.services.holding import areas_hold
from grids.services.import_plan import LEVELS, Change, Plan, plan_make, short_of
from grids.services.import_read import FILE_TOO_LARGE, MOST_BYTES, upload_read
from grids.services.once import configure_once
from grids.services.rows import day_of, hang, lineage, map_touch, outline_columns
from grids.uses import bars_of

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan and the digest that names it: file, choices, changes and the versions they were seen at."""

    plan: Plan
    digest: str


def import_preview(
    *, access: Access | None, data: bytes, datum: str, complete: bool, now: datetime
) -> Preview:
    """What a file would change. ``access`` None is the operator at the command line.

    Raises:
        TooLarge, BadInput: the file can't be read. NotAllowed: not an administrator.
    """
    if access is not None:
        check_may_configure(access)
    plan = plan_make(upload_read(data, datum), access=access, complete=complete, now=now)
    return Preview(plan, _digest(plan, data, datum, complete))


def import_apply(
    *, access: Access | None, data: bytes, datum: str, complete: bool, digest: str, now: datetime
) -> dict[str, int]:
    """Apply what was previewed under ``digest``; returns how many of each kind of change.

    Raises:
        Conflict: the areas or the file changed since the preview, or it has errors. As ``import_preview``.
    """
    with transaction.atomic():
        # One import at a time; what it changes is locked and compared again below.
        areas_hold(Area.objects.filter(level=LEVELS[0]).defer("outline"))
        preview = import_preview(access=access, data=data, datum=datum, complete=complete, now=now)
        if preview.plan.errors:
            raise Conflict(_("The file has errors. Mend them and upload it again; nothing was changed."))
        changes = preview.plan.changes
        if preview.digest != digest or not _unmoved(changes) or _hindered(changes, now):
            raise Conflict(
                _("The areas have changed since this preview. Look at the new preview, then apply it.")
            )
        _apply(preview.plan.changes, datum, access.user_id if access else None, now)
    counts: dict[str, int] = {}
    for change in preview.plan.changes:
        counts[change.kind] = counts.get(change.kind, 0) + 1
    return counts


def _unmoved(changes: list[Change]) -> bool:
    """Lock every row to be changed, and the grids below one that moves; whether all still have the version
    they were compared at."""
    seen = {change.code: change.version for change in changes if change.version}
    ordered = _in_order_of_holding(seen, {change.code for change in changes if change.kind == "move"})
    for at in range(0, len(ordered), _AT_ONCE):
        for row in areas_hold(Area.objects.filter(pk__in=ordered[at : at + _AT_ONCE]).defer("outline")):
            if seen.get(row.code, row.version) != row.version:
                return False
    return True


def _in_order_of_holding(codes: Iterable[str], moving: Iterable[str]) -> list[int]:
    wanted = sorted(codes)
    found: set[tuple[bool, int]] = set()
    for at in range(0, len(wanted), _AT_ONCE):
        rows = Area.objects.filter(code__in=wanted[at : at + _AT_ONCE])
        found |= {(level == "grid", pk) for pk, level in rows.values_list("pk", "level")}
    for code in moving:
        below = Q(street__code=code) | Q(community__code=code)
        found |= {(True, pk) for pk in Area.objects.filter(below, level="grid").values_list("pk", flat=True)}
    return [pk for _is_grid, pk in sorted(found)]


def _hindered(changes: list[Change], now: datetime) -> bool:
    """Whether something came to lie in an area while its lock was waited for."""
    leaving = {change.code: change.kind for change in changes if change.kind in ("retire", "move")}
    rows = [row for code in leaving for row in Area.objects.filter(code=code).defer("outline")]
    going = frozenset(row.pk for row in rows if leaving[row.code] == "retire")
    return any(still_there(row, now, going=going) if row.pk in going else bars_of(row, now) for row in rows)


def upload_preview(
    *, access: Access, file: "File[bytes]", datum: str, complete: bool, now: datetime
) -> dict[str, Any]:
    """What a page shows of an upload: plan, digest and choices. The file is kept until it is applied or
    the next one comes, one a person. Raises as ``import_preview``.
    """
    if (file.size or 0) > MOST_BYTES:
        raise TooLarge(FILE_TOO_LARGE, field="file")
    data = file.read()
    preview = import_preview(access=access, data=data, datum=datum, complete=complete, now=now)
    upload_drop(access=access)
    default_storage.save(_place(access), ContentFile(data))
    return {"plan": preview.plan, "digest": preview.digest, "datum": datum, "complete": complete}


def upload_drop(*, access: Access) -> None:
    """Forget the kept file."""
    default_storage.delete(_place(access))


def upload_apply(
    *, access: Access, datum: str, complete: bool, digest: str, now: datetime, key: str
) -> dict[str, Any]:
    """Apply the kept file, once per key; it is forgotten afterwards.

    Raises:
        BadInput: there is none any more. Others as ``import_apply``.
    """
    answer = configure_once(
        access, "import", {"datum": datum, "complete": complete, "digest": digest}, key, now,
        lambda: dict(
            import_apply(
                access=access, data=_kept(access), datum=datum, complete=complete, digest=digest, now=now
            )
        ),
    )  # fmt: skip
    upload_drop(access=access)
    return answer


def _place(access: Access) -> str:
    return f"imports/{access.user_id}"


def _kept(access: Access) -> bytes:
    try:
        with default_storage.open(_place(access)) as file:
            data: bytes = file.read()
    except FileNotFoundError:
        raise BadInput(_("The uploaded file is not kept any more. Upload it again."), field="file") from None
    return data


def _digest(plan: Plan, data: bytes, datum: str, complete: bool) -> str:
    seen = [[change.kind, change.code, change.version] for change in plan.changes]
    facts = {"file": hashlib.sha256(data).hexdigest(), "datum": datum, "complete": complete, "seen": seen}
    return hashlib.sha256(canonical(facts)).hexdigest()


def _apply(changes: list[Change], datum: str, actor_id: int | None, now: datetime) -> None:
    touched: set[str] = set()
    for change in changes:
        before, after = _EFFECTS[change.kind](change, datum, now)
        if change.code not in touched and change.kind != "add":
            row = Area.objects.get(code=change.code)
            row.version += 1
            row.save(update_fields=["version"])
        touched.add(change.code)
        audit_write(
            actor_id=actor_id, action=f"area.{change.kind}", subject=f"area:{change.code}",
            now=now, before=before, after=after | {"by": "import"},
        )  # fmt: skip
    if changes:
        map_touch()


Facts = tuple[dict[str, Any], dict[str, Any]]


def _add(change: Change, datum: str, now: datetime) -> Facts:
    given = change.source
    joins = ("parent", "district", "street", "community")
    parent = Area.objects.select_related(*joins).filter(code=given.parent_code).first()
    Area.objects.create(
        level=given.level, code=given.code, name=given.name, short_name=short_of(change),
        valid_from=given.valid_from or day_of(now),
        code_provisional=bool(parent) and not given.code.startswith(parent.code if parent else ""),
        **lineage(parent), **outline_columns(given.outline, datum=datum),
    )  # fmt: skip
    return {}, {"name": given.name, "parent": given.parent_code, "outline": given.outline is not None}


def _rename(change: Change, datum: str, now: datetime) -> Facts:
    row = Area.objects.get(code=change.code)
    before = {"name": row.name}
    row.name, row.short_name = change.name, short_of(change)
    row.save(update_fields=["name", "short_name"])
    return before, {"name": row.name}


def _move(change: Change, datum: str, now: datetime) -> Facts:
    joins = ("parent", "district", "street", "community")
    row = Area.objects.select_related("parent").get(code=change.code)
    parent = Area.objects.select_related(*joins).get(code=change.source.parent_code)
    before = {"parent": row.parent.code if row.parent else ""}
    hang(row, parent)
    return before, {"parent": parent.code}


def _outline(change: Change, datum: str, now: datetime) -> Facts:
    row = Area.objects.get(code=change.code)
    before = {"made_up": row.made_up, "centre": [row.centre_lon, row.centre_lat]}
    for column, value in outline_columns(change.source.outline, datum=datum).items():
        setattr(row, column, value)
    row.made_up = False
    row.save()
    return before, {"made_up": False, "centre": [row.centre_lon, row.centre_lat], "datum": datum}


def _retire(change: Change, datum: str, now: datetime) -> Facts:
    row = Area.objects.get(code=change.code)
    row.valid_to = day_of(now)
    row.save(update_fields=["valid_to"])
    return {"valid_to": None}, {"valid_to": row.valid_to}


_EFFECTS = {"add": _add, "rename": _rename, "move": _move, "outline": _outline, "retire": _retire}
