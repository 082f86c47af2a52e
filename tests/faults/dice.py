"""Random attempts by random people, drawn from the step table: right ones, and every way to be wrong.

Nothing here names a step. A new row of the table takes part once ``tests/walk.py::usual`` knows its input;
a new field is varied once ``FIELDS`` below has a maker for it. A test fails when either is missing.
"""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cases.limits import Rules, rules_now
from cases.models import Case, Photo, UnitPart
from cases.permissions import check_may_take
from cases.policies import check_when, permits
from cases.public_reads import join_token
from cases.selectors import parts_of
from cases.services.advance import case_advance
from cases.services.public import reporter_step, resident_join
from cases.services.report import STAFF, Origin, case_report
from cases.workflow import (
    BIRTHS,
    BY_ACTION,
    DONE,
    REJECT_REASONS,
    STEPS,
    Action,
    Answer,
    Guest,
    Stage,
    Step,
    Track,
    Verdict,
    steps_from,
    targets,
)
from grids.access import NOBODY
from tests.cast import FAR_AWAY, HOME, NEXT_COMMUNITY, NEXT_STREET, NOW, NOWHERE
from tests.faults.city import City
from tests.walk import RESIDENT, a_photo, usual

# The grid each place lies in; the home of the cast most often.
PLACES = (
    ("500115001001001", HOME), ("500115001001001", HOME), ("500115001001001", HOME),
    ("500115001002001", NEXT_COMMUNITY), ("500115002001001", NEXT_STREET), ("500106001001001", FAR_AWAY),
)  # fmt: skip
CONDITIONS = ("litter", "sign", "manhole", "tree")
UNITS = ("cs-clean", "cs-green", "cs-works")
JUNK: tuple[Any, ...] = (
    None, "", " ", 0, -1, 10**30, 1e308, True, [], {}, [[]], [None], {"a": {"b": []}}, "x" * 6000, "\x00",
    "\ud800", "\u202e倒", "2026-13-45", "9999-12-31T23:59:59", "' OR 1=1 --", "../../etc/passwd", ["x"] * 200,
    {"lon": "nan", "lat": 1}, {"lon": 1e999, "lat": []}, "00000000-0000-0000-0000-000000000000",
)  # fmt: skip
# Who comes without a login: a resident who reports or joins, and the reporter of a case by their code.
RESIDENT_DOOR, REPORTER_DOOR = "a resident", "the reporter"
_NOBODY = frozenset({RESIDENT_DOOR, REPORTER_DOOR})


@dataclass(frozen=True)
class Attempt:
    """One thing somebody tries. ``number`` is empty for a report; ``kind`` says what is wrong with it."""

    kind: str
    who: str
    action: Action
    raw: Mapping[str, Any]
    key: str
    now: datetime
    number: str = ""
    version: int | None = None
    uuid: UUID | None = None

    def take(self, city: City) -> dict[str, Any]:
        """Try it through the services; the answer, or the refusal raised."""
        common: dict[str, Any] = {"raw": self.raw, "key": self.key, "now": self.now}
        if self.who in _NOBODY and self.number:
            return self._as_a_guest(common)
        guest = self.who == RESIDENT_DOOR
        access = NOBODY if guest else city.access(self.who, self.now)
        if not self.number:
            origin = Origin(guest=Guest.RESIDENT) if guest else STAFF
            return case_report(access=access, action=self.action, uuid=self.uuid, origin=origin, **common)
        number, action, version = self.number, self.action.value, self.version
        return case_advance(number=number, action=action, access=access, version=version, **common)

    def _as_a_guest(self, common: dict[str, Any]) -> dict[str, Any]:
        case = Case.objects.get(number=self.number)
        client = f"10.0.{self.now.day}.{self.now.minute}"
        if self.who == RESIDENT_DOOR:
            return resident_join(token=join_token(case), client=client, **common)
        step: dict[str, Any] = {"action": self.action.value, "version": self.version, "client": client}
        return reporter_step(code=str(case.follow_code), **step, **common)


