"""Rows of the cases room."""

from cases.models.asking import CaseRequest, Joiner, PresenceCall, Supervision
from cases.models.case import Case, CaseSerial, ReporterContact
from cases.models.catalogue import CaseClass, FilingCondition
from cases.models.digest import HeadDigest, HeadLeaf
from cases.models.event import CaseEvent
from cases.models.photo import Photo
from cases.models.plan import ActionPlan, Measure, StandingPlan, UnitPart

__all__ = [
    "ActionPlan",
    "Case",
    "CaseClass",
    "CaseEvent",
    "CaseRequest",
    "CaseSerial",
    "FilingCondition",
    "HeadDigest",
    "HeadLeaf",
    "Joiner",
    "Measure",
    "Photo",
    "PresenceCall",
    "ReporterContact",
    "StandingPlan",
    "Supervision",
    "UnitPart",
]
