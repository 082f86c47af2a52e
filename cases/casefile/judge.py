"""What the server says of a case file: unchanged, moved on since, altered and where, or none of ours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from cases.casefile.document import FORMAT, VERSION
from cases.casefile.inner import inner_breaks
from cases.casefile.seal import SECTIONS, broken_seals
from cases.history.chain import chain_breaks, held_still
from cases.models import Case, HeadDigest
from core.errors import Sentence


class Kind(StrEnum):
    """How a look at a file ends."""

    UNCHANGED = "unchanged"
    MOVED_ON = "moved_on"
    ALTERED = "altered"
    REWRITTEN = "rewritten"  # the file is as it was made, and the case here is not
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer; ``where`` names places, ``since`` how many events came after the export.

    ``number`` and ``exported_at`` are what the file says, "" for a file that is none of ours.
    """

    kind: Kind
    sentence: Sentence
    where: list[Sentence] = field(default_factory=list)
    since: int = 0
    number: str = ""
    exported_at: str = ""
    events: int = 0

    @property
    def taken_at(self) -> datetime | None:
        """The moment of the export, if the file names one."""
        try:
            moment = datetime.fromisoformat(self.exported_at)
        except ValueError:
            return None
        # No file is older than the system, and the ends of the calendar fit into no other zone.
        return moment if moment.tzinfo and 2000 < moment.year < 3000 else None


_SECTION_NAMES: dict[str, Sentence] = {
    "case": _("the facts of the case"),
    "parts": _("the units' parts"),
    "plans": _("the plans"),
    "photos": _("the photos"),
    "events": _("the events"),
    "chain": _("the end of the chain"),
    "digest": _("the proof of the day's digest"),
    "pages": _("the printed pages: trust what the file carries, not what is printed"),
}
_FOREIGN = Verdict(Kind.FOREIGN, _("This is not a case file of ours."))


def judged(document: Mapping[str, Any] | None, *, pages_issued: bool = True) -> Verdict:
    """The verdict on a document; ``pages_issued`` is whether the PDF around it is one that was issued."""
    if document is None or not _has_shape(document):
        return _FOREIGN
    case = Case.objects.filter(uuid=UUID(document["uuid"])).first()
    seals, breaks = broken_seals(document), list(inner_breaks(document))
    if len(seals) == len(SECTIONS) and case is None:
        return _FOREIGN
    if seals or breaks:
        return _verdict(document, Kind.ALTERED, _("The file was altered after it was taken from here."),
                        _altered_where(document, case, seals, breaks))  # fmt: skip
    wrong = _rewritten_where(document, case)
    if wrong:
        sentence = _(
            "The file is as it was made, but the case here is no longer the one in it. Keep the file and "
            "tell the administrator: the history may have been tampered with."
        )
        return _verdict(document, Kind.REWRITTEN, sentence, wrong)
    if not pages_issued:
        return _verdict(document, Kind.ALTERED, _("The data in the file are unchanged, its pages are not."),
                        [_SECTION_NAMES["pages"]])  # fmt: skip
    return _as_it_was(document, case.events_count if case else 0)


def _as_it_was(document: Mapping[str, Any], now: int) -> Verdict:
    since = now - document["chain"]["events_count"]
    if not since:
        return _verdict(
            document, Kind.UNCHANGED, _("The file is unchanged, and it is the whole history so far.")
        )
    sentence = ngettext_lazy(
        "The file is unchanged. The case has moved on by %(n)d event since.",
        "The file is unchanged. The case has moved on by %(n)d events since.",
        since,
    ) % {"n": since}
    return _verdict(document, Kind.MOVED_ON, sentence, since=since)


def _verdict(
    document: Mapping[str, Any],
    kind: Kind,
    sentence: Sentence,
    where: Iterable[Sentence] = (),
    since: int = 0,
) -> Verdict:
    return Verdict(
        kind, sentence, list(where), since, _plain(document["number"]), _plain(document["exported_at"]),
        len(document["events"]),
    )  # fmt: skip


def _plain(text: str) -> str:
    """What a file says, fit to be shown: half a sign can't be sent to anybody."""
    return text[:60].encode("utf-8", "replace").decode()


def _altered_where(
    document: Mapping[str, Any], case: Case | None, seals: list[str], breaks: Any
) -> list[Sentence]:
    places: list[Sentence] = [_at_event(one.seq, one.sentence) for one in breaks]
    if "events" in seals and not breaks and case and (seq := _first_other(document, case)):
        places.append(_at_event(seq, _("It is not the event that stands here.")))
    return places + [_SECTION_NAMES[name] for name in seals if name != "events" or not places]


def _at_event(seq: int, sentence: Sentence) -> Promise:
    return format_lazy(_("event {seq}: {sentence}"), seq=seq, sentence=sentence)


def _rewritten_where(document: Mapping[str, Any], case: Case | None) -> list[Sentence]:
    if case is None:
        return [_("The case is gone.")]
    if case.events_count < document["chain"]["events_count"]:
        return [_("Its newest events are gone.")]
    if seq := _first_other(document, case):
        return [_at_event(seq, _("It is not the event that stands here."))]
    if wrong := list(chain_breaks(held_still(case.pk))):
        return [_at_event(one.seq, one.sentence) for one in wrong[:1]]
    proof = document["digest"]
    row = proof and HeadDigest.objects.filter(day=proof["row"]["day"]).first()
    if proof and (row is None or row.digest != proof["row"]["digest"]):
        return [_("The digest of the day is another one now.")]
    return []


def _first_other(document: Mapping[str, Any], case: Case) -> int:
    """The first event of the file that is not the case's event of that number; 0 when all are."""
    kept = dict(case.events.values_list("seq", "hash"))
    others = (e["seq"] for e in document["events"] if e["hash"] and kept.get(e["seq"]) != e["hash"])
    return next(others, 0)


def _has_shape(document: Mapping[str, Any]) -> bool:
    if (document.get("format"), document.get("version")) != (FORMAT, VERSION):
        return False
    texts = all(isinstance(document.get(name), str) for name in ("number", "uuid", "exported_at"))
    kinds = {"seals": dict, "chain": dict, "case": dict, "events": list, "covered": bool}
    if not texts or not all(isinstance(document.get(name), kind) for name, kind in kinds.items()):
        return False
    return _is_uuid(document["uuid"]) and all(map(_is_event, document["events"])) and _has_proof(document)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _is_event(event: Any) -> bool:
    return (
        isinstance(event, dict)
        and type(event.get("seq")) is int
        and isinstance(event.get("payload", 0), dict | None)
        and all(isinstance(event.get(name, 0), str | None) for name in ("hash", "previous_hash"))
    )


def _has_proof(document: Mapping[str, Any]) -> bool:
    if type(document["chain"].get("events_count")) is not int:
        return False
    proof = document.get("digest", 0)
    return proof is None or (isinstance(proof, dict) and isinstance(proof.get("row"), dict))
