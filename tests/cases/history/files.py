"""Case files as tests take, read and alter them."""

import json
from typing import Any

from django.utils.translation import override

from cases.casefile.judge import Verdict
from cases.models import Case
from cases.services.case_file import case_file_examine, case_file_issue
from core.history import link
from tests.cast import NOW, World


def taken(world: World, case: Case, who: str = "officer", *, pdf: bool = False) -> bytes:
    """The file as somebody gets it."""
    file = case_file_issue(access=world.access(who), number=case.number, pdf=pdf, now=NOW)
    return file.content


def document(world: World, case: Case, who: str = "officer") -> dict[str, Any]:
    return dict(json.loads(taken(world, case, who)))


def examined(data: bytes | dict[str, Any]) -> Verdict:
    return case_file_examine(data=data if isinstance(data, bytes) else json.dumps(data).encode())


def where(verdict: Verdict) -> list[str]:
    with override("en"):
        return [str(place) for place in verdict.where]


def rehashed(held: dict[str, Any]) -> None:
    """Make the chain inside the file whole again after a change."""
    previous = "0" * 64
    for event in held["events"]:
        event["previous_hash"] = previous
        event["hash"] = previous = link(previous, event["payload"])
    held["chain"]["head_hash"] = previous


def payload_altered(held: dict[str, Any]) -> None:
    held["events"][2]["payload"]["data"]["measures"] = ["观望"]


def payload_rehashed(held: dict[str, Any]) -> None:
    payload_altered(held)
    rehashed(held)


def events_swapped(held: dict[str, Any]) -> None:
    held["events"][1], held["events"][2] = held["events"][2], held["events"][1]
