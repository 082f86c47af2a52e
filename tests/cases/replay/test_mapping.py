"""The mapping file: complete against the catalogue, and refused with a sentence when it is wrong."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cases.replay.mapping import ClassRef, read_mapping
from core.errors import BadInput

DATA = Path(__file__).resolve().parents[3] / "cases/data"
Change = Callable[[dict[str, Any]], object]


def test_every_class_and_condition_the_rules_name_stands_in_the_catalogue() -> None:
    with (DATA / "filing_conditions.csv").open(encoding="utf-8", newline="") as stream:
        known = {ClassRef(row["kind"], row["code"], int(row["seq"])) for row in csv.DictReader(stream)}
    targets = read_mapping(DATA / "sf311_mapping.json").targets()
    assert len(targets) > 50
    assert targets <= known


def test_the_rules_reach_every_track() -> None:
    with (DATA / "filing_conditions.csv").open(encoding="utf-8", newline="") as stream:
        tracks = {
            ClassRef(row["kind"], row["code"], int(row["seq"])): row["default_track"]
            for row in csv.DictReader(stream)
        }
    targets = read_mapping(DATA / "sf311_mapping.json").targets()
    assert {tracks[target] for target in targets} == {"direct", "standard", "emergency"}


@pytest.mark.parametrize(
    ("category", "type_", "details", "expected"),
    [
        ("Sewer Issues", "Sewage_back_up", "Out_of_catch_basin", ClassRef("matter", "10903", 1)),
        ("Streetlights", "Streetlight - Pole_Leaning", "", ClassRef("component", "01037", 1)),
        (
            "Sign Repair",
            "Sign - Missing",
            "Street_Name - Missing; support - OK",
            ClassRef("component", "02012", 2),
        ),
        ("Sign Repair", "Sign - Missing", "Stop - Missing; support - OK", ClassRef("component", "02010", 1)),
        ("Illegal Postings", "anything", "", ClassRef("matter", "07001", 1)),
    ],
)
def test_the_first_rule_that_fits_decides(
    category: str, type_: str, details: str, expected: ClassRef
) -> None:
    rule = read_mapping(DATA / "sf311_mapping.json").rule_for(category, type_, details)
    assert rule is not None
    assert rule.target == expected


def test_a_wish_or_an_inner_matter_is_refused_by_rule() -> None:
    rule = read_mapping(DATA / "sf311_mapping.json").rule_for(
        "SFHA Requests", "SFHA Priority - Urgent", "Plumbers"
    )
    assert rule is not None
    assert rule.target is None
    assert rule.refuse


def put(*path: str | int, value: object) -> Change:
    def change(raw: Any) -> None:
        for step in path[:-1]:
            raw = raw[step]
        raw[path[-1]] = value

    return change


WRONG: list[tuple[Change, str]] = [
    (lambda raw: raw.pop("times"), "times"),
    (put("columns", "id", value=""), "id"),
    (put("encoding", value="klingon"), "klingon"),
    (put("times", "zone", value="Moon/Base"), "Moon/Base"),
    (put("times", "format", value="%Y %z"), "zone"),
    (put("times", "earliest_year", value="soon"), "wrong shape"),
    (put("point", "pattern", value="("), "regular expression"),
    (put("point", "pattern", value="x"), "lat"),
    (put("point", "bounds", value=[10, 0, 5, 1]), "bounds"),
    (put("point", "bounds", value=[10, 0]), "wrong shape"),
    (put("sources", "Voice In", value="pigeon"), "pigeon"),
    (put("default_source", value="pigeon"), "pigeon"),
    (put("placement", 0, "districts", value=[]), "district"),
    (put("rules", value=[]), "no rules"),
    (put("rules", 0, value={"code": "06010"}), "rule 1"),
    (put("rules", 0, value={"category": "x"}), "rule 1"),
    (put("rules", 0, "refuse", value="why"), "rule 1"),
    (put("rules", 0, "code", value="1"), "rule 1"),
    (put("rules", 0, "kind", value="thing"), "rule 1"),
    (put("rules", 0, "condition", value=True), "rule 1"),
    (put("rules", 0, "type", value={"sounds": "x"}), "rule 1"),
    (put("rules", 0, "type", value={"regex": "["}), "regular expression"),
]


@pytest.mark.parametrize(("change", "words"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_mapping_is_refused_with_what_to_mend(tmp_path: Path, change: Change, words: str) -> None:
    raw = json.loads((DATA / "sf311_mapping.json").read_text(encoding="utf-8"))
    change(raw)
    file = tmp_path / "mapping.json"
    file.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        read_mapping(file)
    assert words in str(refused.value)


@pytest.mark.parametrize("text", ["{", "[]", '"x"', "\udcff"])
def test_what_is_no_mapping_at_all_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mapping.json"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadInput):
        read_mapping(file)


def test_a_missing_mapping_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.json"):
        read_mapping(tmp_path / "nowhere.json")
