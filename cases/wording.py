"""What happened and what is asked, in sentences. Pure: no queries, no models but the table's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from cases.wording_late import rearm_lines, rearm_words, rung_icon, rung_lines, rung_tone, rung_words
from cases.workflow import REJECT_REASONS, Action, Answer, Stage, Track
from core.errors import Sentence

A, S = Action, Stage
_HAPPENED: dict[str, Sentence] = {
    A.REPORT: _("Reported"),
    A.REPORT_FIXED: _("Reported as put right at once"),
    A.CLAIM: _("Took the task on"),
    A.ASSIGN: _("Gave the task to %(person)s"),
    A.RELEASE: _("Put the task into the pool"),
    A.REASSIGN: _("Passed the task on to %(person)s"),
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
    A.RESCOPE: _("Areas changed: the case now lies in grid %(grid)s"),
    A.MOVE: _("Moved the case to grid %(grid)s"),
    A.MERGE: _("Merged into case %(into)s"),
    A.UNMERGE: _("Undid the merging"),
    A.ABSORB: _("Case %(merged)s was merged into this one"),
    A.TRANSFER: _("Transferred to %(body)s"),
    A.ASSIGN_UNITS: _("The bureau assigned %(lead)s"),
    A.REQUEST_SUSPENSION: _("Asked for suspension until %(until)s"),
    A.DECIDE_SUSPENSION: _("Decided on the suspension: %(verdict)s"),
    A.RESUME: _("Resumed the case"),
    A.REQUEST_EXTENSION: _("Asked for an extension"),
    A.DECIDE_EXTENSION: _("Decided on the extension: %(verdict)s"),
    A.ANSWER: _("The reporter answered: %(satisfied)s"),
    A.ASK_PRESENCE: _("Asked to come to the place: %(called)s"),
    A.ARRIVE: _("Came to the place and decided"),
    A.SUPERVISE: _("Attached a supervision"),
    A.REPLY: _("Replied to the supervision"),
    A.REMIND: _("Sent a reminder"),
    A.JOIN: _("Somebody else reported the same and joined"),
    A.APPEAL: _("Appealed against having been late"),
    A.DECIDE_APPEAL: _("Decided on the appeal: %(verdict)s"),
    A.OBJECT: _("The reporter objected to the rejection"),
    A.DECIDE_OBJECTION: _("Decided on the objection: %(verdict)s"),
    A.REOPEN: _("Reopened the case"),
    A.CLOSE_FORCED: _("Closed the case by force"),
    A.VOID: _("Took the case off the list"),
    A.FORGET: _("Whoever reported was forgotten"),
}
_RELEASED = _("The merging of case %(released)s was undone")
_ICONS = {
    A.REPORT: "flag", A.REPORT_FIXED: "camera", A.CLAIM: "person", A.ASSIGN: "people", A.VERIFY: "check",
    A.FIX_NOW: "spot", A.REJECT: "x", A.CORRECT: "edit", A.SEND_BACK: "return", A.SUBMIT_PLAN: "plan",
    A.APPROVE: "check", A.RETURN_PLAN: "return", A.DISPATCH: "send", A.SIGN_FOR: "edit",
    A.RETURN_DISPATCH: "return", A.HAND_IN: "check", A.FINISH: "check", A.PASS: "check",
    A.REWORK: "return", A.CLOSE: "check", A.DISSATISFIED: "phone", A.NOTE: "chat",
    A.MOVE: "pin", A.MERGE: "plan", A.UNMERGE: "return", A.ABSORB: "plan",
    A.TRANSFER: "send", A.ASSIGN_UNITS: "send", A.REQUEST_SUSPENSION: "clock",
    A.DECIDE_SUSPENSION: "clock", A.RESUME: "refresh", A.REQUEST_EXTENSION: "clock",
    A.DECIDE_EXTENSION: "clock", A.ANSWER: "phone", A.ASK_PRESENCE: "people", A.ARRIVE: "pin",
    A.SUPERVISE: "flag", A.REPLY: "chat", A.REMIND: "bell", A.JOIN: "people", A.APPEAL: "chat",
    A.DECIDE_APPEAL: "check", A.OBJECT: "chat", A.DECIDE_OBJECTION: "check", A.REOPEN: "refresh",
    A.CLOSE_FORCED: "x", A.VOID: "trash", A.FORGET: "shield", A.RESCOPE: "map",
    A.RELEASE: "people", A.REASSIGN: "swap", A.REARM: "clock",
}  # fmt: skip
_BAD = {
    A.REJECT, A.SEND_BACK, A.RETURN_PLAN, A.RETURN_DISPATCH, A.REWORK, A.DISSATISFIED, A.OBJECT,
    A.CLOSE_FORCED, A.VOID,
}  # fmt: skip
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
    A.TRANSFER: _("The case ends here for this district and the reporter is told."),
    A.MERGE: _("The case rests in the other one; both reporters are told when that ends."),
    A.CLOSE_FORCED: _("The case ends here without having come to its own end; this is counted apart."),
    A.VOID: _("The case is taken off the list and counts nowhere."),
    A.REOPEN: _("The case begins anew with its verification."),
    A.FORGET: _("Name, number, code and chosen photos are gone for good. This can't be undone."),
}
DANGERS = frozenset(
    {
        A.REJECT, A.RETURN_DISPATCH, A.REWORK, A.DISSATISFIED, A.TRANSFER, A.MERGE, A.CLOSE_FORCED, A.VOID,
        A.FORGET,
    }
)  # fmt: skip
# Why the system passed a task on.
CAUSES: dict[str, Sentence] = {
    "posting": _("Whoever had it is not posted here any more."),
    "absence": _("Whoever had it is away."),
    "asked": _("Handed over on request."),
    "unattended": _("Nobody took it up."),
}
_SPOKEN = ("result", "reason", "text", "words", "evidence", "letter_no", "place", "no_position_reason",
           "no_photo_reason")  # fmt: skip


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
        "grid": data.get("grid", "") or data.get("areas", {}).get("to", {}).get("grid", ""),
        "into": data.get("into", ""),
        "merged": data.get("merged", ""),
        "released": data.get("released", ""),
        "body": data.get("outside_body", ""),
        "until": day_of(data.get("until", "")),
        "verdict": _label(_VERDICTS, data.get("verdict")),
        "satisfied": _label(_ANSWERS, data.get("satisfied")),
        "called": _label(_ROLES, data.get("called")),
    }
    if action == A.REARM:
        return rearm_words(data)
    if action == A.ESCALATE:
        return rung_words(data)
    if action == A.REASSIGN and not data.get("person"):
        return gettext("Passed the task on to the pool")
    sentence = _RELEASED if "released" in data else _HAPPENED[action]
    return str(sentence) % words


_VERDICTS = {"grant": _("granted"), "refuse": _("refused")}
_ANSWERS = {Answer.YES.value: _("it is done"), Answer.NO.value: _("it is not done")}
_ROLES = dict(Role.choices)


def _label(words: Mapping[str, object], code: object) -> str:
    return str(words.get(str(code or ""), ""))


def day_of(moment: str) -> str:
    """A moment as events keep it, as a day and time in Asia/Shanghai; "" for none."""
    found = parse_datetime(moment) if moment else None
    return f"{localtime(found):%Y-%m-%d %H:%M}" if found else ""


def told(action: str, data: Mapping[str, Any], names: Names) -> str:
    """What was said and given with an event, one line a matter; "" when nothing."""
    lines = [str(data[name]) for name in _SPOKEN if data.get(name)]
    if action == A.ESCALATE:
        lines += rung_lines(data)
    if action == A.REARM:
        lines += rearm_lines(data)
    if principal := data.get("deputy_of"):
        name = names.people.get(principal, gettext("somebody"))
        lines.insert(0, gettext("As deputy of %(name)s") % {"name": name})
    if action == A.VERIFY and data.get("track"):
        lines.insert(0, gettext("Track: %(track)s") % {"track": Track(data["track"]).label})
    if action in (A.VERIFY, A.SUBMIT_PLAN) and data.get("lead_unit"):
        lead = names.units.get(data["lead_unit"], data["lead_unit"])
        lines.append(gettext("Lead unit: %(unit)s") % {"unit": lead})
    if assisting := data.get("assisting_units"):
        units = "、".join(names.units.get(code, code) for code in assisting)
        lines.append(gettext("Assisting: %(units)s") % {"units": units})
    lines += _came_of(action, data)
    lines += [f"{seq}. {text}" for seq, text in enumerate(data.get("measures") or [], 1)]
    lines += [
        gettext("On measure %(seq)s: %(text)s") % {"seq": seq, "text": text}
        for seq, text in (data.get("comments") or {}).items()
    ]
    return "\n".join(lines + _hands(data, names) + _where(data, names))


def _hands(data: Mapping[str, Any], names: Names) -> list[str]:
    """Why a task changed hands, whose it was, and who asked for it."""
    lines = [str(CAUSES[data["cause"]])] if data.get("cause") in CAUSES else []
    said = {"former": gettext("It was with %(name)s."), "asked_by": gettext("Asked by %(name)s.")}
    return lines + [
        text % {"name": names.people.get(data[key], "")} for key, text in said.items() if data.get(key)
    ]


def _came_of(action: str, data: Mapping[str, Any]) -> list[str]:
    if campaign := data.get("campaign"):
        left = gettext("Taken out of the campaign “%(title)s”")
        return [(left if action == A.NOTE else gettext("Campaign “%(title)s”")) % campaign]
    if data.get("past_limit"):
        return [gettext("The plan's date counts, although it lies after the limit")]
    template = data.get("template")
    if not template:
        return []
    as_it_is = gettext("From the template “%(title)s”, version %(version)s, unchanged")
    changed = gettext("From the template “%(title)s”, version %(version)s, changed")
    return [(as_it_is if template["unchanged"] else changed) % template]


def _where(data: Mapping[str, Any], names: Names) -> list[str]:
    lines = _areas_changed(data.get("areas"))
    if before := data.get("before"):
        lines.append(gettext("Address before: %(address)s") % {"address": before.get("address") or "—"})
    if "distance_m" in data:
        lines.append(gettext("Position taken %(n)d m from the place") % {"n": round(data["distance_m"])})
    if data.get("on_behalf"):
        unit = names.units.get(data["on_behalf"], data["on_behalf"])
        lines.append(gettext("Recorded by the station for %(unit)s") % {"unit": unit})
    if data.get("reply_by"):
        lines.append(gettext("A reply is owed by %(time)s") % {"time": day_of(data["reply_by"])})
    if data.get("plan_owed"):
        lines.append(gettext("No standing plan covers it: the plan is owed"))
    if data.get("photos_removed"):
        lines.append(gettext("Photos taken away: %(n)d") % {"n": len(data["photos_removed"])})
    if data.get("failed_call"):
        lines.append(gettext("Nobody answered; failed call number %(n)s") % {"n": data["failed_call"]})
    return lines


def _areas_changed(areas: Mapping[str, Any] | None) -> list[str]:
    if not areas:
        return []
    before, after = areas["from"], areas["to"]
    return [f"{before[level]} → {after[level]}" for level in after if after[level] != before[level]]


def icon_of(action: str, data: Mapping[str, Any]) -> str:
    """The icon of an event; a rung of the ladder has the lamp it stands for."""
    return rung_icon(data) if action == A.ESCALATE else _ICONS[Action(action)]


def tone_of(action: str, data: Mapping[str, Any]) -> str:
    """ "good", "warn", "bad" or "" for the mark of an event."""
    if action == A.ESCALATE:
        return rung_tone(data)
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
