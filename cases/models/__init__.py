"""Rows of the cases room."""

from cases.models.asking import CaseRequest, Joiner, PresenceCall, Supervision
from cases.models.case import Case, CaseSerial, ReporterContact
from cases.models.catalogue import CaseClass, FilingCondition
from cases.models.digest import HeadDigest, HeadLeaf
from cases.models.event import CaseEvent, EventWords
from cases.models.look import LookReason, ReporterLook
from cases.models.photo import Photo
from cases.models.plan import ActionPlan, Measure, StandingPlan, UnitPart

__all__ = [
    "ActionPlan",
    "Case",
    "CaseClass",
    "CaseEvent",
    "CaseRequest",
    "CaseSerial",
    "EventWords",
    "FilingCondition",
    "HeadDigest",
    "HeadLeaf",
    "Joiner",
    "LookReason",
    "Measure",
    "Photo",
    "PresenceCall",
    "ReporterContact",
    "ReporterLook",
    "StandingPlan",
    "Supervision",
    "UnitPart",
]
