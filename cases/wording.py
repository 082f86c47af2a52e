"""What happened and what is asked, in sentences. Pure: no queries, no models but the table's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.workflow import REJECT_REASONS, Action, Stage, Track
from core.errors import Sentence

A, S = Action, Stage
_HAPPENED: dict[str, Sentence] = {
    A.REPORT: _("Reported"),
    A.REPORT_FIXED: _("Reported as put right at once"),
    A.CLAIM: _("Took the task on"),
    A.ASSIGN: _("Gave the task to %(person)s"),
    A.VERIFY: _("Verified and filed as “%(class)s”"),
    A.FIX_NOW: _("Put right on the spot"),
    A.REJECT: _("Not filed: %(reject)s"),
    A.CORRECT: _("Corrected the case"),
    A.SEND_BACK: _("Sent back to be verified again"),
    A.SUBMIT_PLAN: _("Submitted the plan, version %(plan)s"),
    A.APPROVE: _("Approved the plan"),
    A.RETURN_PLAN: _("Returned the plan"),
    A.DISPATCH: _("Dispatched to %(lead)s"),
    A.SIGN_FOR: _("Signed for the case"),
    A.RETURN_DISPATCH: _("Returned the dispatch"),
    A.HAND_IN: _("Handed in a part"),
    A.FINISH: _("Finished handling"),
    A.PASS: _("Checked: it is done"),
    A.REWORK: _("Checked: to be done again"),
    A.CLOSE: _("Called back and closed"),
    A.DISSATISFIED: _("Called back: the caller is not satisfied"),
    A.NOTE: _("Noted"),
}
_ICONS = {
    A.REPORT: "flag", A.REPORT_FIXED: "camera", A.CLAIM: "person", A.ASSIGN: "people", A.VERIFY: "check",
    A.FIX_NOW: "spot", A.REJECT: "x", A.CORRECT: "edit", A.SEND_BACK: "return", A.SUBMIT_PLAN: "plan",
    A.APPROVE: "check", A.RETURN_PLAN: "return", A.DISPATCH: "send", A.SIGN_FOR: "edit",
    A.RETURN_DISPATCH: "return", A.HAND_IN: "check", A.FINISH: "check", A.PASS: "check",
    A.REWORK: "return", A.CLOSE: "check", A.DISSATISFIED: "phone", A.NOTE: "chat",
}  # fmt: skip
_BAD = {A.REJECT, A.SEND_BACK, A.RETURN_PLAN, A.RETURN_DISPATCH, A.REWORK, A.DISSATISFIED}
_GOOD = {A.PASS, A.CLOSE, A.FIX_NOW, A.APPROVE}
_ASKED: dict[str, Sentence] = {
    S.VERIFY: _(
        "Go and see whether it is so; then file it with its class, put it right at once, or reject it."
    ),
    S.PLAN: _("Say what is to be done, by whom and by when."),
    S.APPROVE: _("Read the plan; approve it, or return it with a reason."),
    S.DISPATCH: _("The plan is approved. Send it to the units."),
    S.HANDLE: _("Put it right, and show it with a photo from after."),
    S.CHECK: _("The work is said to be done. Look at the place, then pass it or order rework."),
    S.CALL_BACK: _("Call whoever reported it and write down what they say."),
}
_PLAIN: dict[str, Sentence] = {
    S.VERIFY: _("We have your report. Somebody is going to look at the place."),
    S.PLAN: _("It was found to be so. What to do about it is being planned."),
    S.APPROVE: _("What to do about it has been planned and is being approved."),
    S.DISPATCH: _("The plan is approved; the work is about to be given out."),
    S.HANDLE: _("It is being put right."),
    S.CHECK: _("It is said to be put right. Somebody else checks it on site."),
    S.CALL_BACK: _("It has been put right and checked. We may call to ask whether you are satisfied."),
    S.CLOSED: _("It is done."),
    S.REJECTED: _("It was not taken up."),
    S.TRANSFERRED: _("It was passed on to the body in charge of it."),
    S.MERGED: _("It was joined with another report of the same thing."),
    S.VOIDED: _("It was taken off the list."),
}
_WARNED: dict[str, Sentence] = {
    A.REJECT: _("The case ends here and the reporter is told the reason."),
    A.CLOSE: _("The case ends here."),
    A.FIX_NOW: _("The case goes straight to its check; no unit will be sent."),
    A.RETURN_DISPATCH: _("The case leaves your unit and goes back to the station."),
    A.RETURN_PLAN: _("The plan goes back to the station with your reason."),
    A.SEND_BACK: _("The case goes back to the officer."),
    A.REWORK: _("The case goes back to be done again; this is counted."),
    A.DISSATISFIED: _("The case goes back to be done again; this is counted."),
}
DANGERS = frozenset({A.REJECT, A.RETURN_DISPATCH, A.REWORK, A.DISSATISFIED})
_SPOKEN = ("result", "reason", "text", "words", "no_position_reason", "no_photo_reason")


@dataclass(frozen=True, slots=True)
class Names:
    """Words for the codes in events: people by id, units by code, classes by key."""

    people: Mapping[int, str]
    units: Mapping[str, str]
    classes: Mapping[str, str]


def happened(action: str, data: Mapping[str, Any], names: Names) -> str:
    """The sentence of one event."""
    words = {
        "person": names.people.get(data.get("person") or 0, gettext("somebody")),
        "class": names.classes.get(data.get("class", ""), data.get("class", "")),
        "reject": str(REJECT_REASONS.get(data.get("reject_reason", ""), "")),
        "plan": data.get("plan", ""),
        "lead": names.units.get(data.get("lead_unit", ""), data.get("lead_unit", "")),
    }
    return str(_HAPPENED[action]) % words


def told(action: str, data: Mapping[str, Any], names: Names) -> str:
    """What was said and given with an event, one line a matter; "" when nothing."""
    lines = [str(data[name]) for name in _SPOKEN if data.get(name)]
    if action == A.VERIFY and data.get("track"):
        lines.insert(0, gettext("Track: %(track)s") % {"track": Track(data["track"]).label})
    if action in (A.VERIFY, A.SUBMIT_PLAN) and data.get("lead_unit"):
        lead = names.units.get(data["lead_unit"], data["lead_unit"])
        lines.append(gettext("Lead unit: %(unit)s") % {"unit": lead})
    if assisting := data.get("assisting_units"):
        units = "、".join(names.units.get(code, code) for code in assisting)
        lines.append(gettext("Assisting: %(units)s") % {"units": units})
    lines += [f"{seq}. {text}" for seq, text in enumerate(data.get("measures") or [], 1)]
    lines += [
        gettext("On measure %(seq)s: %(text)s") % {"seq": seq, "text": text}
        for seq, text in (data.get("comments") or {}).items()
    ]
    return "\n".join(lines + _where(data))


def _where(data: Mapping[str, Any]) -> list[str]:
    lines = []
    if before := data.get("before"):
        lines.append(gettext("Address before: %(address)s") % {"address": before.get("address") or "—"})
    if "distance_m" in data:
        lines.append(gettext("Position taken %(n)d m from the place") % {"n": round(data["distance_m"])})
    if data.get("failed_call"):
        lines.append(gettext("Nobody answered; failed call number %(n)s") % {"n": data["failed_call"]})
    return lines


def icon_of(action: str) -> str:
    """The icon of an event."""
    return _ICONS[Action(action)]


def tone_of(action: str) -> str:
    """ "good", "bad" or "" for the mark of an event."""
    return "bad" if action in _BAD else "good" if action in _GOOD else ""


def asked(stage: str) -> Sentence:
    """What a case in this stage asks of whoever it waits for; "" when it is done."""
    return _ASKED.get(stage, "")


def plain(stage: str) -> Sentence:
    """The stage in words for whoever reported it."""
    return _PLAIN[stage]


def warned(action: str) -> Sentence:
    """What is asked before a step that can't be undone; "" for all others."""
    return _WARNED.get(action, "")
