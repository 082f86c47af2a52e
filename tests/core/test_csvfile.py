"""A file that a spreadsheet opens safely, whichever room writes it."""

import csv
import io

import pytest

from core.csvfile import csv_lines, harmless


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_a_cell_that_begins_like_a_formula_is_made_text(sign: str) -> None:
    assert harmless(f"{sign}1+1") == f"'{sign}1+1"
    assert harmless(f"a{sign}") == f"a{sign}"


def test_the_file_begins_with_its_mark_and_gives_back_every_cell() -> None:
    text = "".join(csv_lines([("名称", 3), ('a"b', "c,d\ne")]))
    assert text.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(text[1:]))) == [["名称", "3"], ['a"b', "c,d\ne"]]
