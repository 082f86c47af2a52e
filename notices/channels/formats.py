"""How robots are spoken to: WeCom, DingTalk, and a signed webhook of one's own making.

WeCom: text of at most 2048 bytes, people named by ``mentioned_mobile_list``. DingTalk: the number stands in
the text too, and the address carries a timestamp in milliseconds with its signature. Both answer 200 to
everything and say in ``errcode`` what came of it.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

from django.conf import settings

from core.http import Answer, seconds_after, signature
from notices.channels import Later, Never
from notices.kinds import kind_of
from notices.models import Notice, Robot
from notices.texts import title_of
from notices.wishes import Person

Request = tuple[str, bytes, dict[str, str]]
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_LONGEST_WAIT = timedelta(hours=6)
_AGAIN = frozenset({408, 425, 429})
# Busy, too often, too many at once; everything else says that the address or the text is wrong.
_WECOM_AGAIN = {-1: None, 45009: timedelta(minutes=1), 45033: timedelta(seconds=10)}
# Busy, and too often: the robot is silenced for ten minutes.
_DINGTALK_AGAIN = {-1: None, 130101: timedelta(minutes=10), 410100: timedelta(minutes=10)}


@dataclass(frozen=True, slots=True)
class Line:
    """One happening in words, and those it concerns; the trial has no notice."""

    notice: Notice | None
    text: str
    people: Sequence[Person]


@dataclass(frozen=True, slots=True)
class Words:
    """What a robot says, from head to tail; ``more`` stands for lines that found no room."""

    head: str
    lines: Sequence[Line]
    tail: str
    mobiles: Sequence[str]
    more: str

    def fitted(self, most: int, *, also: str = "") -> str:
        """The text within so many bytes of UTF-8, with ``also`` at its end."""
        ends = [part for part in (self.tail, also) if part]
        shown = [line.text for line in self.lines]
        text = "\n".join([self.head, *shown, *ends])
        while len(text.encode()) > most and shown:
            shown.pop()
            text = "\n".join([self.head, *shown, self.more, *ends])
        return text.encode()[:most].decode(errors="ignore")


@dataclass(frozen=True, slots=True)
class Format:
    """A way to speak to a robot: what is posted, and what its answer means."""

    request: Callable[[Robot, Words, str, datetime], Request]
    verdict: Callable[[Answer, datetime], None]


def _wecom(robot: Robot, words: Words, key: str, now: datetime) -> Request:
    text: dict[str, Any] = {"content": words.fitted(2048)}
    if words.mobiles:
        text["mentioned_mobile_list"] = list(words.mobiles)
    return robot.url, _body({"msgtype": "text", "text": text}), dict(_JSON)


def _dingtalk(robot: Robot, words: Words, key: str, now: datetime) -> Request:
    named = " ".join(f"@{mobile}" for mobile in words.mobiles)
    body = {
        "msgtype": "text",
        "text": {"content": words.fitted(4000, also=named)},
        "at": {"atMobiles": list(words.mobiles), "isAtAll": False},
    }
    return _dingtalk_signed(robot, now), _body(body), dict(_JSON)


def _dingtalk_signed(robot: Robot, now: datetime) -> str:
    if not robot.secret:  # the group goes by key words or by our address
        return robot.url
    moment = int(now.timestamp() * 1000)
    mac = hmac.new(robot.secret.encode(), f"{moment}\n{robot.secret}".encode(), hashlib.sha256).digest()
    joint = "&" if "?" in robot.url else "?"
    return f"{robot.url}{joint}timestamp={moment}&sign={quote_plus(base64.b64encode(mac))}"


def _generic(robot: Robot, words: Words, key: str, now: datetime) -> Request:
    shown = {
        "key": key,
        "unit": {"code": robot.unit.code, "name": robot.unit.name},
        "text": words.head,
        "notices": [_facts(line) for line in words.lines],
    }
    body, moment = _body(shown), str(int(now.timestamp()))
    headers = {
        **_JSON,
        "Idempotency-Key": key,
        "X-Citymgmt-Timestamp": moment,
        "X-Citymgmt-Signature": signature(robot.secret, moment.encode() + b"." + body),
    }
    return robot.url, body, headers


def _facts(line: Line) -> dict[str, Any]:
    people = [{"name": person.name, "id": person.id} for person in line.people]
    if line.notice is None:
        return {"text": line.text, "people": people}
    notice, facts = line.notice, line.notice.facts
    return {
        "key": notice.cause,
        "kind": notice.kind,
        "group": str(kind_of(notice.kind).group),
        "title": title_of(notice.kind),
        "text": line.text,
        **{name: facts[name] for name in ("number", "stage_code", "what", "due", "level") if name in facts},
        "urgent": notice.urgent,
        "at": notice.created_at.isoformat(),
        "url": f"{settings.SITE_URL}{notice.link}",
        "people": people,
    }


def _body(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _http_verdict(answer: Answer, now: datetime) -> None:
    """Raise unless the answer is one of success.

    Raises:
        Later: the receiver is busy or broken. Never: it refuses this for good, redirects included.
    """
    if 200 <= answer.status < 300:
        return
    if answer.status not in _AGAIN and answer.status < 500:
        raise Never("answered", answer.status)
    asked = seconds_after(answer.retry_after, now)
    wait = None if asked is None else min(timedelta(seconds=max(asked, 1)), _LONGEST_WAIT)
    raise Later("answered", answer.status, wait=wait, everybody=True)


def _errcode_verdict(again: Mapping[int, timedelta | None]) -> Callable[[Answer, datetime], None]:
    """The verdict of a service that says in the body what came of it; ``again`` are codes that pass."""

    def verdict(answer: Answer, now: datetime) -> None:
        _http_verdict(answer, now)
        try:
            said = json.loads(answer.body)
            code, words = int(said["errcode"]), str(said.get("errmsg", ""))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            # Perhaps a page of somebody in between.
            raise Later("strange", everybody=True) from None
        if code == 0:
            return
        why = f"{code} {words[:200]}"
        if code in again:
            raise Later("refused", why, wait=again[code], everybody=True)
        raise Never("refused", why)

    return verdict


FORMATS: Mapping[Robot.Kind, Format] = {
    Robot.Kind.WECOM: Format(_wecom, _errcode_verdict(_WECOM_AGAIN)),
    Robot.Kind.DINGTALK: Format(_dingtalk, _errcode_verdict(_DINGTALK_AGAIN)),
    Robot.Kind.GENERIC: Format(_generic, _http_verdict),
}
