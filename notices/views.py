"""The inbox as a page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.paging import page_of
from notices.models import Notice
from notices.selectors import notices_for
from notices.services.inbox import notices_read
from notices.texts import text_of


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """One's notices, newest first."""
    rows = notices_for(request.user.pk)
    if request.GET.get("unread"):
        rows = rows.filter(read_at__isnull=True)
    page = page_of(rows, by="-created_at", cursor=request.GET.get("cursor", ""))
    items = [{"notice": notice, "text": text_of(notice.kind, notice.facts)} for notice in page.rows]
    return render(request, "notices/inbox.html", {"page": page, "items": items})


@login_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark one (``id``) or all of one's notices as read."""
    one = request.POST.get("id", "")
    ids = [int(one)] if one.isascii() and one.isdigit() and len(one) < 19 else None
    notices_read(user_id=request.user.pk or 0, notice_ids=[] if one and ids is None else ids, now=clock.now())
    return redirect("notices:inbox")


@login_required
@require_POST
def go(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a notice as read and follow it to where it leads."""
    notice: Notice | None = notices_for(request.user.pk).filter(pk=pk).first()
    notices_read(user_id=request.user.pk or 0, notice_ids=[pk], now=clock.now())
    inside = notice is not None and notice.link.startswith("/") and not notice.link.startswith("//")
    return redirect(notice.link if notice and inside else "notices:inbox")
