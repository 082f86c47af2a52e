"""Where a request comes from, behind as many proxies as the operator named."""

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The client's address. X-Forwarded-For is believed only as deep as ``PROXIES`` says."""
    # No address: it came over a socket of this machine. PostgreSQL's inet takes nothing but addresses.
    remote = str(request.META.get("REMOTE_ADDR") or "127.0.0.1")
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if settings.PROXIES and len(hops) >= settings.PROXIES:
        return str(hops[-settings.PROXIES])
    return remote
