"""How long a handling unit's list takes: the scope as one list of ids beside an OR across two tables.

Run as `DATABASE_URL=postgres://… python -m bench.bench_lists` on an empty, migrated PostgreSQL database; it
gets a hundred thousand made-up cases in one transaction; prints both forms side by side and leaves nothing,
and ends after about a minute.
Both forms must find the same cases, or it fails.
"""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from time import perf_counter_ns
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citymgmt.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402
from django.db.models import Count, Q, QuerySet  # noqa: E402

from accounts.models import Unit, User  # noqa: E402
from accounts.roles import Line, May, Role  # noqa: E402
from cases.models import Case, UnitPart  # noqa: E402
from cases.narrowing import searched  # noqa: E402
from cases.selectors import case_q  # noqa: E402
from cases.workflow import OPEN, Stage  # noqa: E402
from grids.access import Access  # noqa: E402
from grids.models import Area  # noqa: E402

CASES, PARTS, PORTION, ROUNDS = 100_000, 800, 5_000, 7
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
Form = Callable[[Access], Q]


def either(access: Access) -> Q:
    """The old form: areas, parts and own reports in one OR."""
    parts = UnitPart.objects.filter(unit_id__in=access.unit_ids(May.SEE_CASES), active=True)
    return access.placed_q(May.SEE_CASES) | Q(pk__in=parts.values("case_id")) | Q(reporter_id=access.user_id)


def first_page(where: Q) -> list[int]:
    """What the list reads."""
    rows = Case.objects.filter(where).order_by("-opened_at", "-pk")
    return list(rows.values_list("pk", flat=True)[:26])


def next_task(where: Q) -> list[int]:
    """What the work page reads: the longest waiting in a stage."""
    rows = Case.objects.filter(where, stage=Stage.VERIFY).order_by("stage_since", "pk")
    return list(rows.values_list("pk", flat=True)[:5])


def counts(where: Q) -> list[tuple[str, int]]:
    """What the counts of the stages read."""
    rows: QuerySet[Case] = Case.objects.filter(where, stage__in=OPEN).order_by()
    return sorted(rows.values_list("stage").annotate(n=Count("pk")))


def main() -> None:
    """Fill, measure, take everything back."""
    if connection.vendor != "postgresql":
        sys.exit("This needs PostgreSQL: set DATABASE_URL.")
    with transaction.atomic():
        people = _filled(Random(6))
        for name, access in people.items():
            for read in (first_page, next_task, counts):
                _compare(f"{name}, {read.__name__.replace('_', ' ')}", read, access)
        _search(people["bureau of the district"])
        transaction.set_rollback(True)


def _compare(name: str, read: Callable[[Q], object], access: Access) -> None:
    if read(either(access)) != read(case_q(access)):
        sys.exit(f"{name}: the two forms disagree.")
    old, new = _best(lambda: read(either(access))), _best(lambda: read(case_q(access)))
    sys.stdout.write(f"{name}: OR {old:.1f} ms, ids {new:.1f} ms, {old / new:.1f} times\n")


def _search(access: Access) -> None:
    def find() -> list[int]:
        rows = searched(Case.objects.filter(case_q(access)), access, "井盖破损 77777")
        return list(rows.order_by("-opened_at", "-pk").values_list("pk", flat=True)[:26])

    with_index = _best(find)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_bitmapscan = off")  # a GIN index can only be read this way
        without = _best(find)
        cursor.execute("SET LOCAL enable_bitmapscan = on")
    sys.stdout.write(
        f"search for one description: scan {without:.1f} ms, index {with_index:.1f} ms, "
        f"{without / with_index:.1f} times\n"
    )


def _best(read: Callable[[], object]) -> float:
    """Milliseconds of the best round: the others measure what else the machine was doing."""
    took = []
    for _round in range(ROUNDS):
        started = perf_counter_ns()
        read()
        took.append((perf_counter_ns() - started) / 1e6)
    return min(took)


def _filled(random: Random) -> dict[str, Access]:
    areas = _areas()
    unit, small, other = (
        Unit.objects.create(code=f"bench-{n}", name=f"bench {n}", line=Line.SANITATION) for n in (1, 2, 3)
    )
    handler = User.objects.create(username="bench-handler", name="handler", unit=unit)
    newcomer = User.objects.create(username="bench-newcomer", name="newcomer", unit=small)
    clerk = User.objects.create(username="bench-clerk", name="clerk")
    for start in range(0, CASES, PORTION):
        Case.objects.bulk_create(
            _case(n, areas, handler if n % 5_000 == 0 else clerk) for n in range(start, start + PORTION)
        )
    ids = list(Case.objects.order_by("pk").values_list("pk", flat=True))
    taken = random.sample(ids, PARTS)
    UnitPart.objects.bulk_create(
        UnitPart(case_id=pk, unit=unit, kind="lead", dispatched_at=FIRST) for pk in taken
    )
    UnitPart.objects.bulk_create(
        UnitPart(case_id=pk, unit=small, kind="assisting", dispatched_at=FIRST) for pk in ids[1:13]
    )
    rest = sorted(set(ids) - set(taken))
    UnitPart.objects.bulk_create(
        UnitPart(case_id=pk, unit=other, kind="lead", dispatched_at=FIRST) for pk in rest[::2]
    )
    with connection.cursor() as cursor:
        for model in (Case, UnitPart):
            cursor.execute(f"ANALYZE {model._meta.db_table}")
    units = {Role.UNIT_HANDLER: frozenset({unit.pk})}
    levels = {area.pk: area.level for area in areas}
    return {
        "unit of a dozen old cases": Access(newcomer, units={Role.UNIT_HANDLER: frozenset({small.pk})}),
        "unit of 800 cases": Access(handler, units=units),
        "handler with a grid": Access(handler, held(Role.GRID_WORKER, areas[-1]), units=units, levels=levels),
        "bureau of the district": Access(clerk, held(Role.BUREAU, areas[0]), levels=levels),
    }


def held(role: Role, area: Area) -> dict[Role, frozenset[int]]:
    """One role held on one area."""
    return {role: frozenset({area.pk})}


def _areas() -> list[Area]:
    """A district, its street, its community and twenty grids."""
    above: dict[str, Area] = {}
    chain: list[Area] = []
    for level, code in (("district", "990001"), ("street", "990001001"), ("community", "990001001001")):
        parent = chain[-1] if chain else None
        chain.append(
            Area.objects.create(
                level=level,
                code=code,
                name=code,
                short_name=code,
                parent=parent,
                valid_from=FIRST.date(),
                **above,
            )
        )
        above[level] = chain[-1]
    grids = [
        Area(
            level="grid", code=f"990001001001{n:03d}", name=str(n), short_name=str(n), parent=chain[-1],
            valid_from=FIRST.date(), **above,
        )
        for n in range(1, 21)
    ]  # fmt: skip
    return [*chain, *Area.objects.bulk_create(grids)]


def _case(n: int, areas: list[Area], reporter: User) -> Case:
    district, street, community, *grids = areas
    at, done = FIRST + timedelta(minutes=3 * n), n % 3
    return Case(
        uuid=UUID(int=n + 1), number=f"990001{n:013d}", stage=Stage.REJECTED if done else Stage.VERIFY,
        closed_at=at if done else None, opened_at=at, stage_since=at, description=f"井盖破损 {n}",
        address=f"向阳路{n}号", lon=107 + n % 300 / 1000, lat=29 + n % 700 / 1000, source="patrol",
        district=district, street=street, community=community, grid=grids[n % 20], reporter=reporter,
    )  # fmt: skip


if __name__ == "__main__":
    main()
