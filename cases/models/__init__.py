"""Rows of the cases room."""

from cases.models.asking import CaseRequest, Joiner, PresenceCall, Supervision
from cases.models.case import Case, CaseSerial, ReporterContact
from cases.models.catalogue import CaseClass, FilingCondition
from cases.models.event import CaseEvent
from cases.models.photo import Photo
from cases.models.plan import ActionPlan, Measure, StandingPlan, UnitPart
from cases.models.saved import SavedFilter

__all__ = [
    "ActionPlan",
    "Case",
    "CaseClass",
    "CaseEvent",
    "CaseRequest",
    "CaseSerial",
    "FilingCondition",
    "Joiner",
    "Measure",
    "Photo",
    "PresenceCall",
    "ReporterContact",
    "SavedFilter",
    "StandingPlan",
    "Supervision",
    "UnitPart",
]
