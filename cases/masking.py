"""What is shown of personal data before somebody asks for it with a reason. Pure."""

_COVER = "*"


def masked_name(name: str) -> str:
    """The first sign alone: 刘女士 → 刘**."""
    return name[:1] + _COVER * min(len(name) - 1, 4) if name else ""


def masked_phone(phone: str) -> str:
    """The way phone numbers are shown everywhere in China: 13812345678 → 138****5678."""
    front, behind = (3, 4) if len(phone) >= 10 else (0, min(2, len(phone) // 2))
    covered = len(phone) - front - behind
    return phone[:front] + _COVER * covered + phone[len(phone) - behind :] if phone else ""
