"""The inbox as a page."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.paging import page_of
from grids.views.doors import CityRequest, signed_in
from notices.forms import InboxFilter
from notices.models import Notice
from notices.selectors import notices_for, notices_found
from notices.services.inbox import notices_read
from notices.texts import text_of


@require_safe
@signed_in
def inbox(request: CityRequest) -> HttpResponse:
    """One's notices, newest first."""
    form, now = InboxFilter(request.GET), clock.now()
    asked = form.cleaned_data if form.is_valid() else {}
    wanted = {"unread": True if asked.get("unread") else None, "group": asked.get("group", "")}
    rows = notices_found(request.user.pk, now=now, **wanted)
    page = page_of(rows, by="-created_at", cursor=request.GET.get("cursor", ""))
    items = [{"notice": notice, "text": text_of(notice.kind, notice.facts)} for notice in page.rows]
    context = {"page": page, "items": items, "form": form, "narrowed": any(wanted.values())}
    return render(request, "notices/inbox.html", context)


@require_POST
@signed_in
def read(request: CityRequest) -> HttpResponse:
    """Mark one (``id``) or all of one's notices as read."""
    one = request.POST.get("id", "")
    ids = [int(one)] if one.isascii() and one.isdigit() and len(one) < 19 else None
    notices_read(user_id=request.user.pk or 0, notice_ids=[] if one and ids is None else ids, now=clock.now())
    return redirect("notices:inbox")


@require_POST
@signed_in
def go(request: CityRequest, pk: int) -> HttpResponse:
    """Mark a notice as read and follow it to where it leads."""
    now = clock.now()
    notice: Notice | None = notices_for(request.user.pk, now=now).filter(pk=pk).first()
    notices_read(user_id=request.user.pk or 0, notice_ids=[pk], now=now)
    inside = notice is not None and notice.link.startswith("/") and not notice.link.startswith("//")
    return redirect(notice.link if notice and inside else "notices:inbox")
