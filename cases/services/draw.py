"""Which fixes on the spot are checked in the field rather than on their photos."""

import hashlib
from uuid import UUID

from django.conf import settings


def drawn_for_field(case: UUID, round_number: int) -> bool:
    """Draw by lot, the same for the same case and round: nobody can ask again until it suits them.

    The share drawn is the setting ``FIELD_CHECK_SHARE``, 0 to 1.
    """
    lot = hashlib.sha256(f"{settings.SECRET_KEY}|{case}|{round_number}".encode()).digest()
    return bool(int.from_bytes(lot[:4], "big") < settings.FIELD_CHECK_SHARE * 2**32)
