"""A search goes by an index, on the engine that has one for words inside a text."""

import pytest
from django.db import connection

from cases.models import Case
from cases.narrowing import searched
from cases.selectors import cases_for
from tests.cast import World
from tests.walk import RESIDENT, report


@pytest.mark.postgres
def test_words_of_cases_have_trigram_indexes(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'cases_case'")
        found = dict(cursor.fetchall())
    for column in ("description", "address"):
        assert "gin_trgm_ops" in found[f"case_{column}_words"]
        assert (
            f"upper({'(address)::text' if column == 'address' else column})" in found[f"case_{column}_words"]
        )


@pytest.mark.postgres
def test_a_search_by_words_number_or_class_can_go_by_indexes(world: World) -> None:
    report(world)
    rows = searched(Case.objects.order_by(), world.access("station"), "暴露垃圾")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    plan = rows.explain()
    assert "Seq Scan on cases_case" not in plan
    assert "case_description_words" in plan
    assert "case_address_words" in plan


@pytest.mark.parametrize("words", ["暴露垃圾", "向阳路", "楼下垃圾", RESIDENT["reporter_phone"]])
def test_a_case_is_found_by_class_address_words_and_phone(world: World, words: str) -> None:
    case = report(world, "hotline", case_class=world.conditions["litter"].case_class.key, **RESIDENT)
    report(world, description="别的事", address="别处")
    assert list(searched(cases_for(world.access("station")), world.access("station"), words)) == [case]
