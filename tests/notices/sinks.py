"""Receivers on this machine: a web server and a mail server that note what they are sent."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

OK = b'{"errcode":0,"errmsg":"ok"}'
# What a receiver does with one request; it is given the handler to write with.
Behaviour = Callable[[BaseHTTPRequestHandler], object]


@dataclass(frozen=True)
class Came:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class WebSink:
    """Answers with ``behaviours`` in turn, the last one always."""

    url: str = ""
    came: list[Came] = field(default_factory=list)
    behaviours: list[Behaviour] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)

    def behave(self, *behaviours: Behaviour) -> None:
        self.behaviours[:] = behaviours

    @property
    def contents(self) -> list[str]:
        """The text of each robot's message."""
        return [one.json["text"]["content"] for one in self.came]


def answer(status: int = 200, body: bytes = OK, **headers: str) -> Behaviour:
    """Answer like this."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def huge(handler: BaseHTTPRequestHandler) -> None:
    """A success whose body does not end, of which the first bytes are no JSON."""
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65536)


@contextmanager
def web_sink(context: Any = None) -> Iterator[WebSink]:
    """A web server on a port of its own; with TLS when it is given a context."""
    sink = WebSink(behaviours=[answer()])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:  # whoever sent it died on the way
                self.close_connection = True
                return
            behave = sink.behaviours.pop(0) if len(sink.behaviours) > 1 else sink.behaviours[0]
            sink.came.append(Came(self.path, dict(self.headers), body))
            sink.arrived.set()
            try:
                behave(self)
            except (OSError, ValueError):
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            return

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            return  # a client that hung up

    server = Server(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    sink.url = f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class MailSink:
    """Takes letters; answers "RCPT TO" with ``refusals`` by address, and everything with ``busy``."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    busy: str = ""

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.busy or address in self.refusals:
            return self.busy or self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - as aiosmtpd calls it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        letter = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"


class _Controller(Controller):
    """On whatever port is free."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_sink(settings: Any) -> Iterator[MailSink]:
    """A mail server that Django's settings point to."""
    sink = MailSink()
    controller = _Controller(sink, hostname="127.0.0.1", port=0, server_hostname="sink")
    controller.start()
    sink.port = controller.port
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    try:
        yield sink
    finally:
        controller.stop()


def body_of(letter: EmailMessage, kind: str = "plain") -> str:
    """The text of a letter, or its HTML."""
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content())
