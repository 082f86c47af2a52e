"""What is shown of personal data before somebody asks for it with a reason. Pure."""

import re

_COVER = "*"
# A mobile number, or a landline with its area code, written into other words.
_PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-?[2-9]\d{6,7})(?!\d)", re.ASCII)


def masked_name(name: str) -> str:
    """The first sign alone: 刘女士 → 刘**."""
    return name[:1] + _COVER * min(len(name) - 1, 4) if name else ""


def masked_phone(phone: str) -> str:
    """The way phone numbers are shown everywhere in China: 13812345678 → 138****5678."""
    front, behind = (3, 4) if len(phone) >= 10 else (0, min(2, len(phone) // 2))
    covered = len(phone) - front - behind
    return phone[:front] + _COVER * covered + phone[len(phone) - behind :] if phone else ""


def without_phones(text: str) -> str:
    """The words with every phone number in them masked."""
    return _PHONE.sub(lambda found: masked_phone(found.group()), text)
