"""A day's digest leaves the house by file, e-mail and webhook, again until it arrives."""

import hashlib
import hmac
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases.models import HeadDigest
from cases.services.digest_take import heads_digest
from core import clock
from core.models import OutboxDelivery
from core.services.outbox import outbox_drain
from tests.cast import NOW

pytestmark = pytest.mark.django_db
SECRET = "between-us-alone"


@dataclass
class Receiver:
    """A small web server that notes what it is sent and answers with ``statuses``, the last one always."""

    statuses: list[int] = field(default_factory=lambda: [200])
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    url: str = ""

    def take(self, body: bytes, signature: str) -> int:
        self.bodies.append(body)
        self.signatures.append(signature)
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(made.take(body, self.headers["X-Citymgmt-Signature"]))
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/"
    settings.DIGEST_WEBHOOK_URL, settings.DIGEST_WEBHOOK_SECRET = made.url, SECRET
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def line() -> str:
    row = heads_digest(now=NOW)
    assert row is not None
    return row.line()


def states() -> dict[str, str]:
    return dict(OutboxDelivery.objects.values_list("consumer", "state"))


def test_without_a_place_named_nothing_is_sent_and_nothing_is_owed(mailoutbox: list[Any]) -> None:
    line()
    outbox_drain(now=NOW)
    assert set(states().values()) == {"done"}
    assert mailoutbox == []


def test_the_file_gets_one_line_a_day_however_often_it_is_sent(settings: Any, tmp_path: Path) -> None:
    settings.DIGEST_FILE = str(tmp_path / "digests")
    sent = line()
    outbox_drain(now=NOW)
    call_command("digest_heads", "--send-again", "2026-11-23")
    outbox_drain(now=clock.now() + timedelta(days=1))
    assert Path(settings.DIGEST_FILE).read_text(encoding="utf-8") == f"{sent}\n"


def test_a_file_that_can_not_be_written_is_tried_again(settings: Any, tmp_path: Path) -> None:
    settings.DIGEST_FILE = str(tmp_path / "not-there" / "digests")
    sent = line()
    outbox_drain(now=NOW)
    assert states()["cases.digest_file"] == "pending"
    (tmp_path / "not-there").mkdir()
    outbox_drain(now=NOW + timedelta(minutes=1))
    assert Path(settings.DIGEST_FILE).read_text(encoding="utf-8") == f"{sent}\n"


def test_the_mail_holds_the_line(settings: Any, mailoutbox: list[Any]) -> None:
    settings.DIGEST_MAIL = ["audit@city.example"]
    sent = line()
    outbox_drain(now=NOW)
    (mail,) = mailoutbox
    assert mail.to == ["audit@city.example"]
    assert sent in mail.body.splitlines()
    assert "2026-11-23" in mail.subject


def test_the_webhook_is_signed(receiver: Receiver) -> None:
    sent = line()
    outbox_drain(now=NOW)
    assert receiver.bodies == [sent.encode()]
    right = hmac.new(SECRET.encode(), receiver.bodies[0], hashlib.sha256).hexdigest()
    assert receiver.signatures == [f"sha256={right}"]


@pytest.mark.parametrize("status", [302, 307, 404, 500])
def test_the_webhook_is_tried_again_until_it_is_taken(receiver: Receiver, status: int) -> None:
    receiver.statuses = [status, 204]
    sent = line()
    outbox_drain(now=NOW)
    assert states()["cases.digest_webhook"] == "pending"
    outbox_drain(now=NOW + timedelta(minutes=1))
    assert states()["cases.digest_webhook"] == "done"
    assert receiver.bodies == [sent.encode()] * 2


def test_a_day_without_a_digest_can_not_be_sent_again() -> None:
    assert HeadDigest.objects.count() == 0
    with pytest.raises(CommandError):
        call_command("digest_heads", "--send-again", "2026-11-23")
