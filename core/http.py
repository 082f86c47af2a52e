"""Posting to a receiver outside: where it may be, how long it may take, how much it may answer.

Nothing is followed: a redirect is an answer like any other. Addresses are typed in by administrators, so
each is held against ``WEBHOOK_HOSTS`` when it is saved and again whenever something is sent.
"""

import hashlib
import hmac
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from threading import Timer
from types import TracebackType
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.errors import BadInput

# Seconds for everything from the first packet to the last; bytes of an answer that are read.
SECONDS, MOST_BYTES = 10.0, 64 * 1024
_ANY = "*"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered; ``body`` is cut off after 64 KiB, ``retry_after`` is the header's text."""

    status: int
    body: bytes
    retry_after: str = ""


class Unreachable(Exception):
    """No whole answer came: no connection, a certificate nobody vouches for, silence, nonsense."""


def address_checked(url: str, *, trusted: bool = False) -> SplitResult:
    """The parts of an address something may be posted to.

    HTTPS to the hosts of ``WEBHOOK_HOSTS``, where "*" stands for all that have public addresses; on a
    machine in local mode also HTTP and HTTPS to itself. A ``trusted`` address stands in the environment,
    where only the operator writes: any host will do.

    Raises:
        BadInput: it may not; field "url".
    """
    parts = _parts(url)
    host = str(parts.hostname).lower()
    if trusted or (settings.LOCAL and host in _LOOPBACK):
        return parts
    if parts.scheme != "https":
        raise BadInput(_("The address begins with https://."), field="url")
    if not _named(host) and _ANY not in settings.WEBHOOK_HOSTS:
        sentence = _("Nothing is sent to %(host)s. The operator names the hosts in WEBHOOK_HOSTS.")
        raise BadInput(sentence % {"host": host}, field="url")
    return parts


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        whole = None
    if (
        not whole
        or parts.username is not None
        or not (url.isascii() and url.isprintable() and " " not in url)
    ):
        raise BadInput(_("This is no web address. Copy it whole, from https:// on."), field="url")
    return parts


def _named(host: str) -> bool:
    """Whether the operator names this host, or ".ending" of it; then it may lie inside the house."""
    entries = settings.WEBHOOK_HOSTS
    return host in entries or any(entry.startswith(".") and host.endswith(entry) for entry in entries)


def post(url: str, body: bytes, headers: Mapping[str, str], *, trusted: bool = False) -> Answer:
    """POST once and read the answer, all within ten seconds.

    Raises:
        BadInput: nothing may be sent there, see ``address_checked``. Unreachable: no answer.
    """
    parts = address_checked(url, trusted=trusted)
    line = _line_to(parts, trusted)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with _Deadline(line) as deadline:
        try:
            line.request("POST", path, body, {"Connection": "close", **headers})
            came = line.getresponse()
            answer = Answer(came.status, came.read(MOST_BYTES), came.headers.get("Retry-After", ""))
        except (OSError, HTTPException, ValueError) as error:
            raise Unreachable(f"{type(error).__name__}: {error}"[:300]) from error
        finally:
            line.close()
    if deadline.over:
        raise Unreachable(f"no whole answer within {SECONDS:.0f} seconds")
    return answer


def signature(secret: str, message: bytes) -> str:
    """HMAC-SHA-256 of a message as receivers compare it: ``sha256=`` and 64 hex digits."""
    return f"sha256={hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()}"


def seconds_after(text: str, now: datetime) -> float | None:
    """What a ``Retry-After`` header asks for, in seconds from ``now``; None when it says nothing sensible."""
    with suppress(ValueError, TypeError, OverflowError):
        if text.strip().isdecimal():
            return float(text)
        return max((parsedate_to_datetime(text) - now).total_seconds(), 0.0)
    return None


class _Line(HTTPConnection):
    """A connection whose socket can be cut from outside, also once the answer owns it."""

    live: socket.socket | None = None
    tls = False
    only_public = False

    def connect(self) -> None:
        sock = _dial(self.host, self.port, only_public=self.only_public)
        self.live = sock
        if self.tls:
            sock = _tls(settings.WEBHOOK_CA_FILE).wrap_socket(sock, server_hostname=self.host)
        self.sock = self.live = sock


class _ProxiedLine(HTTPSConnection):
    """The same through the operator's proxy, which looks up the host."""

    live: socket.socket | None = None

    def connect(self) -> None:
        super().connect()
        self.live = self.sock


def _line_to(parts: SplitResult, trusted: bool) -> _Line | _ProxiedLine:
    host, tls = str(parts.hostname), parts.scheme == "https"
    port = parts.port or (443 if tls else 80)
    if settings.WEBHOOK_PROXY and tls and host not in _LOOPBACK:
        proxy = urlsplit(settings.WEBHOOK_PROXY)
        context = _tls(settings.WEBHOOK_CA_FILE)
        proxied = _ProxiedLine(str(proxy.hostname), proxy.port or 3128, timeout=SECONDS, context=context)
        proxied.set_tunnel(host, port)
        return proxied
    line = _Line(host, port, timeout=SECONDS)
    line.tls = tls
    line.only_public = not trusted and not _named(host) and not (settings.LOCAL and host in _LOOPBACK)
    return line


@lru_cache(maxsize=4)
def _tls(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


def _dial(host: str, port: int, *, only_public: bool) -> socket.socket:
    """A socket to the first address of a host that takes it; what was looked at is what is dialled."""
    failure: Exception = OSError("the host has no address")
    for _family, _kind, _proto, _name, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if only_public and not _public(str(address[0])):
            failure = OSError("the host lies inside a private network; name it in WEBHOOK_HOSTS")
            continue
        try:
            return socket.create_connection((str(address[0]), port), SECONDS)
        except OSError as error:
            failure = error
    raise failure


def _public(address: str) -> bool:
    found = ip_address(address.partition("%")[0])
    # An IPv4 address may come dressed as an IPv6 one.
    return ((found.version == 6 and found.ipv4_mapped) or found).is_global


class _Deadline:
    """Cuts the line when the time is up: a timeout of the socket alone begins anew with every byte."""

    def __init__(self, line: Any) -> None:
        self.over = False
        self._line = line
        self._timer = Timer(SECONDS, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> "_Deadline":
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def _cut(self) -> None:
        self.over = True
        if self._line.live is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._line.live, socket.SHUT_RDWR)