@dataclass
class Sight:
    """A case as it stands when somebody decides on it."""

    case: Case
    parts: list[UnitPart]
    rules: Rules

    @classmethod
    def of(cls, number: str, city: City, rules: Rules) -> "Sight":
        case = Case.objects.get(number=number)
        for name in ("grid", "case_class", "condition"):
            if row := city.row_of(case, name):
                setattr(case, name, row)
        return cls(case, parts_of(case), rules)

    def open_to(self, city: City, now: datetime) -> list[tuple[str, Step]]:
        """Everybody of the cast with each step that is open to them at a moment."""
        stage = Stage(self.case.stage)
        return [
            (who, step)
            for who in city.posts
            if city.sees(who, self.case, self.parts)
            for step in steps_from(stage)
            if city.may(who, step, self.case, self.parts) and self._offered(city, who, step, now)
        ]

    def _offered(self, city: City, who: str, step: Step, now: datetime) -> bool:
        access = city.access(who, max(now, self.case.stage_since))
        takes = permits(check_may_take, access, self.case, step, self.parts)
        return takes and permits(check_when, self.case, step, access, self.parts, self.rules)


@dataclass
class Dice:
    """A seeded source of attempts over the cases in ``numbers``; ``taken`` are those that went through."""

    city: City
    rng: random.Random
    numbers: list[str] = field(default_factory=list)
    taken: list[tuple[Attempt, dict[str, Any]]] = field(default_factory=list)
    now: datetime = NOW
    most_cases: int = 3
    sights: dict[str, Sight] = field(default_factory=dict)
    rules: Rules | None = None

    def sight(self, number: str) -> Sight:
        """A case as it stands, read once until something goes through."""
        self.rules = self.rules or rules_now()
        if number not in self.sights:
            self.sights[number] = Sight.of(number, self.city, self.rules)
        return self.sights[number]

    def throw(self) -> Attempt:
        """The next attempt."""
        self.pass_time()
        if not self.numbers or (len(self.numbers) < self.most_cases and self.rng.random() < 0.7):
            return self._report()
        ways = (self._right,) * 11 + (
            self._anybody, self._anybody, self._old_version, self._no_version, self._again, self._again,
            self._key_reused, self._incomplete, self._junk, self._borrowed_photo, self._report, self._guest,
            self._guest,
        )  # fmt: skip
        return self.rng.choice(ways)()

    def pass_time(self) -> None:
        """Mostly minutes; now and then a weekend goes by, and a plan's finish date with it."""
        self.now += timedelta(minutes=self.rng.choice((1, 2, 5, 15, 40, 90, 240) * 8 + (4000,)))

    def scripted(self, action: str, who: str) -> Attempt:
        """The next step of a path, on the first case; a report where there is none yet."""
        if not self.numbers:
            raw = {"position": HOME, "description": "楼下垃圾成堆", **RESIDENT}
            return Attempt("right", who, Action(action), raw, self._key(), self.now, uuid=self._uuid())
        case = self.sight(self.numbers[0]).case
        raw = usual(self.city.world, action, who, "sign", case)
        raw |= {"assisting_units": ["cs-green"]} if action == "submit_plan" else {}
        return self._attempt("right", case, who, BY_ACTION[Action(action), Stage(case.stage)], raw=raw)

    def learn(self, attempt: Attempt, answer: dict[str, Any]) -> None:
        """Remember what went through."""
        self.taken.append((attempt, answer))
        self.sights.clear()
        if not attempt.number:
            self.numbers.append(answer["number"])

    def _report(self) -> Attempt:
        rng, step = self.rng, self.rng.choice((BIRTHS[0],) * 7 + BIRTHS)
        finders = [who for who, (role, _where) in self.city.posts.items() if role in step.by]
        who = rng.choice(finders * 9 + list(self.city.posts) + [RESIDENT_DOOR] * len(finders) * 3)
        if who == RESIDENT_DOOR:
            step = BIRTHS[0]
        raw = {name: self._value(name, who) for name in (*step.needs, *(one for one, _two in step.either))}
        raw["position"] = self._place_of(who)
        raw |= self._some(step.takes, who)
        return Attempt("report", who, step.action, raw, self._key(), self.now, uuid=self._uuid())

    def _place_of(self, who: str) -> dict[str, Any]:
        """Mostly a place where this person is posted, now and then another or one outside everything."""
        where = "" if who == RESIDENT_DOOR else self.city.posts[who][1]
        theirs = [place for code, place in PLACES if code.startswith(where)]
        if theirs and self.rng.random() < 0.8:
            return dict(self.rng.choice(theirs))
        return dict(self.rng.choice([place for _code, place in PLACES] + [NOWHERE]))

    def _right(self, kind: str = "right") -> Attempt:
        """A step somebody is offered, with all it needs; a report where nobody is offered any."""
        for number in self.rng.sample(self.numbers, len(self.numbers)):
            sight = self.sight(number)
            if choices := sight.open_to(self.city, self.now):
                steps = list(dict.fromkeys(step for _who, step in choices))
                stage, tired = Stage(sight.case.stage), Counter(taken.action for taken, _answer in self.taken)
                weights = [_weight(step, stage) / (1 + tired[step.action]) for step in steps]
                step = self.rng.choices(steps, weights)[0]
                who = self.rng.choice([who for who, open_step in choices if open_step is step])
                return self._attempt(kind, sight.case, who, step)
        return self._report()

    def _guest(self) -> Attempt:
        """The reporter by their code where one has something to say, else a resident who joins."""
        for number in self.rng.sample(self.numbers, len(self.numbers)):
            case = self.sight(number).case
            steps = [step for step in steps_from(Stage(case.stage)) if Guest.REPORTER in step.guests]
            if steps and case.follow_code:
                return self._attempt("guest", case, REPORTER_DOOR, self.rng.choice(steps))
        case = self.sight(self.rng.choice(self.numbers)).case
        joins = [step for step in STEPS if Guest.RESIDENT in step.guests and step.sources]
        return self._attempt("guest", case, RESIDENT_DOOR, self.rng.choice(joins))

    def _attempt(self, kind: str, case: Case, who: str, step: Step, **changes: Any) -> Attempt:
        raw = self._usual(step, case, who)
        if self.rng.random() < 0.6:
            raw |= self._some(step.takes, who)
        facts: dict[str, Any] = {"kind": kind, "who": who, "action": step.action, "raw": raw}
        facts |= {"key": self._key(), "now": max(self.now, case.stage_since)}
        return Attempt(**(facts | {"number": case.number, "version": case.version} | changes))

    def _usual(self, step: Step, case: Case, who: str) -> dict[str, Any]:
        """What the step needs, as ``usual`` gives it; a second case is one of those that are there."""
        if "into" in step.needs:
            return {name: self._value(name, who) for name in step.needs}
        giver = "station" if who in _NOBODY else who
        raw = usual(self.city.world, step.action.value, giver, self.rng.choice(CONDITIONS), case)
        return {name: value for name, value in raw.items() if name in step.fields}

    def _anybody(self) -> Attempt:
        """Somebody, right or wrong, with any step, fitting the stage or not."""
        sight, rng = self.sight(self.rng.choice(self.numbers)), self.rng
        fitting = [step for step in STEPS if sight.case.stage in step.sources]
        others = [step for step in STEPS if step.sources]
        step = rng.choice(fitting if fitting and rng.random() < 0.75 else others)
        return self._attempt("anybody", sight.case, rng.choice(list(self.city.posts)), step)

    def _old_version(self) -> Attempt:
        right = self._right("old version")
        off = self.rng.choice((-1, 1, -(right.version or 0), 10**9))
        return _changed(right, version=(right.version or 0) + off)

    def _no_version(self) -> Attempt:
        return _changed(self._right("no version"), version=None)

    def _again(self) -> Attempt:
        """The same request once more, on whatever version is there by now."""
        first = self._earlier()
        return _changed(first, kind="again", version=self.rng.choice((first.version, None, 7)), now=self.now)

    def _key_reused(self) -> Attempt:
        first = self._earlier()
        return _changed(first, kind="key reused", raw={**first.raw, "words": "anders"}, now=self.now)

    def _earlier(self) -> Attempt:
        return self.rng.choice(self.taken)[0]

    def _incomplete(self) -> Attempt:
        right = self._right()
        needed = [name for step in STEPS if step.action is right.action for name in step.needs]
        gone = [
            name for name in right.raw if needed.count(name) == sum(right.action is s.action for s in STEPS)
        ]
        if not right.number or not gone:
            return right
        missing = self.rng.choice(gone)
        left = {name: value for name, value in right.raw.items() if name != missing}
        return _changed(right, kind="incomplete", raw=left)

    def _junk(self) -> Attempt:
        right = self._right("junk")
        name = self.rng.choice([*right.raw, "colour", "stage", "version"])
        return _changed(right, raw={**right.raw, name: self.rng.choice(JUNK)})

    def _borrowed_photo(self) -> Attempt:
        """A photo of somebody else, or one that served before."""
        right = self._right()
        # What is to be forgotten with a reporter are photos that served, and nobody's own.
        names = [name for name in right.raw if name.startswith("photos") and name != "photos_gone"]
        if not names or not right.number:
            return right
        used = Photo.objects.filter(case__isnull=False).order_by("uploaded_at", "pk").first()
        other = "station" if right.who == "director" else "director"
        photo = str(used.pk) if used and self.rng.random() < 0.5 else a_photo(self.city.world, other)
        return _changed(right, kind="borrowed photo", raw={**right.raw, names[0]: [photo]})

    def ahead(self) -> str:
        """A moment that lies ahead."""
        return (self.now + timedelta(days=self.rng.choice((1, 3, 9)))).isoformat()

    def _some(self, names: tuple[str, ...], who: str) -> dict[str, Any]:
        """Valid values for some of the fields a step takes at will."""
        some = {name for name in names if name in FIELDS and self.rng.random() < 0.5}
        if some & {"case_class", "condition"} and "case_class" in names:
            some |= {"case_class", "condition"}
        return {name: self._value(name, who) for name in names if name in some}

    def _value(self, name: str, who: str) -> Any:
        return FIELDS[name](self, who)

    def _key(self) -> str:
        return str(self._uuid())

    def _uuid(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)


