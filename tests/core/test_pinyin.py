"""Chinese words are found by their sounds."""

import pytest

from core.pinyin import spelled


@pytest.mark.parametrize(
    ("words", "sounds"),
    [
        ("暴露垃圾", "baolulaji bllj"),
        ("行道树异常", "xingdaoshuyichang xdsyc"),
        ("绿化", "lvhua lh"),
        ("A座 3号", "azuo3hao az3h"),
        ("长寿区", "changshouqu csq"),
        ("", " "),
    ],
)
def test_words_are_spelled_in_full_and_by_first_letters(words: str, sounds: str) -> None:
    assert spelled(words) == sounds
