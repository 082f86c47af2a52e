"""What must hold of a walk whatever the dice say, and the sentence with the seed when it does not."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.apps import apps
from django.db import connection, transaction

from cases.models import ActionPlan, Case, CaseEvent, Photo, UnitPart
from cases.selectors import case_q
from cases.services.history_verify import history_breaks
from cases.services.invariants import INVARIANTS, invariants_check
from cases.workflow import BY_ACTION, BY_ITSELF, OPEN, TWO_CASES, WORK, Action, Stage, moves_version
from core.errors import BadInput, CityError, Conflict, KeyReused, NotFound, Stale, VersionMissing
from core.models import IdempotencyKey, RateCount
from core.services.outbox import outbox_drain
from core.services.timers import timers_fire
from tests.cast import NOW
from tests.faults.city import City
from tests.faults.dice import REPORTER_DOOR, RESIDENT_DOOR, Attempt, Dice, Sight
from tests.faults.holidays import holiday_turns
from tests.walk import TO_CALL_BACK, TO_CHECK, TO_HANDLE

# What an attempt of a kind must end in, where that does not depend on more.
MUST_BE: Final[dict[str, type[CityError]]] = {
    "old version": Stale, "no version": VersionMissing, "key reused": KeyReused, "incomplete": BadInput,
    "borrowed photo": BadInput,
}  # fmt: skip
# Ways out that are always open to somebody and so prove nothing; and marks that do bring a case on.
FORCE = frozenset({Action.MERGE, Action.CLOSE_FORCED, Action.VOID, Action.CORRECT, Action.MOVE})
ONWARD = frozenset({Action.RESUME, Action.ASSIGN, Action.DECIDE_SUSPENSION})
# Photos are made by the walk itself, before they are named; strangers are counted also when refused.
_ROOMS, _UNCOUNTED = {"cases", "core", "notices"}, {Photo, RateCount}
_TABLES = [m for m in apps.get_models() if m._meta.app_label in _ROOMS and m not in _UNCOUNTED]
_SEEN = {
    "rows": "SELECT " + ", ".join(f"(SELECT count(*) FROM {m._meta.db_table})" for m in _TABLES),  # noqa: S608
    "used photos": f"SELECT count(*) FROM {Photo._meta.db_table} WHERE case_id IS NOT NULL",  # noqa: S608
} | {m.__name__: f"SELECT * FROM {m._meta.db_table} ORDER BY id" for m in (Case, UnitPart, ActionPlan)}  # noqa: S608
_LONG_AFTER = NOW + timedelta(days=10_000)
# Where a walk begins, by its seed: mostly with nothing, else with one case that has come some way.
_BORN = ("report", "hotline")
PATHS: tuple[tuple[tuple[str, str], ...], ...] = (
    (), (), (), (_BORN, *TO_HANDLE), (_BORN, *TO_CHECK), (_BORN, *TO_CALL_BACK),
    (_BORN, ("reject", "officer")),
)  # fmt: skip


class Broken(AssertionError):
    """A rule that did not hold, with the way there."""


@dataclass
class Walk:
    """One sequence of attempts over a few cases, checked step by step."""

    city: City
    seed: int
    tally: Counter[str] = field(default_factory=Counter)
    story: list[str] = field(default_factory=list)
    last: dict[str, dict[Action, str]] = field(default_factory=lambda: defaultdict(dict))
    workers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    versions: dict[str, int] = field(default_factory=dict)
    seen: dict[str, Any] | None = None
    holidays: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.holidays = random.Random(f"holidays {self.seed}")

    def play(self, length: int) -> Counter[str]:
        """Take ``length`` random attempts and check everything; what happened, counted.

        Raises:
            Broken: with the seed and every attempt up to there.
        """
        dice = Dice(self.city, random.Random(self.seed), most_cases=1 + self.seed % 3)
        for action, who in PATHS[self.seed % len(PATHS)]:
            self._try(dice, dice.scripted(action, who))
        for _attempt in range(length):
            self._time_passes(dice)
            self._try(dice, dice.throw())
        self._finally(dice)
        return self.tally

    def _time_passes(self, dice: Dice) -> None:
        """Now and then a day becomes a holiday. What came due meanwhile fires, or on every third walk is left
        for the steps to settle."""
        if dice.numbers and self.holidays.random() < 0.015:
            self.story.append(holiday_turns(now=dice.now, rng=self.holidays))
            dice.rules = None
            self._changed(dice)
        if self.seed % 3 == 0 or not dice.numbers or self.holidays.random() < 0.5:
            return
        fired = 0
        while done := timers_fire(now=dice.now).fired:
            fired += done
        if fired:
            self.story.append(f"{dice.now:%m-%d %H:%M}: {fired} timers fired")
            self.tally["timers ✓"] += fired
            self._changed(dice)

    def _changed(self, dice: Dice) -> None:
        self.versions = dict(Case.objects.values_list("number", "version"))
        self.seen = None
        dice.sights.clear()

    def _try(self, dice: Dice, attempt: Attempt) -> None:
        self.story.append(
            f"{attempt.kind}: {attempt.who} {attempt.action} {attempt.number[-7:]} {attempt.raw}"
        )
        before = dice.sight(attempt.number) if attempt.number else None
        self.seen = self.seen or traces()
        try:
            answer = attempt.take(self.city)
        except CityError as refusal:
            self._refused(attempt, refusal, before)
            return
        except Exception as fault:
            raise self._broken(f"a fault, not a sentence: {fault!r}") from fault
        self.story[-1] += f" → {answer['stage']} v{answer['version']}"
        if attempt.kind == "again":
            self._repeated(dice, attempt, answer)
            return
        self._went_through(attempt, answer, before)
        now = dict(Case.objects.values_list("number", "version"))
        self._must(all(now[n] >= v for n, v in self.versions.items()), "a version went back")
        self.versions, self.seen = now, None
        dice.learn(attempt, answer)

    # --- refusals -------------------------------------------------------------------------------

    def _refused(self, attempt: Attempt, refusal: CityError, before: Sight | None) -> None:
        self.story[-1] += f" ✗ {type(refusal).__name__}: {refusal}"
        self.tally[f"{attempt.kind} ✗"] += 1
        self._must(str(refusal).endswith(("。", ".")), "a refusal without a sentence")
        self._must(traces() == self.seen, "a refusal left a trace")
        if _code_is_gone(attempt):
            self._must(isinstance(refusal, NotFound), "a code that was withdrawn is found no more")
            return
        self._must(attempt.kind != "again", "a repeat was refused")
        wanted = MUST_BE.get(attempt.kind)
        self._must(wanted is None or isinstance(refusal, wanted), f"refused, but not as {wanted}")
        if before and attempt.kind == "anybody":
            self._refused_rightly(attempt, refusal, before)

    def _refused_rightly(self, attempt: Attempt, refusal: CityError, before: Sight) -> None:
        sees = self.city.sees(attempt.who, before.case, before.parts)
        self._must(sees != isinstance(refusal, NotFound), "found out of scope, or not found within")
        fits = (attempt.action, Stage(before.case.stage)) in BY_ACTION
        self._must(
            fits or not sees or isinstance(refusal, Conflict), "a step that does not fit is a conflict"
        )

    # --- what went through ----------------------------------------------------------------------

    def _went_through(self, attempt: Attempt, answer: dict[str, Any], before: Sight | None) -> None:
        self._must(attempt.kind not in MUST_BE, "this had to be refused")
        case = Case.objects.get(number=answer["number"])
        source = before.case.stage if before else ""
        self.tally[f"{attempt.action} {source}".strip()] += 1
        self.tally[f"{attempt.kind} ✓"] += 1
        told = (case.stage, case.version, case.events_count, str(case.uuid))
        self._must(told == tuple(answer[n] for n in ("stage", "version", "event", "uuid")), "answered wrong")
        kept = IdempotencyKey.objects.filter(actor=self._actor(attempt, case), key=attempt.key)
        self._must(kept.count() == 1, "no key kept")
        if before:
            self._stepped(attempt, case, before)
        self._remember(attempt, case.number)

    def _stepped(self, attempt: Attempt, case: Case, before: Sight) -> None:
        step = BY_ACTION[attempt.action, Stage(before.case.stage)]
        if attempt.who in self.city.posts:
            self._must(self.city.sees(attempt.who, before.case, before.parts), "a step out of scope")
            self._must(self.city.may(attempt.who, step, before.case, before.parts), "a step without its role")
        else:
            self._must(bool(step.guests), "a step by a stranger")
        late = case.events.filter(action=Action.ESCALATE, seq__gt=before.case.events_count).count()
        self._must(case.events_count == before.case.events_count + 1 + late, "not exactly one event")
        moved = case.version - before.case.version
        self._must(moved == int(moves_version(step)), f"the version moved by {moved}")
        last = self.last[case.number]
        own = [action for action in step.other_than if last.get(action) == attempt.who]
        self._must(not own, f"judged their own {own}")
        self._must(not step.other_unit or attempt.who not in self.workers[case.number], "checked own work")

    def _remember(self, attempt: Attempt, number: str) -> None:
        self.last[number][attempt.action] = attempt.who
        if attempt.action in WORK:
            self.workers[number].add(attempt.who)

    def _repeated(self, dice: Dice, attempt: Attempt, answer: dict[str, Any]) -> None:
        first = next(
            a for earlier, a in dice.taken if (earlier.who, earlier.key) == (attempt.who, attempt.key)
        )
        self._must(same_answer(first, answer), f"a repeat was answered {answer}, first {first}")
        self._must(traces() == self.seen, "a repeat left a trace")
        self.tally["again ✓"] += 1

    # --- when all is played ---------------------------------------------------------------------

    def _finally(self, dice: Dice) -> None:
        births = len(dice.numbers)
        pairs = sum(attempt.action in TWO_CASES for attempt, _answer in dice.taken)
        taken = CaseEvent.objects.exclude(action__in=BY_ITSELF, actor__isnull=True, role="")
        self._must(taken.count() == len(dice.taken) + pairs, "events are not the steps taken")
        while timers_fire(now=dice.now).fired:
            dice.sights.clear()
        self._must(Case.objects.count() == births, "cases are not the reports that went through")
        for number in dice.numbers:
            self._nobody_is_stuck(dice.sight(number), dice.now)
        self._lists_hold(dice, dice.rng.sample(sorted(self.city.posts), 4))
        if self.seed % 10 == 0:
            while outbox_drain(now=dice.now):
                pass
        found = _offenders(self.city, drained=self.seed % 10 == 0)
        self._must(not found, f"invariants: {found}")

    def _nobody_is_stuck(self, sight: Sight, now: datetime) -> None:
        case = sight.case
        seen_by = [who for who in self.city.posts if self.city.sees(who, case, sight.parts)]
        self._must(bool(seen_by), f"{case.number} is seen by nobody")
        if case.assignee_id:
            names = {person.pk: login for login, person in self.city.world.people.items()}
            self._must(names[case.assignee_id] in seen_by, f"{case.number} waits for one who can't see it")
        if case.stage in OPEN:
            steps = {step for _who, step in sight.open_to(self.city, now) if step.action not in FORCE}
            on = [step for step in steps if not step.is_mark or step.action in ONWARD]
            self._must(bool(on), f"{case.number} in {case.stage} waits for nobody")

    def _lists_hold(self, dice: Dice, people: Iterable[str]) -> None:
        sights = [dice.sight(number) for number in dice.numbers]
        for who in people:
            theirs = set(
                Case.objects.filter(case_q(self.city.access(who, dice.now))).values_list("number", flat=True)
            )
            right = {s.case.number for s in sights if self.city.sees(who, s.case, s.parts)}
            self._must(theirs == right, f"{who} finds {theirs ^ right} wrongly or not at all")

    def _actor(self, attempt: Attempt, case: Case) -> str:
        """Under whose name the key of an attempt is kept."""
        if attempt.who == RESIDENT_DOOR:
            return "guest:resident"
        if attempt.who == REPORTER_DOOR:
            return f"code:{case.follow_code}"
        return f"user:{self.city.world.people[attempt.who].pk}"

    def _must(self, holds: bool, words: str) -> None:
        if not holds:
            raise self._broken(words)

    def _broken(self, words: str) -> Broken:
        return Broken(f"seed {self.seed}: {words}\n  " + "\n  ".join(self.story))


def same_answer(first: dict[str, Any], again: dict[str, Any]) -> bool:
    """Whether a repeat got the first answer; the code to follow by is withdrawn with whoever reported."""
    if first == again:
        return True
    kept, kept_again = ({n: v for n, v in one.items() if n != "follow_code"} for one in (first, again))
    forgotten = Case.objects.filter(number=first.get("number"), forgotten_at__isnull=False)
    return kept == kept_again and forgotten.exists()


def _code_is_gone(attempt: Attempt) -> bool:
    """Whether the reporter comes by a code that was withdrawn when they were forgotten."""
    by_code = attempt.who == REPORTER_DOOR and attempt.number
    gone = Case.objects.filter(number=attempt.number, follow_code__isnull=True, forgotten_at__isnull=False)
    return bool(by_code) and gone.exists()


def findings(*, drained: bool, now: datetime) -> list[str]:
    """Everything the two services that look for broken histories find."""
    found = {
        finding.invariant.name: finding.examples for finding in invariants_check(now=now) if finding.count
    }
    return _told(found, drained=drained)


def _offenders(city: City, *, drained: bool) -> list[str]:
    """The same, at a third of the price, for the end of every walk: what the invariants ask is written once.

    It names the posts and areas there are and the ladders set; no walk changes any.
    """
    city.asked = city.asked or {i.name: i.offenders(_LONG_AFTER).query.sql_with_params() for i in INVARIANTS}
    found = {name: numbers for name, sql in city.asked.items() if (numbers := _asked(*sql))}
    return _told(found, drained=drained)


def _told(broken: Mapping[str, Sequence[Any]], *, drained: bool) -> list[str]:
    """Rules broken by name and every broken chain, in words; what is owed counts once it was to be told."""
    rules = [f"{name} {examples}" for name, examples in broken.items() if drained or name != "outbox"]
    return rules + [str(wrong) for _count, chains in history_breaks() for wrong in chains]


def _asked(sql: str, params: tuple[Any, ...] = ()) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def traces() -> dict[str, Any]:
    """Everything a write would change: how many rows every table has, and every value of every case."""
    return {name: _asked(sql) for name, sql in _SEEN.items()}


def play(city: City, seed: int, length: int) -> Counter[str]:
    """Play one sequence and take everything back."""
    with transaction.atomic():
        tally = Walk(city, seed).play(length)
        transaction.set_rollback(True)
    return tally
