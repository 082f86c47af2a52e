"""What a row of another city says, and why it can't be used."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cases.replay.mapping import ClassRef, RequestMapping, read_mapping
from cases.replay.source import SourceRow, read_rows
from core.errors import BadInput

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "tests/data/requests_sample.csv"
MAPPING = ROOT / "cases/data/sf311_mapping.json"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
HEADER = "CaseID,Opened,Closed,Category,Request.Type,Request.Details,Address,Point,Source,Responsible.Agency"
GOOD = '1,01/15/2015 08:00:00 AM,,Streetlights,Streetlight - Light_Dim,x,1 A ST,"(37.75, -122.45)",Twitter,Q'

Reader = Callable[..., list[SourceRow]]


@pytest.fixture(scope="module")
def mapping() -> RequestMapping:
    return read_mapping(MAPPING)


@pytest.fixture
def read(tmp_path: Path, mapping: RequestMapping) -> Reader:
    def _read(*lines: str | bytes, header: str = HEADER) -> list[SourceRow]:
        file = tmp_path / "rows.csv"
        file.write_bytes(
            b"\n".join(x.encode() if isinstance(x, str) else x for x in (header, *lines)) + b"\n"
        )
        return list(read_rows(file, mapping, now=NOW))

    return _read


def sample(mapping: RequestMapping) -> list[SourceRow]:
    return list(read_rows(SAMPLE, mapping, now=NOW))


def test_every_row_of_the_sample_is_accounted_for_with_its_reason(mapping: RequestMapping) -> None:
    rows = sample(mapping)
    assert [row.number for row in rows] == list(range(1, 63))
    assert Counter(row.problem for row in rows) == {
        "": 50,
        "bad_time": 3,
        "closed_before_opened": 1,
        "duplicate": 1,
        "no_class": 3,
        "no_id": 1,
        "no_place": 2,
        "unreadable": 1,
    }


def test_a_refused_row_says_why_and_a_usable_row_lacks_nothing(mapping: RequestMapping) -> None:
    for row in sample(mapping):
        assert bool(row.problem) == bool(row.sentence), row
        if not row.problem:
            assert all((row.opened, row.target, row.lon, row.lat, row.source_id)), row


def test_open_rows_stay_open_and_closed_rows_keep_their_times(mapping: RequestMapping) -> None:
    usable = [row for row in sample(mapping) if not row.problem]
    assert sum(row.closed is None for row in usable) == 4
    assert all(row.closed >= row.opened for row in usable if row.closed and row.opened)
    assert all(row.opened.utcoffset() == UTC.utcoffset(None) for row in usable if row.opened)


def test_reading_twice_gives_the_same(mapping: RequestMapping) -> None:
    assert sample(mapping) == sample(mapping)


def test_a_row_becomes_class_place_source_and_words(read: Reader) -> None:
    (row,) = read(GOOD)
    assert row == SourceRow(
        number=1,
        source_id="1",
        opened=datetime(2015, 1, 15, 16, tzinfo=UTC),
        target=ClassRef("component", "01037", 3),
        description="Streetlights · Streetlight - Light Dim · x",
        address="1 A ST",
        lon=-122.45,
        lat=37.75,
        source="resident",
        agency="Q",
    )


@pytest.mark.parametrize(
    ("opened", "closed", "expected"),
    [
        # One o'clock comes twice this night: the first is meant, unless only the second follows the opening.
        ("11/02/2014 01:50:00 AM", "", (datetime(2014, 11, 2, 8, 50, tzinfo=UTC), None)),
        (
            "11/02/2014 01:50:00 AM",
            "11/02/2014 01:10:00 AM",
            (datetime(2014, 11, 2, 8, 50, tzinfo=UTC), datetime(2014, 11, 2, 9, 10, tzinfo=UTC)),
        ),
        # Half past two never was on this night: counted on from winter time.
        ("03/09/2014 02:30:00 AM", "", (datetime(2014, 3, 9, 10, 30, tzinfo=UTC), None)),
    ],
)
def test_hours_lost_and_doubled_by_summer_time_have_one_reading(
    read: Reader, opened: str, closed: str, expected: tuple[datetime, datetime | None]
) -> None:
    (row,) = read(GOOD.replace("01/15/2015 08:00:00 AM,", f"{opened},{closed}", 1))
    assert (row.problem, row.opened, row.closed) == ("", *expected)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("01/15/2015 08:00:00 AM", "yesterday", "bad_time"),
        ("01/15/2015", "01/15/1000", "bad_time"),
        ("01/15/2015", "11/25/2026", "bad_time"),
        ("01/15/2015", "12/31/9999", "bad_time"),
        ("AM,,", "AM,12/31/9999 11:00:00 PM,", "bad_time"),
        ("AM,,", "AM,01/15/2015 07:59:59 AM,", "closed_before_opened"),
        ('"(37.75, -122.45)"', "", "no_place"),
        ("(37.75, -122.45)", "(nan, -122.45)", "no_place"),
        ("(37.75, -122.45)", "(37.75, 122.45)", "no_place"),
        ("Streetlights", "Starlights", "no_class"),
        ("Streetlight - Light_Dim", "Streetlight - Other_Request_Light_Shield", "no_class"),
        ("1,01", ",01", "no_id"),
        (",Twitter,Q", "", "unreadable"),
    ],
)
def test_a_row_that_can_not_be_is_refused(read: Reader, old: str, new: str, problem: str) -> None:
    assert old in GOOD
    (row,) = read(GOOD.replace(old, new, 1))
    assert row.problem == problem
    assert row.sentence


def test_the_second_row_of_a_number_is_refused_even_after_a_refusal(read: Reader) -> None:
    rows = read(GOOD.replace("2015", "1000"), GOOD, GOOD.replace("1,", "2,", 1))
    assert [row.problem for row in rows] == ["bad_time", "duplicate", ""]


def test_bytes_of_another_encoding_refuse_their_row_only(read: Reader) -> None:
    rows = read(GOOD.encode().replace(b"1 A ST", b"1 \xe9\xff ST"), GOOD.replace("1,", "2,", 1))
    assert [row.problem for row in rows] == ["unreadable", ""]


def test_nul_and_control_characters_never_reach_a_case(read: Reader) -> None:
    (row,) = read(GOOD.replace("1 A ST", "1\x00A\x1bST").replace(",x,", ",x\x00y,"))
    assert (row.problem, row.address) == ("", "1 A ST")
    assert "\x00" not in row.description


def test_an_absurdly_long_cell_refuses_its_row_only(read: Reader) -> None:
    rows = read(GOOD.replace("1 A ST", "A" * 200_000), GOOD.replace("1,", "2,", 1))
    assert [(row.number, row.problem) for row in rows] == [(1, "unreadable"), (2, "")]


def test_a_description_is_cut(read: Reader) -> None:
    (row,) = read(GOOD.replace(",x,", f",{'x' * 100_000},"))
    assert len(row.description) == 500


def test_blank_lines_are_no_rows(read: Reader) -> None:
    assert [row.number for row in read("", GOOD, "")] == [1]


def test_an_unknown_source_becomes_the_default(read: Reader) -> None:
    assert read(GOOD.replace("Twitter", "Carrier pigeon"))[0].source == "other_app"


def test_a_missing_column_is_named(read: Reader) -> None:
    with pytest.raises(BadInput, match=r"Request\.Details"):
        read(GOOD, header=HEADER.replace("Request.Details", "Details"))


def test_a_missing_file_is_a_sentence(tmp_path: Path, mapping: RequestMapping) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.csv"):
        list(read_rows(tmp_path / "nowhere.csv", mapping, now=NOW))


def test_a_header_that_is_no_csv_is_a_sentence(read: Reader) -> None:
    with pytest.raises(BadInput, match="header"):
        read(GOOD, header="A" * 200_000)


def test_a_point_that_the_pattern_takes_but_is_no_number_is_refused(
    tmp_path: Path, mapping: RequestMapping
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(f"{HEADER}\n{GOOD}\n".replace("-122.45", "west"), encoding="utf-8")
    loose = replace(mapping, point=re.compile(r"\((?P<lat>.+), (?P<lon>.+)\)"))
    assert [row.problem for row in read_rows(file, loose, now=NOW)] == ["no_place"]
