"""The append-only triggers stand in every test, and come back after the one lift there is."""

import pytest
from django.db import Error, connection, transaction

from core.appendonly import APPEND_ONLY
from tests.architecture import sources


def refuses_deletion(table: str) -> bool:
    """Whether the table has a trigger, asked without needing a row: triggers on rows fire on rows only."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table]
            )
        else:
            cursor.execute(
                "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]
            )
        return bool(cursor.fetchone()[0] == 2)


@pytest.mark.django_db
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_a_test_in_a_transaction_has_the_triggers(table):
    assert refuses_deletion(table)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", [1, 2])
def test_a_transactional_test_has_them_again_after_the_flush_of_another(round_):
    assert all(refuses_deletion(table) for table in APPEND_ONLY)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres  # SQLite has no TRUNCATE
def test_even_an_empty_append_only_table_cannot_be_truncated():
    with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE core_auditentry CASCADE")


@pytest.mark.django_db
def test_the_lift_for_tampering_ends_with_its_test(history_unlocked):
    assert not any(refuses_deletion(table) for table in APPEND_ONLY)


def test_nothing_but_the_tests_common_fixtures_takes_the_triggers_off():
    allowed = {
        "core/appendonly.py",
        "tests/conftest.py",
        "tests/emptied.py",
        "tests/core/test_append_only_triggers.py",
    }
    users = [
        str(path) for path in sources.python_files() if "remove_triggers" in "\n".join(sources.lines(path))
    ]
    assert set(users) <= allowed
