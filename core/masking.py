"""Phone numbers in words, found and covered: for what is shown, logged and forgotten. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

COVER = "*"
GONE = "[…]"
# A mobile number, a landline with its area code or a service number, written into other words; people
# set hyphens and spaces between the groups, and a country code before them. ``\d`` is any script's digits:
# full-width ones are typed by Chinese keyboards.
_GAP = r"[-\s\u2010-\u2015－]?"
_MOBILE = rf"1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}|1[3-9]\d{{2}}{_GAP}\d{{3}}{_GAP}\d{{4}}"
_MOBILE_WIDE = rf"１[３-９]\d{_GAP}\d{{4}}{_GAP}\d{{4}}"
_LANDLINE = rf"(?:[(（][0０]\d{{2,3}}[)）]|[0０]\d{{2,3}}){_GAP}[2-9２-９]\d{{2,3}}{_GAP}\d{{4}}"
_SERVICE = rf"[48]00{_GAP}\d{{3}}{_GAP}\d{{4}}|[48]00{_GAP}\d{{4}}{_GAP}\d{{3}}"
_PHONE = re.compile(rf"(?<!\d)(?:(?:\+?86{_GAP})?(?:{_MOBILE}|{_MOBILE_WIDE})|{_LANDLINE}|{_SERVICE})(?!\d)")
_IDENTIFIER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}")
_WHOLE = re.compile(r"(?:1[3-9]\d{9}|0\d{2,3}-?[2-9]\d{6,7}(?:-\d{1,6})?|[48]00\d{7})", re.ASCII)


def masked_name(name: str) -> str:
    """The first sign alone: 刘女士 → 刘**."""
    return name[:1] + COVER * min(len(name) - 1, 4) if name else ""


def masked_phone(phone: str) -> str:
    """The way phone numbers are shown everywhere in China: 13812345678 → 138****5678."""
    front, behind = (3, 4) if len(phone) >= 10 else (0, min(2, len(phone) // 2))
    covered = len(phone) - front - behind
    return phone[:front] + COVER * covered + phone[len(phone) - behind :] if phone else ""


def without_phones(text: str, *, but: str = "") -> str:
    """The words with every phone number in them masked, save the one that is kept as ``but``."""
    return _PHONE.sub(lambda found: _masked(found.group(), but), text)


def _masked(phone: str, but: str) -> str:
    return phone if but and whole_phone(phone) == but else masked_phone(phone)


def has_phone(text: str) -> bool:
    """Whether a phone number stands in the words."""
    return _PHONE.search(text) is not None


def phones_in(text: str) -> set[str]:
    """The phone numbers in the words, as they are kept."""
    return {phone for found in _PHONE.finditer(text) if (phone := whole_phone(found.group()))}


def whole_phone(text: str) -> str:
    """The number as it is kept, when the text is one whole phone number and nothing else; else ""."""
    # Chinese keyboards type full-width digits, brackets and dashes.
    plain = unicodedata.normalize("NFKC", text)
    digits = re.sub(r"^\+?86(?=1)", "", re.sub(r"[\s()\u2010-\u2015]", "", plain))
    if re.fullmatch(r"1[3-9][\d-]+", digits):
        digits = digits.replace("-", "")
    return digits if _WHOLE.fullmatch(digits) else ""


def redacted(value: Any, take: Callable[[str], str]) -> Any:
    """A JSON value with every text in it put through ``take``; identifiers stay as they are."""
    if isinstance(value, str):
        return value if _IDENTIFIER.fullmatch(value) else take(value)
    if isinstance(value, Mapping):
        return {name: redacted(held, take) for name, held in value.items()}
    return [redacted(held, take) for held in value] if isinstance(value, list) else value


def without_person(text: str, words: Iterable[str]) -> str:
    """The text with every phone number and each of these ``words`` (names, numbers) taken out for good."""
    for word in sorted({word for word in words if word.strip()}, key=len, reverse=True):
        text = re.sub(re.escape(word.strip()), GONE, text, flags=re.IGNORECASE)
    return _PHONE.sub(GONE, text)
