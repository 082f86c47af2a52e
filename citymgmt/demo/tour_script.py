"""One case in eight clicks: seven steps by people of the cast, then a number. Pure data; nothing is real.

The case is an emergency, because only there does the handling limit run by day and night, so that the
clock beside the story can be worked out in plain minutes.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from cases.workflow import Action
from core.errors import Sentence

# A page of somebody: login and address; {number} is the case.
View = tuple[str, str]
CASE = "/cases/{number}/"
CASE_CLASS, CONDITION, PICTURE = "component-01001", 1, "cover"
REPORTER, READER = "grid", "station"


def form(action: Action) -> str:
    """The address of the form of a step."""
    return f"{CASE}steps/{action.value}/"


@dataclass(frozen=True, slots=True)
class Turn:
    """One click. ``minute`` counts from the report; ``why`` says what one person alone could not have done;
    ``tried`` is somebody whom the system refuses the step, shown before it is taken."""

    action: Action
    who: str
    minute: int
    button: Sentence
    happened: Sentence
    why: Sentence
    phone: View  # what lies on the two screens before the click
    desk: View
    on_phone: bool
    tried: str = ""


TURNS: tuple[Turn, ...] = (
    Turn(
        Action.REPORT, REPORTER, 0,
        _("%(who)s reports it"),
        _("%(who)s walks this grid and reports a manhole cover out of place: a photo, the place, a few"
          " words."),
        _("Whoever reports does not verify: nobody can file their own finding."),
        (REPORTER, "/cases/report/"), (READER, "/"), on_phone=True,
    ),
    Turn(
        Action.VERIFY, "officer", 9,
        _("%(who)s verifies it on site"),
        _("%(who)s stands there nine minutes later, takes a photo of his own and files it as an emergency."
          " It goes straight to the unit; two continuous hours begin."),
        _("The officer did not choose the unit: the bureau had approved the standing plan beforehand."),
        ("officer", form(Action.VERIFY)), (READER, CASE), on_phone=True, tried=REPORTER,
    ),
    Turn(
        Action.SIGN_FOR, "engineer", 21,
        _("%(who)s signs for it"),
        _("%(who)s signs for it at the municipal unit; from now on his name stands beside the work."),
        _("Only the unit that the plan names can sign; the officer who sent it can't."),
        ("officer", CASE), ("engineer", CASE), on_phone=False, tried="officer",
    ),
    Turn(
        Action.REMIND, READER, 112,
        _("%(who)s sees yellow and reminds the unit"),
        _("An hour and a half later the clock is yellow. %(who)s at the district station reminds the unit;"
          " the reminder stands in the history."),
        _("The station watches the clock, but it can't finish the work in the unit's place."),
        ("engineer", form(Action.FINISH)), (READER, CASE), on_phone=False,
    ),
    Turn(
        Action.SUPERVISE, "bureau", 135,
        _("%(who)s sees red and supervises"),
        _("Red: the two hours are over. %(who)s of the bureau puts the case under supervision (督办)."),
        _("Lateness can't be tidied away: each entry carries the hash of the one before it."),
        ("engineer", form(Action.FINISH)), ("bureau", CASE), on_phone=False,
    ),
    Turn(
        Action.FINISH, "engineer", 167,
        _("%(who)s puts the cover back"),
        _("%(who)s puts a new cover on and shows it with a photo from after. The clock stops, still red."),
        _("“Done” is a claim, not an end: the case stays open until somebody else has looked."),
        ("engineer", form(Action.FINISH)), ("bureau", CASE), on_phone=True, tried="bureau",
    ),
    Turn(
        Action.PASS, "officer-2", 189,
        _("%(who)s checks it on site"),
        _("%(who)s goes there, takes a photo and passes it. The case is closed, and whoever reported it"
          " hears."),
        _("Reported, verified, handled and checked by four people; none of them could take another's step."),
        ("officer-2", form(Action.PASS)), ("engineer", CASE), on_phone=True, tried="engineer",
    ),
)  # fmt: skip
# After the last step, and behind the number.
LAST_PHONE: View = (REPORTER, CASE)
LAST_DESK: View = (READER, CASE)
LENGTH = TURNS[-1].minute
CLICKS = len(TURNS) + 1