def _changed(attempt: Attempt, **changes: Any) -> Attempt:
    return Attempt(**(vars(attempt) | changes))


def _weight(step: Step, stage: Stage) -> int:
    """How often a step is chosen: cases are to come far, and neither to stand still nor to end early.

    What this walk took already counts less, so that rare steps have their turn.
    """
    order = list(Stage)
    ahead = [order.index(end) - order.index(stage) for end in targets(step, stage)]
    if targets(step, stage) <= DONE:
        return 16 if ahead == [1] else 1
    return max((24 // far for far in ahead if far > 0), default=2)


def _class_of(dice: Dice, who: str) -> str:
    return dice.city.world.conditions[dice.rng.choice(CONDITIONS)].case_class.key


def _photos(dice: Dice, who: str) -> list[str]:
    return [a_photo(dice.city.world, None if who in _NOBODY else who)]


FIELDS: dict[str, Callable[[Dice, str], Any]] = {
    "position": lambda dice, who: dict(dice.rng.choice(PLACES)[1]),
    "no_position_reason": lambda dice, who: "地下室无信号",
    "photos": _photos,
    "photos_before": _photos,
    "photos_after": _photos,
    "no_photo_reason": lambda dice, who: "手机没电",
    "case_class": _class_of,
    "condition": lambda dice, who: 1,
    "track": lambda dice, who: dice.rng.choice(Track.values),
    "description": lambda dice, who: "楼下垃圾成堆",
    "address": lambda dice, who: "向阳路1号",
    "reporter_name": lambda dice, who: RESIDENT["reporter_name"],
    "reporter_phone": lambda dice, who: RESIDENT["reporter_phone"],
    "person": lambda dice, who: dice.rng.choice(list(dice.city.posts)),
    "reject_reason": lambda dice, who: dice.rng.choice(list(REJECT_REASONS)),
    "reason": lambda dice, who: "情况有变",
    "text": lambda dice, who: "已电话了解",
    "words": lambda dice, who: "满意",
    "result": lambda dice, who: "已清运",
    "failed_call": lambda dice, who: dice.rng.random() < 0.7,
    "past_limit": lambda dice, who: dice.rng.random() < 0.5,
    "measures": lambda dice, who: ["清运", "冲洗", "复查"][: dice.rng.randint(1, 3)],
    "comments": lambda dice, who: {str(dice.rng.randint(1, 3)): "写明时间"},
    "lead_unit": lambda dice, who: dice.rng.choice(UNITS),
    "assisting_units": lambda dice, who: dice.rng.sample(UNITS[1:], dice.rng.randint(1, 2)),
    "finish_by": lambda dice, who: dice.ahead(),
    "until": lambda dice, who: dice.ahead(),
    "reply_by": lambda dice, who: dice.ahead(),
    "evidence": lambda dice, who: "施工许可在办",
    "verdict": lambda dice, who: dice.rng.choice(Verdict.values),
    "satisfied": lambda dice, who: dice.rng.choice(Answer.values),
    "outside_body": lambda dice, who: "区供电公司",
    "letter_no": lambda dice, who: "长城管函〔2026〕12号",
    "place": lambda dice, who: "向阳路口",
    "unit": lambda dice, who: dice.rng.choice(UNITS),
    "document": _photos,
    "into": lambda dice, who: dice.rng.choice(dice.numbers),
    "held_by": lambda dice, who: dice.rng.choice(["", *dice.city.posts]),
    "strike": lambda dice, who: RESIDENT["reporter_name"],
    # Of the walk's city nobody keeps templates, and which photos show somebody is for the eye to say.
    "template": lambda dice, who: "",
    "photos_gone": lambda dice, who: [],
}
"""A valid value for each field a step can carry, by its name in ``cases.given.Given``."""
