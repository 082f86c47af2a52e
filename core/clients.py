"""Where a request comes from, behind as many proxies as the operator named."""

from ipaddress import IPv6Address, ip_address

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


def client_block(client: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 of an IPv6 one, which is one connection's.

    An IPv4 address written as IPv6 is the IPv4 address. What is no address counts as it stands.
    """
    try:
        address = ip_address(client.partition("%")[0])
    except ValueError:
        return client
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> 64 << 64)}/64"
