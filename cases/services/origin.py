"""What a plan came of: a template, or a plan over several cases; written on the plan and into the event."""

from typing import Any

from cases.given import needed
from cases.services.work import Work
from cases.template_rules import is_unchanged


def origin_of(work: Work) -> dict[str, Any]:
    """The columns of the plan being submitted that say what it came of; the same goes into the event."""
    given, template = work.given, work.given.template
    if template is None:
        return {"campaign_plan": work.campaign} if work.campaign else {}
    unchanged = is_unchanged(
        template,
        measures=given.measures,
        lead_unit=needed(given.lead_unit),
        assisting_units=given.assisting_units or (),
        finish_by=needed(given.finish_by),
        now=work.now,
    )
    work.data["template"] = {
        "id": template.pk,
        "version": template.version,
        "title": template.title,
        "unchanged": unchanged,
    }
    return {"template": template, "template_version": template.version, "template_unchanged": unchanged}
