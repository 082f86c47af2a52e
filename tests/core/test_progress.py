"""A long run says how far it is: a bar on a terminal, plain lines elsewhere."""

import io

from django.core.management.base import OutputWrapper

from core.progress import Meter


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_file_gets_plain_lines() -> None:
    stream = io.StringIO()
    with Meter("cases", 3, OutputWrapper(stream)) as meter:
        for _piece in range(3):
            meter.advance()
    assert stream.getvalue().startswith("cases: 3 of 3, ")
    assert "\x1b" not in stream.getvalue()


def test_nothing_to_do_says_nothing() -> None:
    stream = io.StringIO()
    with Meter("cases", 0, OutputWrapper(stream)):
        pass
    assert stream.getvalue() == ""


def test_a_terminal_gets_a_bar_with_rate_and_remaining_time(monkeypatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = Terminal()
    with Meter("cases", 3, OutputWrapper(stream)) as meter:
        for _piece in range(3):
            meter.advance()
    told = stream.getvalue()
    assert "3/3" in told
    assert "/s" in told
