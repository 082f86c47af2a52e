"""Templates obey the content security policy: no inline style, no script the policy would refuse."""

import re

from tests.architecture import sources

INLINE_STYLE = re.compile(r"""<style\b|\sstyle\s*=\s*["']""", re.IGNORECASE)
HANDLER = re.compile(
    r"""\son[a-z]+\s*=\s*["']|href\s*=\s*["']\s*javascript:|\bhx-on[:\w-]*\s*=""", re.IGNORECASE
)
SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
DATA_ONLY = re.compile(r"""type\s*=\s*["']application/json["']""", re.IGNORECASE)


def offenders(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}"
        for path in sources.templates()
        for number, line in enumerate(sources.lines(path), 1)
        if pattern.search(line)
    ]


def test_no_template_has_an_inline_style():
    assert offenders(INLINE_STYLE) == []


def test_no_template_has_an_inline_event_handler():
    assert offenders(HANDLER) == []


def test_every_script_comes_from_a_file_or_carries_the_nonce():
    refused = [
        f"{path}: <script{attributes}>"
        for path in sources.templates()
        for attributes in SCRIPT.findall("\n".join(sources.lines(path)))
        if not ("src=" in attributes or "nonce=" in attributes or DATA_ONLY.search(attributes))
    ]
    assert refused == []
