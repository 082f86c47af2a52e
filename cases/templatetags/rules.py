"""Codes of stages and tracks in words."""

from django import template

from cases.workflow import Stage, Track

register = template.Library()


@register.filter
def stage_label(code: str) -> str:
    """What a stage is called."""
    return str(Stage(code).label)


@register.filter
def track_label(code: str) -> str:
    """What a track is called."""
    return str(Track(code).label)
