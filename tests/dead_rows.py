"""What tests take back stays in PostgreSQL's tables, and every query reads over it, until somebody sweeps: a
run leaves millions of such rows in a database that autovacuum hardly gets to."""

from django.db import connection

# How long tests may go on, in seconds, until the next sweep, which takes about half a second.
PATIENCE = 20
_TABLES = (
    "cases_case, cases_caseevent, cases_unitpart, cases_photo, cases_actionplan, cases_supervision, "
    "core_timer, core_idempotencykey, core_outboxevent, core_outboxdelivery, core_auditentry, "
    "notices_notice, grids_area, grids_posting, grids_areauserpermission, grids_unituserpermission, "
    "accounts_user, accounts_unit"
)


def sweep() -> None:
    """Free the dead rows of the tables tests write most; nothing inside a transaction or on SQLite."""
    name = str(connection.settings_dict["NAME"])
    if (
        connection.vendor != "postgresql"
        or connection.in_atomic_block
        or not name.startswith(("test_", "fuzz_"))
    ):
        return
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM {_TABLES}")
