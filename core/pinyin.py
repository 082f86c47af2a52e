"""Chinese words by their sounds, so that they can be found with Latin letters."""

from functools import lru_cache

from pypinyin import lazy_pinyin


@lru_cache(maxsize=20_000)
def spelled(words: str) -> str:
    """Syllables in one word, then their first letters: "暴露垃圾" → "baolulaji bllj"; in lower case."""
    # What is not Chinese comes as it stands; the one space of the answer is ours.
    syllables = ["".join(syllable.split()) for syllable in lazy_pinyin(words)]
    initials = "".join(syllable[:1] for syllable in syllables)
    return f"{''.join(syllables)} {initials}".lower()
