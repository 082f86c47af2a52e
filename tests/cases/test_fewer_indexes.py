"""Indexes of cases change beside whoever writes, forwards and back, and no key is checked anew."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test.utils import CaptureQueriesContext

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


def test_keys_lose_indexes_of_their_own_and_get_them_back() -> None:
    loader, now = MigrationLoader(connection), constraints()
    migration, state = loader.graph.nodes["cases", THIS], loader.project_state(("cases", BEFORE))
    assert own_indexes() == {"condition_id"}
    with connection.schema_editor(atomic=False) as editor:
        migration.unapply(state.clone(), editor)
    assert own_indexes() == KEYS
    assert {"case_source_ref", "case_to_forget"} < set(constraints())
    with CaptureQueriesContext(connection) as asked, connection.schema_editor(atomic=False) as editor:
        migration.apply(state.clone(), editor)
    assert constraints() == now
    assert not [query["sql"] for query in asked if "TABLE" in query["sql"]]
    waited_for = [sql for query in asked if "INDEX" in (sql := query["sql"]) and "CONCURRENTLY" not in sql]
    assert connection.vendor == "sqlite" or not waited_for
