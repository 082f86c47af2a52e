"""The chain inside a case file, checked by what the file itself says. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.history.said import Difference
from core.history import GENESIS, canonical, link
from core.merkle import leaf_hash, root_from


def inner_breaks(document: Mapping[str, Any]) -> Iterator[Difference]:
    """Where the events of a file do not follow from one another.

    A link that is withheld (None) is passed over: what is covered can only be checked by the server.
    """
    previous: str | None = GENESIS
    for expected, event in enumerate(document["events"], 1):
        seq, payload = event["seq"], event["payload"]
        if seq != expected:
            yield Difference(expected, _("An event before this one is missing, or the order was changed."))
            return
        if previous and event["previous_hash"] and event["previous_hash"] != previous:
            yield Difference(seq, _("It does not follow the entry before it."))
        if payload is not None and not _fits(document, event, payload):
            yield Difference(seq, _("Its content does not match its hash."))
        previous = event["hash"]
    yield from _end_breaks(document)


def _fits(document: Mapping[str, Any], event: Mapping[str, Any], payload: Mapping[str, Any]) -> bool:
    if (payload.get("seq"), payload.get("case")) != (event["seq"], document["uuid"]):
        return False
    before = event["previous_hash"]
    return not before or link(before, payload) == event["hash"]


def _end_breaks(document: Mapping[str, Any]) -> Iterator[Difference]:
    events, chain = document["events"], document["chain"]
    head = events[-1]["hash"] if events else None
    if (chain.get("events_count"), chain.get("head_hash")) != (len(events), head):
        yield Difference(len(events), _("Events are missing at the end."))


def digest_fits(document: Mapping[str, Any]) -> bool:
    """Whether the digest's proof, if there is one, leads from the case's event to the day's digest."""
    proof = document["digest"]
    if proof is None:
        return True
    row, leaf = proof["row"], proof["leaf"]
    said = {name: value for name, value in row.items() if name not in ("previous", "digest")}
    hashes = {event["seq"]: event["hash"] for event in document["events"]}
    root = root_from(leaf_hash(canonical(leaf)), proof["position"], row["changed"], proof["path"])
    return (
        (leaf["case"], hashes.get(leaf["events"])) == (document["uuid"], leaf["head"])
        and root == row["root"]
        and link(row["previous"], said) == row["digest"]
    )
