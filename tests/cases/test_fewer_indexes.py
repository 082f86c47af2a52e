"""Indexes of cases change beside whoever writes, forwards and back, and no key is checked anew."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from cases.models import Case

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE, THIS = "0018_plan_past_limit", "0019_fewer_indexes"
KEYS = {
    "assignee_id", "case_class_id", "clock_calendar_id", "community_id", "condition_id", "district_id",
    "grid_id", "lead_unit_id", "merged_into_id", "reporter_id", "street_id",
}  # fmt: skip


def constraints() -> dict[str, Any]:
    """Keys, checks and indexes of the table, as the engine tells them."""
    with connection.cursor() as cursor:
        return dict(connection.introspection.get_constraints(cursor, Case._meta.db_table))


def own_indexes() -> set[str]:
    """Columns with an index that Django named after them."""
    plain = {name: how for name, how in constraints().items() if how["index"] and not how["unique"]}
    return {
        how["columns"][0]
        for name, how in plain.items()
        if name.startswith(f"{Case._meta.db_table}_") and not name.endswith("_like")
    }


@pytest.fixture
def turned() -> Iterator[Callable[[bool], list[str]]]:
    """Makes the change undone (False) or done (True), and gives what it asked for; done in the end."""
    loader = MigrationLoader(connection)
    migration, state = loader.graph.nodes["cases", THIS], loader.project_state(("cases", BEFORE))

    def turn(to: bool) -> list[str]:
        asked = list[str]()

        def noted(execute: Any, sql: str, *rest: Any) -> Any:
            asked.append(str(sql))
            return execute(sql, *rest)

        with connection.execute_wrapper(noted), connection.schema_editor(atomic=False) as editor:
            (migration.apply if to else migration.unapply)(state.clone(), editor)
        return [sql for sql in asked if sql.startswith(("CREATE", "DROP", "ALTER"))]

    yield turn
    turn(True)


def test_keys_lose_indexes_of_their_own_and_get_them_back(turned: Callable[[bool], list[str]]) -> None:
    now = constraints()
    assert own_indexes() == {"condition_id"}
    back = turned(False)
    assert own_indexes() == KEYS
    assert {"case_source_ref", "case_to_forget"} < set(constraints())
    forth = turned(True)
    assert constraints() == now
    assert len(back) == len(forth) == 18
    assert not [sql for sql in back + forth if " TABLE " in sql]
    waited_for = [sql for sql in back + forth if "CONCURRENTLY" not in sql]
    assert connection.vendor == "sqlite" or not waited_for


def test_a_change_that_was_stopped_half_way_is_gone_on_with(turned: Callable[[bool], list[str]]) -> None:
    now = constraints()
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX case_merged_into")
        cursor.execute("CREATE INDEX case_to_forget ON cases_case (closed_at)")
    assert len(turned(True)) == 2
    assert constraints() == now
    assert turned(True) == []
    turned(False)
    assert turned(False) == []
    assert own_indexes() == KEYS


@pytest.mark.postgres
def test_an_index_that_was_killed_while_it_was_made_is_made_anew(
    turned: Callable[[bool], list[str]],
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'case_merged_into'::regclass"
        )
    assert [sql.partition('"')[0].split()[0] for sql in turned(True)] == ["DROP", "CREATE"]
    assert turned(True) == []
