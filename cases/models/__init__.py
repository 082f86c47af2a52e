"""Rows of the cases room."""

from cases.models.asking import CaseRequest, Joiner, PresenceCall, Supervision
from cases.models.batch import PlanBatch, PlanBatchItem
from cases.models.campaign import Campaign, CampaignCase, CampaignPlan
from cases.models.case import Case, CaseSerial, ReporterContact
from cases.models.catalogue import CaseClass, FilingCondition
from cases.models.clock import Lamp
from cases.models.digest import HeadDigest, HeadLeaf
from cases.models.event import CaseEvent, EventWords
from cases.models.ladder import LadderRung, StageLimit
from cases.models.look import LookReason, ReporterLook
from cases.models.photo import Photo
from cases.models.plan import ActionPlan, Measure, StandingPlan, UnitPart
from cases.models.rearm import RearmJob
from cases.models.saved import SavedFilter
from cases.models.template import PlanTemplate

__all__ = [
    "ActionPlan",
    "Campaign",
    "CampaignCase",
    "CampaignPlan",
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
    "LadderRung",
    "Lamp",
    "LookReason",
    "Measure",
    "Photo",
    "PlanBatch",
    "PlanBatchItem",
    "PlanTemplate",
    "PresenceCall",
    "RearmJob",
    "ReporterContact",
    "ReporterLook",
    "SavedFilter",
    "StageLimit",
    "StandingPlan",
    "Supervision",
    "UnitPart",
]
