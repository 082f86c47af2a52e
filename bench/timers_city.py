"""A database of its own for ``bench_timers``, with cases whose rungs fall due when they are told to."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg2
from django.core.management import call_command
from django.db import connection, transaction

from bench.timers_record import PLACE
from cases.deadlines import STAGE, Level
from cases.models import Case, CaseEvent
from cases.workflow import Stage
from core.history import GENESIS
from core.models import OutboxEvent, Timer, TimerRunner
from grids.models import Area

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_FILL = """
INSERT INTO cases_case ({columns})
SELECT {values} FROM cases_case t, generate_series(1, %s) AS n WHERE t.id = %s
"""
_ARM = """
INSERT INTO core_timer (subject, rule, level, generation, due_at, wake_at, state, attempts, error)
SELECT 'case:' || id, %s, %s, 1, at, at, 'armed', 0, '' FROM (
  SELECT id, %s::timestamptz + (row_number() OVER (ORDER BY id) - 1) * %s * interval '1 second' AS at
  FROM cases_case WHERE id = ANY(%s)
) AS due
"""


@contextmanager
def own_database() -> Iterator[None]:
    """Make a database, migrated and empty, and drop it however this ends."""
    where = connection.settings_dict
    name = f"citymgmt_bench_{os.getpid()}"
    server = psycopg2.connect(
        host=where["HOST"],
        port=where["PORT"],
        user=where["USER"],
        password=where["PASSWORD"],
        dbname=where["NAME"],
    )
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        where["NAME"] = name
        try:
            call_command("migrate", verbosity=0)
            yield
        finally:
            connection.close()
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    server.close()


def fill(count: int) -> list[int]:
    """So many open cases whose first rung has fired; their ids, in order."""
    template = _template()
    own = {"uuid": "gen_random_uuid()", "number": f"'B' || ({template.pk} * 1000000::bigint + n)"}
    columns = [str(f.column) for f in Case._meta.concrete_fields if not f.primary_key]
    values = [own.get(name, f"t.{name}") for name in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            _FILL.format(columns=", ".join(columns), values=", ".join(values)), [count, template.pk]
        )
    ids = Case.objects.filter(pk__gt=template.pk).order_by("pk").values_list("pk", flat=True)
    return list(ids)


def _template() -> Case:
    last = Case.objects.order_by("pk").values_list("pk", flat=True).last() or 0
    grid, _made = Area.objects.get_or_create(
        code="500115",
        defaults={"level": "district", "name": "made up", "short_name": "made up", "valid_from": BEGAN},
    )
    return Case.objects.create(
        uuid=UUID(int=last), number=f"B{last}", stage=Stage.VERIFY, head_hash=GENESIS,
        description="made up", address="made up", lon=107.0, lat=29.8, district=grid, street=grid,
        community=grid, grid=grid, filed_district_code="500115", filed_grid_code="500115001001001",
        source="patrol", opened_at=BEGAN, stage_since=BEGAN, clock_since=BEGAN, clock_limit=7200,
        clock_total=7200, clock_generation=1, clock_rung=Level.WARNING, due_at=BEGAN, yellow_at=BEGAN,
    )  # fmt: skip


def arm(ids: list[int], first: datetime, every: float = 0.0, level: Level = Level.OVERDUE) -> None:
    """A timer for each case, ``every`` seconds one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(_ARM, [STAGE, level, first, every, ids])
        cursor.execute("ANALYZE core_timer")


def left() -> int:
    """How many timers have not fired."""
    return Timer.objects.exclude(state=Timer.State.FIRED).count()


@dataclass(frozen=True, slots=True)
class Faults:
    """What went wrong, counted by the events that firings left."""

    lost: int
    doubled: int
    put_off: int

    @property
    def none(self) -> bool:
        return self == Faults(0, 0, 0)

    def __str__(self) -> str:
        more = f", {self.put_off} put off" if self.put_off else ""
        return f"{self.lost} lost, {self.doubled} doubled{more}"


def faults(ids: list[int], each: int = 1) -> Faults:
    """What went wrong with the firings of these cases, ``each`` so many."""
    keys = list(CaseEvent.objects.filter(case__in=ids).values_list("case_id", "data__level"))
    put_off = Timer.objects.filter(attempts__gt=0).count()
    return Faults(each * len(ids) - len(set(keys)), len(keys) - len(set(keys)), put_off)


def sweep() -> None:
    """Begin the next figure with no timers and nothing owed."""
    with transaction.atomic():
        Timer.objects.all().delete()
        TimerRunner.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE core_outboxevent CASCADE")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE core_timer")
    Path(os.environ[PLACE]).write_text("")


def recorded() -> tuple[list[float], float]:
    """How late each firing was, in order of size, and when the last batch was committed (Unix seconds)."""
    batches = [line.split() for line in Path(os.environ[PLACE]).read_text().splitlines()]
    late = sorted(float(one) for _done, *firings in batches for one in firings)
    return late, max(float(done) for done, *_firings in batches)


def owed() -> int:
    """Deliveries not made."""
    return OutboxEvent.objects.exclude(deliveries__state="done").count()


def in_seconds(seconds: float) -> datetime:
    """A moment by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now + timedelta(seconds=seconds)
