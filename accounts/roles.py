"""What each role is and may do, in one table. Pure.

A role is one permission codename, declared on ``Area`` and on ``Unit``; a posting says who holds it
where. What a role may do to a case stands in the workflow table; here is the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """Who somebody is in a place or a unit."""

    GRID_WORKER = "grid_worker", _("Grid worker")
    OFFICER = "officer", _("Officer")
    SQUAD_LEADER = "squad_leader", _("Squad leader")
    SECTION_HEAD = "section_head", _("Section head")
    DIRECTOR = "director", _("Director")
    STATION = "station", _("District station")
    BUREAU = "bureau", _("Bureau")
    UNIT_HANDLER = "unit_handler", _("Unit handler")
    UNIT_HEAD = "unit_head", _("Unit head")
    COMMUNITY = "community", _("Community")
    HOTLINE = "hotline", _("Hotline clerk")
    ADMINISTRATOR = "administrator", _("Administrator")
    LEADER = "leader", _("Leader")


class Line(TextChoices):
    """The five lines of work; their colours mark them throughout the interface."""

    PARTY = "party", _("Party work")
    ENFORCEMENT = "enforcement", _("City enforcement")
    SANITATION = "sanitation", _("Sanitation")
    GREENERY = "greenery", _("Greenery")
    MUNICIPAL = "municipal", _("Municipal works")


class May(StrEnum):
    """Abilities beside the steps of a case."""

    SEE_CASES = "see_cases"  # every case in one's scope, not only one's own
    SEE_REPORTER = "see_reporter"  # name and phone behind the mask, with an audit row
    SEE_LOOKS = "see_looks"  # who looked behind that mask, when and why
    SUPERVISE = "supervise"  # the board of what is late there and which replies are owed
    KEEP_ROSTER = "keep_roster"  # absences and duty of the people posted there and below
    CONFIGURE = "configure"  # areas, people and posts, units, classes
    DRAFT_STANDING_PLAN = "draft_standing_plan"
    APPROVE_STANDING_PLAN = "approve_standing_plan"
    KEEP_PLAN_TEMPLATES = "keep_plan_templates"


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """Where a role can be posted ("district", "street", "community", "grid", "unit") and what it may."""

    posted_on: frozenset[str]
    may: frozenset[May]


def _spec(posted_on: str, *may: May) -> RoleSpec:
    return RoleSpec(frozenset(posted_on.split()), frozenset(may))


ROLES: Mapping[Role, RoleSpec] = {
    Role.GRID_WORKER: _spec("grid community", May.SEE_CASES),
    Role.OFFICER: _spec("grid community street", May.SEE_CASES),
    Role.SQUAD_LEADER: _spec("street", May.SEE_CASES, May.SUPERVISE, May.KEEP_ROSTER),
    Role.SECTION_HEAD: _spec("street district", May.SEE_CASES),
    Role.DIRECTOR: _spec("district", May.SEE_CASES),
    Role.STATION: _spec(
        "district",
        May.SEE_CASES,
        May.SUPERVISE,
        May.SEE_REPORTER,
        May.DRAFT_STANDING_PLAN,
        May.KEEP_PLAN_TEMPLATES,
    ),
    Role.BUREAU: _spec("district", May.SEE_CASES, May.SUPERVISE, May.SEE_LOOKS, May.APPROVE_STANDING_PLAN),
    Role.UNIT_HANDLER: _spec("unit", May.SEE_CASES),
    Role.UNIT_HEAD: _spec("unit", May.SEE_CASES, May.SUPERVISE, May.KEEP_ROSTER),
    Role.COMMUNITY: _spec("community", May.SEE_CASES, May.SEE_REPORTER),
    Role.HOTLINE: _spec("district", May.SEE_CASES, May.SEE_REPORTER),
    Role.ADMINISTRATOR: _spec("district", May.CONFIGURE, May.SEE_LOOKS, May.KEEP_ROSTER),
    Role.LEADER: _spec("district", May.SEE_CASES, May.SUPERVISE),
}


def codename(role: Role) -> str:
    """The permission codename that stands for a role, e.g. ``act_as_officer``."""
    return f"act_as_{role.value}"


def roles_that_may(ability: May) -> frozenset[Role]:
    """All roles that hold an ability."""
    return frozenset(role for role, spec in ROLES.items() if ability in spec.may)


def permissions_on(*places: str) -> list[Any]:
    """``Meta.permissions`` of a model: codename and words of the roles posted on any of ``places``."""
    wanted = set(places)
    return [(codename(r), f"Acts as {r.value}") for r, spec in ROLES.items() if spec.posted_on & wanted]
