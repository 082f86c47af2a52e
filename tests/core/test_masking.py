"""Phone numbers in words, however people write them; and nothing that only looks like one."""

import pytest

from core.masking import (
    has_phone,
    masked_name,
    phones_in,
    redacted,
    whole_phone,
    without_person,
    without_phones,
)

WRITTEN = [
    ("店主13812345678说", "13812345678"),
    ("138 1234 5678", "13812345678"),
    ("138-1234-5678。", "13812345678"),
    ("1381-234-5678", "13812345678"),
    ("+86 13812345678", "13812345678"),
    ("电话１３８１２３４５６７８", "13812345678"),
    ("座机023-40661234找", "023-40661234"),
    ("（023）40661234", "02340661234"),
    ("400-820-8820", "4008208820"),
]


@pytest.mark.parametrize(("text", "kept"), WRITTEN)
def test_a_phone_number_is_found_however_it_is_written(text: str, kept: str) -> None:
    assert has_phone(text)
    assert not has_phone(without_phones(text))
    assert phones_in(text) <= {kept}


@pytest.mark.parametrize(
    "text",
    ["5001152026112300001", "向阳路138号", "20261123", "018f3c2a-7381-4234-9678-000000000000", "3.1415926"],
)
def test_what_is_no_phone_number_stays(text: str) -> None:
    assert without_phones(text) == text
    assert without_person(text, ()) == text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("１３８ 1234-5678", "13812345678"),
        ("+8613812345678", "13812345678"),
        ("023-40661234", "023-40661234"),
    ],
)
def test_a_whole_number_is_understood_as_it_is_kept(typed: str, kept: str) -> None:
    assert whole_phone(typed) == kept


@pytest.mark.parametrize("typed", ["", "5001152026112300001", "1381234567", "13812345678 转 1", "向阳路"])
def test_anything_else_is_no_whole_number(typed: str) -> None:
    assert whole_phone(typed) == ""


def test_names_and_numbers_are_taken_out_for_good() -> None:
    assert without_person("刘女士（13812345678）说 Liu 来过", ["刘女士", "liu"]) == "[…]（[…]）说 […] 来过"


def test_in_a_json_value_identifiers_stay_and_texts_go() -> None:
    uuid = "018f3c2a-1381-4234-8678-000000000000"
    value = {"uuid": uuid, "where": ["刘女士家", {"n": 3}], "hash": "1" * 64}
    assert redacted(value, lambda text: "x") == {"uuid": uuid, "where": ["x", {"n": 3}], "hash": "1" * 64}


def test_a_masked_name_shows_its_first_sign() -> None:
    assert (masked_name("刘女士"), masked_name("")) == ("刘**", "")
