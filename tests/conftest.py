"""What every test stands on: a private database file and media folder, and the append-only triggers."""

import gc
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.test import TestCase, TransactionTestCase, override_settings
from django.test.signals import language_changed
from pytest_django.plugin import blocking_manager_key

from cases import limits
from citymgmt.local.messages import compile_messages
from core.appendonly import remove_triggers
from tests import dead_rows, emptied
from tests.cast import World, build_world

ROOT = Path(__file__).resolve().parent.parent
_PLACE = pytest.StashKey[Path]()
_SWEPT = pytest.StashKey[float]()
# Modules that walk, kill, replay or go through everything there is: minutes for a handful of tests.
_LONG = re.compile(r"tests/(faults|sweep)/|_may|sequences|replay|demo|killed|at_once|jumps|day_and")


def pytest_configure(config: pytest.Config) -> None:
    """Give this process (each xdist worker is one) places of its own before any database is made.

    SQLite goes into a file, not memory: the live server's threads then have connections of their own,
    as in life.
    """
    place = Path(tempfile.mkdtemp(prefix="citymgmt-test-"))
    config.stash[_PLACE] = place
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["TEST"] = {**database.get("TEST", {}), "NAME": str(place / "test.sqlite3")}
    settings.MEDIA_ROOT = str(place / "media")
    if settings.CELERY_BROKER_URL.startswith("filesystem"):
        settings.CELERY_BROKER_URL = "memory://"
        settings.CELERY_BROKER_TRANSPORT_OPTIONS = {}
    if compile_messages(ROOT / "locale"):
        language_changed(setting="LOCALE_PATHS")  # Django may have looked for them already
    hypothesis.settings.load_profile("ci")  # the same examples every time, also where nobody set CI
    # Tests make much garbage and little that stays; looking for cycles as often as usual is a tenth of them.
    gc.set_threshold(50_000, 20, 50)


def pytest_addoption(parser: pytest.Parser) -> None:
    """For a second run on another engine."""
    parser.addoption(
        "--only-database", action="store_true", help="leave out the tests that ask for no database"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave what needs PostgreSQL to the run on PostgreSQL, which CI has and fails without the server, and
    what needs no database to the other run where this is the second."""
    on_postgres = settings.DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql"
    elsewhere = [item for item in items if not on_postgres and item.get_closest_marker("postgres")]
    if config.getoption("--only-database"):
        elsewhere += [item for item in items if not _asks_for_a_database(item)]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        left_out = set(elsewhere)
        items[:] = [item for item in items if item not in left_out]
    if hasattr(config, "workerinput"):
        _long_ones_first(items)


def _asks_for_a_database(item: pytest.Item) -> bool:
    marked = any(item.get_closest_marker(name) for name in ("django_db", "postgres", "e2e"))
    fixtures = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    return marked or bool(fixtures) or issubclass(getattr(item, "cls", None) or object, TransactionTestCase)


def _long_ones_first(items: list[pytest.Item]) -> None:
    """In the order in which workers take modules and classes: what few tests make long may not come last,
    where one worker would run it alone."""
    sizes = Counter(map(_scope, items))
    items.sort(key=lambda item: (not _LONG.search(_scope(item)), -sizes[_scope(item)], _scope(item)))


def _scope(item: pytest.Item) -> str:
    return item.nodeid.rsplit("::", 1)[0]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    shutil.rmtree(config.stash[_PLACE], ignore_errors=True)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave real concurrency to PostgreSQL; CI refuses to begin where there is none."""
    if item.get_closest_marker("postgres") and connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: set DATABASE_URL")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Sweep now and then, by the time tests took: a long one leaves more behind than a hundred others."""
    yield
    now = time.monotonic()
    if now - item.config.stash.setdefault(_SWEPT, now) > dead_rows.PATIENCE:
        item.config.stash[_SWEPT] = now
        with item.config.stash[blocking_manager_key].unblock():
            dead_rows.sweep()


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash passwords cheaply: the real hasher takes a tenth of a second on purpose."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def what_was_committed_taken_away() -> Iterator[None]:
    """Empty the tables after a transactional test.

    Tests in a transaction roll back and need nothing of it. Nothing but this takes the append-only triggers
    off; production has no switch.
    """
    set_up = TransactionTestCase._fixture_setup.__func__  # type: ignore[attr-defined]

    def remember_first(cls: type[TransactionTestCase]) -> None:
        emptied.brought()
        set_up(cls)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_setup", classmethod(remember_first))
        patch.setattr(TransactionTestCase, "_fixture_teardown", staticmethod(emptied.empty))
        yield


@pytest.fixture(scope="session", autouse=True)
def references_checked_once_a_class() -> Iterator[None]:
    """Check what a class set up before its first test.

    PostgreSQL puts checks of references off to the end of a transaction, and would check them all anew after
    each test: two seconds where a class has a town of its own.
    """
    set_up = TestCase.setUpClass.__func__  # type: ignore[attr-defined]

    def set_up_and_check(cls: type[TestCase]) -> None:
        set_up(cls)
        if connection.vendor == "postgresql":
            connection.check_constraints()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestCase, "setUpClass", classmethod(set_up_and_check))
        yield


@pytest.fixture
def history_unlocked(db: None) -> None:
    """What a person with rights on the database could do, for tests that such tampering is found.

    The rollback at the test's end puts the triggers back.
    """
    connection.check_constraints()  # PostgreSQL drops no trigger while deferred checks are pending
    remove_triggers(connection)


@pytest.fixture(autouse=True)
def media_of_its_own(tmp_path: Path, settings) -> Path:
    """Photos of one test are invisible to the next."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return Path(settings.MEDIA_ROOT)


@pytest.fixture(autouse=True)
def rules_as_built_in() -> None:
    """Limits one test set are no longer known in the next."""
    limits.forget()


@pytest.fixture
def world(db: None) -> World:
    """The fixed cast in its two small districts."""
    return build_world()
