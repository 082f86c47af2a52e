"""Messages beyond the inbox, as administrators look after them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.paging import page_of
from grids.views.doors import CityRequest, configuring, form_page
from notices.browse import channel_choices, deliveries_found, given_up, shown
from notices.forms import DeliveryFilter, DropForm
from notices.models import ChannelDelivery
from notices.services.deliveries import Which, deliveries_drop, deliveries_retry


@require_safe
@never_cache
@configuring
def deliveries(request: CityRequest) -> HttpResponse:
    """Those given up, or in another state, newest first."""
    form = DeliveryFilter(request.GET or None, channels=channel_choices())
    asked = form.cleaned_data if form.is_valid() else {}
    state = asked.get("state") or ChannelDelivery.State.DEAD
    rows = deliveries_found(request.access, state=state, channel=asked.get("channel", ""))
    page = page_of(rows, by="-id", cursor=request.GET.get("cursor", ""))
    context = {"page": page, "items": shown(page.rows), "form": form, "state": state}
    return render(request, "notices/deliveries.html", context | {"given_up": given_up(request.access)})


@require_POST
@configuring
def retry(request: CityRequest) -> HttpResponse:
    """Send some again (``id``), or all of a channel."""
    count = deliveries_retry(access=request.access, which=_which(request.POST), now=clock.now())
    said = ngettext("%(n)d message goes out again.", "%(n)d messages go out again.", count)
    messages.success(request, said % {"n": count})
    return redirect("notices:deliveries")


@require_http_methods(["GET", "POST"])
@configuring
def drop(request: CityRequest) -> HttpResponse:
    """Drop some (``id``), or all of a channel, with a reason."""
    form = DropForm(request.POST or None)

    def act() -> dict[str, Any]:
        which, reason = _which(request.GET), form.cleaned_data["reason"]
        deliveries_drop(access=request.access, which=which, reason=reason, now=clock.now())
        return {}

    back = reverse("notices:deliveries")
    return form_page(request, form, act, to=lambda answer: back, back_url=back)


def _which(sent: Any) -> Which:
    ids = [int(pk) for pk in sent.getlist("id")[:500] if pk.isascii() and pk.isdigit() and len(pk) < 19]
    return Which(ids=ids, channel=sent.get("channel", "")[:20])
