"""The sheet of a case as PDF, for printing and for archives (PDF/A-3), with the case's file attached."""

import json
import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pylopdf_fonts_zh_cn
import typst
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext

from cases.desk import case_page
from cases.models import ActionPlan, Case, Photo
from grids.access import Access

MOST_EVENTS, MOST_PHOTOS = 200, 12
_FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent
_TEMPLATE = Path(__file__).with_name("sheet.typ")


def sheet_pdf(access: Access, document: dict[str, Any], file: bytes, *, now: datetime) -> bytes:
    """The PDF of a case the document was made of; ``file`` is attached byte for byte."""
    page = case_page(access, document["number"], now=now)
    case: Case = page["case"]
    photos = list(
        case.photos.filter(removed_at__isnull=True).order_by("event_seq", "uploaded_at")[:MOST_PHOTOS]
    )
    with TemporaryDirectory(prefix="citymgmt-sheet-") as folder:
        sheet = _sheet(page, document) | {"photos": _photos_kept(photos, Path(folder))}
        inputs = {"sheet": json.dumps(_printable(sheet)), "file": file.decode("utf-8", "replace")}
        return typst.compile(
            shutil.copy(_TEMPLATE, folder),
            root=folder,
            font_paths=[str(_FONTS)],
            ignore_system_fonts=True,
            sys_inputs=inputs,
            pdf_standards="a-3b",
            timestamp=now.replace(microsecond=0),
        )


def _photos_kept(photos: Iterable[Photo], folder: Path) -> list[dict[str, str]]:
    """Small copies of the photos, laid where the template finds them; one whose file is gone is left out."""
    kept = []
    for photo in photos:
        try:
            with photo.thumb.open("rb") as picture:
                (folder / f"{photo.pk}.jpg").write_bytes(picture.read())
        except OSError:
            continue
        kept.append(
            {"file": f"/{photo.pk}.jpg", "label": f"{photo.get_purpose_display()} · {photo.kept_sha256[:12]}"}
        )
    return kept


def _sheet(page: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    case: Case = page["case"]
    return {
        "lang": "zh" if (get_language() or "zh").startswith("zh") else "en",
        "number": case.number,
        "title": str(case.case_class or gettext("Not classified yet")),
        "subtitle": f"{case.number} · {case.get_stage_display()}",
        "facts": _facts(case),
        "sections": [*_plans(page["plans"]), _timeline(page["timeline"], document["events"])],
        "photos_title": gettext("Photos"),
        "proof_title": gettext("Proof"),
        "proof": _proof(document),
        "attached": gettext("The case file this sheet was made of; it can be examined."),
        "footer": gettext("Case %(number)s, taken from the system %(at)s")
        % {"number": case.number, "at": _when(datetime.fromisoformat(document["exported_at"]))},
    }


def _facts(case: Case) -> list[tuple[str, str]]:
    area = f"{case.district.name} · {case.street.name} · {case.community.name} · {case.grid.name}"
    facts = [
        (gettext("Description"), case.description),
        (gettext("Address"), case.address),
        (gettext("Place"), f"{area} ({case.lon:.6f}, {case.lat:.6f})"),
        (gettext("Track"), str(case.get_track_display())),
        (gettext("Filing condition"), case.condition.text if case.condition else ""),
        (gettext("Source"), str(case.get_source_display())),
        (gettext("Lead unit"), case.lead_unit.name if case.lead_unit else ""),
        (gettext("Reported"), _when(case.opened_at)),
        (gettext("Done"), _when(case.closed_at)),
        (gettext("Deadline"), _when(case.due_at)),
        (gettext("First handling deadline"), _when(case.first_due_at)),
        (gettext("First late on"), _when(case.overdue_at)),
    ]
    return [(label, value) for label, value in facts if value]


def _plans(plans: Iterable[ActionPlan]) -> list[dict[str, Any]]:
    """One section, or none without a plan."""
    entries = [
        {
            "head": gettext("Plan, version %(n)s") % {"n": plan.version},
            "side": f"{plan.get_state_display()} · {_when(plan.submitted_at)}",
            "text": "\n".join(f"{measure.seq}. {measure.text}" for measure in plan.measures.all()),
            "note": "",
        }
        for plan in plans
    ]
    return [{"title": gettext("Action plans"), "entries": entries}] if entries else []


def _timeline(items: list[dict[str, Any]], events: list[dict[str, Any]]) -> dict[str, Any]:
    entries = [
        {
            "head": f"{event['seq']}. {item['title']}",
            "side": f"{item['who']} · {_when(item['at'])}",
            "text": item["text"],
            "note": event["hash"] or "",
        }
        for item, event in zip(items, events, strict=False)
    ]
    if len(entries) > MOST_EVENTS:
        rest = gettext("%(n)d more events stand in the attached file.") % {"n": len(entries) - MOST_EVENTS}
        entries = [*entries[:MOST_EVENTS], {"head": rest, "side": "", "text": "", "note": ""}]
    return {"title": gettext("What happened"), "entries": entries}


def _proof(document: dict[str, Any]) -> list[str]:
    chain, proof = document["chain"], document["digest"]
    lines = [
        gettext("Chain of %(n)d events, head %(hash)s")
        % {"n": chain["events_count"], "hash": chain["head_hash"] or "—"},
        gettext(
            "The file attached to this PDF can be examined in the system, on the page “Examine a case file”."
        ),
    ]
    if proof:
        said = {"day": proof["row"]["day"], "n": proof["leaf"]["events"], "digest": proof["row"]["digest"]}
        lines.append(gettext("The digest of %(day)s covers it up to event %(n)d: %(digest)s") % said)
    return lines


def _when(at: datetime | None) -> str:
    return localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def _printable(value: Any) -> Any:
    """Text without halves of signs, which no PDF can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {name: _printable(held) for name, held in value.items()}
    return [_printable(held) for held in value] if isinstance(value, list | tuple) else value
