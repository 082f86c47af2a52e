"""Posting outside: to named hosts alone, in bounded time, believing nothing."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core import http
from core.errors import BadInput
from core.http import Answer, Unreachable, address_checked, post, seconds_after, signature
from tests.cast import NOW
from tests.notices.sinks import WebSink, answer, huge, web_sink


@pytest.fixture
def sink() -> Iterator[WebSink]:
    with web_sink() as made:
        yield made


@pytest.mark.parametrize(
    "url",
    [
        "", "qyapi.weixin.qq.com/x", "ftp://qyapi.weixin.qq.com/", "file:///etc/passwd", "https://",
        "http://qyapi.weixin.qq.com/", "https://evil.example/", "https://user@qyapi.weixin.qq.com/",
        "https://qyapi.weixin.qq.com@evil.example/", "https://qyapi.weixin.qq.com:99999/",
        "https://qyapi.weixin.qq.com/ x", "https://qyapi.weixin.qq.com/\nHost: x", "https://企业.example/",
        "https://qyapi.weixin.qq.com.evil.example/", "https://10.0.0.1/", "http://169.254.169.254/latest/",
        "https://[::1", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_an_address_that_is_none_or_not_listed_is_refused(url: str) -> None:
    with pytest.raises(BadInput) as refusal:
        address_checked(url)
    assert refusal.value.field == "url"


def test_hosts_are_listed_by_name_by_ending_or_all(settings: Any) -> None:
    assert address_checked("https://QYAPI.weixin.qq.com/cgi-bin/webhook/send?key=1").port is None
    settings.WEBHOOK_HOSTS = [".city.example"]
    assert address_checked("https://hooks.city.example:8443/").port == 8443
    for url in ("https://city.example.evil.example/", "https://notcity.example/"):
        with pytest.raises(BadInput):
            address_checked(url)
    settings.WEBHOOK_HOSTS = ["*"]
    assert address_checked("https://anything.example/").hostname == "anything.example"


def test_this_machine_is_reached_in_local_mode_alone(settings: Any, sink: WebSink) -> None:
    assert post(f"{sink.url}/a?b=c", b"{}", {}) == Answer(200, b'{"errcode":0,"errmsg":"ok"}')
    assert sink.came[0].path == "/a?b=c"
    settings.LOCAL = False
    with pytest.raises(BadInput):
        post(sink.url, b"{}", {})
    assert post(sink.url, b"{}", {}, trusted=True).status == 200


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fe80::1%eth0", "::ffff:10.0.0.1"]
)
def test_a_listed_star_never_reaches_inside(settings: Any, monkeypatch: Any, address: str) -> None:
    settings.WEBHOOK_HOSTS, settings.WEBHOOK_PROXY = ["*"], ""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: found)
    with pytest.raises(Unreachable, match="private network"):
        post("https://rebound.example/", b"{}", {})


def test_a_redirect_is_an_answer_and_is_not_followed(sink: WebSink) -> None:
    sink.behave(answer(302, b"", Location=f"{sink.url}/elsewhere"))
    assert post(sink.url, b"{}", {}).status == 302
    assert len(sink.came) == 1


def test_a_body_without_end_is_cut_off(sink: WebSink) -> None:
    sink.behave(huge)
    assert len(post(sink.url, b"{}", {}).body) == http.MOST_BYTES


def test_a_receiver_that_hangs_or_drips_is_given_up(sink: WebSink, monkeypatch: Any) -> None:
    monkeypatch.setattr(http, "SECONDS", 0.3)
    over = threading.Event()

    def drip(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
        while not over.wait(0.05):
            handler.wfile.write(b"x")

    for behaviour in (lambda handler: over.wait(5), drip):
        sink.behave(behaviour)
        begun = time.monotonic()
        with pytest.raises(Unreachable):
            post(sink.url, b"{}", {})
        assert time.monotonic() - begun < 3
    over.set()


def test_nonsense_and_silence_are_no_answer(sink: WebSink) -> None:
    sink.behave(lambda handler: handler.wfile.write(b"what?\r\n\r\n"))
    with pytest.raises(Unreachable):
        post(sink.url, b"{}", {})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable):
            post(f"http://127.0.0.1:{free.getsockname()[1]}/", b"{}", {})


def test_a_certificate_nobody_vouches_for_is_refused(settings: Any, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", str(key), "-out", str(certificate), "-days", "3650", "-subj", "/CN=sink",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with web_sink(context) as sink:
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            post(sink.url, b"{}", {})
        settings.WEBHOOK_CA_FILE = str(certificate)
        assert post(sink.url, b"{}", {}).status == 200


def test_what_is_asked_to_wait_is_understood() -> None:
    assert seconds_after("120", NOW) == 120
    later = NOW + timedelta(seconds=90)
    assert seconds_after(later.strftime("%a, %d %b %Y %H:%M:%S GMT"), NOW) == 90
    assert [seconds_after(text, NOW) for text in ("", "soon", "-1", "1e9")] == [None] * 4


def test_a_signature_is_the_hmac_as_receivers_compute_it() -> None:
    # echo -n hello | openssl dgst -sha256 -hmac secret
    expected = "88aab3ede8d3adf94d26ab90d3bafd4a2083070c3bcce9c014ee04a443847c0b"
    assert signature("secret", b"hello") == f"sha256={expected}"
