"""Keeping a list under a name, and dropping it. Everybody keeps lists for themselves alone."""

from datetime import datetime

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.filters import kept_of
from cases.models import SavedFilter
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from grids.access import Access

MOST = 20
_LONGEST_NAME, _LONGEST_QUERY = 40, 1000


def saved_filter_keep(*, access: Access, name: str, query: str, now: datetime) -> SavedFilter:
    """Keep a list's filters and columns under a name; the same name again holds the new ones.

    Raises:
        NotAllowed: nobody is logged in. BadInput: no name, or nothing to keep.
        Conflict: there are twenty already.
    """
    if access.user_id is None:
        raise NotAllowed(_("Log in to keep lists."))
    words = "".join(sign for sign in name if sign.isprintable()).strip()
    if not words or len(words) > _LONGEST_NAME:
        raise BadInput(_("Give the list a name of at most 40 characters."), field="name")
    kept = kept_of(QueryDict(query[:4000])).urlencode()
    if not kept or len(kept) > _LONGEST_QUERY:
        raise BadInput(_("Set a few filters or columns first; then keep the list."), field="query")
    with transaction.atomic():
        # One after another, so that two windows at once do not keep twenty-one.
        User.objects.select_for_update(no_key=True).filter(pk=access.user_id).values_list("pk").first()
        mine = SavedFilter.objects.filter(user_id=access.user_id)
        if mine.exclude(name=words).count() >= MOST:
            raise Conflict(_("You keep twenty lists already. Drop one you do not need."))
        row, _made = SavedFilter.objects.update_or_create(
            user_id=access.user_id, name=words, defaults={"query": kept, "kept_at": now}
        )
    return row


def saved_filter_drop(*, access: Access, pk: int) -> None:
    """Drop one of one's own lists.

    Raises:
        NotFound: there is none such among one's own.
    """
    if not SavedFilter.objects.filter(user_id=access.user_id or 0, pk=min(pk, 2**62)).delete()[0]:
        raise NotFound(_("You keep no such list."))
