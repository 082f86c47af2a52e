"""The shapes of the table's rows, and what routes depend on. Pure."""

from dataclasses import dataclass

from accounts.roles import Role
from cases.workflow.vocabulary import Action, Answer, Clock, Guest, Part, Route, Stage, Track, Verdict


@dataclass(frozen=True, slots=True)
class StageSpec:
    """Who owns a stage and its default limit (amount, unit; "" where the filing condition says it)."""

    owners: frozenset[Role]
    limit: tuple[int, str] = (0, "")
    emergency_limit: tuple[int, str] = (0, "")
    named: bool = False  # work of a named person, who is chosen on arrival


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table. ``needs`` all, ``either`` one of each pair, ``takes`` at will.

    ``other_than`` is the four eyes: whoever last took one of these actions may not take this one;
    ``other_unit`` bars the people of every unit that had a part in the handling. ``own`` lets whoever
    reported the case take it. Roles of ``on_behalf`` may take it for a unit without accounts.
    ``moves`` marks what makes others stale though the stage stays; ``rests`` what a suspended case takes.
    """

    action: Action
    sources: frozenset[Stage]
    to: Stage | Route
    by: frozenset[Role]
    needs: tuple[str, ...] = ()
    either: tuple[tuple[str, str], ...] = ()
    takes: tuple[str, ...] = ()
    clock: Clock = Clock.KEEP
    part: Part = Part.NONE
    other_than: frozenset[Action] = frozenset()
    other_unit: bool = False
    guests: frozenset[Guest] = frozenset()
    own: bool = False
    on_behalf: frozenset[Role] = frozenset()
    moves: bool = False
    rests: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field the step can carry, in the order a form shows them."""
        return self.needs + tuple(name for pair in self.either for name in pair) + self.takes

    @property
    def is_mark(self) -> bool:
        """Whether the stage stays whatever happens."""
        return self.to is Route.SAME


@dataclass(frozen=True, slots=True)
class Situation:
    """What routes and takers depend on beside the stage."""

    track: Track = Track.STANDARD
    has_standing_plan: bool = False
    fixed_on_the_spot: bool = False
    somebody_to_call: bool = False
    complaints: int = 0  # the one being recorded counts
    drawn_for_field: bool = False
    plan_owed: bool = False
    extensions: int = 0  # granted so far
    presence: str = ""  # the role that was called to the place and has not come
    reply_from: str = ""  # whom the open supervision asks (``Asked``)
    stage_before: str = ""  # where the case stood before it was merged
    verdict: Verdict | None = None
    satisfied: Answer | None = None
