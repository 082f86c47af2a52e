"""The shipped classes and filing conditions as rows. What a city has edited since stays as it is."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from cases.models import CaseClass, FilingCondition

DATA = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows a run added."""

    classes: int
    conditions: int


def catalogue_load() -> Loaded:
    """Add the classes and conditions that are missing, in one transaction; touch no row that is there.

    The key of a class is (kind, code), of a condition its class and number, so limits, lines, tracks
    and what was switched off stay a city's own. Running it again adds nothing.
    """
    with transaction.atomic():
        known = set(CaseClass.objects.values_list("kind", "code"))
        fresh = [_class(row) for row in _rows("case_classes.csv") if (row["kind"], row["code"]) not in known]
        # A second loader at the same moment adds the same rows, not others.
        CaseClass.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=200)
        conditions = _missing_conditions()
        FilingCondition.objects.bulk_create(conditions, ignore_conflicts=True, batch_size=200)
    return Loaded(len(fresh), len(conditions))


def _class(row: dict[str, str]) -> CaseClass:
    return CaseClass(
        kind=row["kind"],
        code=row["code"],
        major_code=row["major_code"],
        major=row["major_zh"],
        name=row["minor_zh"],
        name_en=row["minor_en"],
        origin=row["origin"],
        line=row["default_line"],
    )


def _missing_conditions() -> list[FilingCondition]:
    classes = {(kind, code): pk for kind, code, pk in CaseClass.objects.values_list("kind", "code", "pk")}
    known = set(FilingCondition.objects.values_list("case_class_id", "seq"))
    return [
        FilingCondition(
            case_class_id=classes[row["kind"], row["code"]],
            seq=int(row["seq"]),
            text=row["filing_condition"],
            closing=row["closing_condition"],
            limit_value=int(row["limit_value"]),
            limit_unit=row["limit_unit"],
            basis=row["basis"],
            track=row["default_track"],
        )
        for row in _rows("filing_conditions.csv")
        if (classes[row["kind"], row["code"]], int(row["seq"])) not in known
    ]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
