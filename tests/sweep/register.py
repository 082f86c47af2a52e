"""Every address of the site, and what it owes to somebody it is none of the business of.

A new address that is not written down here fails the sweep.
"""

from enum import Enum, auto

from django.urls import URLPattern, URLResolver, get_resolver

from cases.workflow import STAFF_ACTIONS


class Kind(Enum):
    """What an address answers to people outside."""

    CASE = auto()  # names one case, or a thing of it: refused
    PLACE = auto()  # names an area, unit, person or plan of a district: refused, or shown without any case
    SCOPED = auto()  # answers with what lies in one's own scope, so without anything of the case
    LISTS_CASES = auto()  # the same, and whoever is in the scope finds the case there
    OPEN = auto()  # for everybody, also without a login; nothing of a case in it


_STEPS = [action.value for action in STAFF_ACTIONS]
_BY_KIND: dict[Kind, tuple[str, ...]] = {
    Kind.CASE: (
        "cases/<str:number>/", "cases/<str:number>/place.geojson", "cases/<str:number>/reporter/",
        "cases/<str:number>/steps/<str:action>/", "cases/<str:number>/plan/difference/",
        "cases/photos/<str:photo_id>.jpg",
        "cases/photos/<str:photo_id>/small.jpg", "cases/reported/<str:number>/",
        "cases/<str:number>/deadline/", "api/v1/cases/<str:number>/deadline/",
        "cases/<str:number>/chain/", "cases/<str:number>/file.json", "cases/<str:number>/file.pdf",
        "api/v1/cases/<str:number>/chain/", "api/v1/cases/<str:number>/file/",
        "api/v1/cases/<str:number>/sheet/",
        "api/v1/cases/<str:number>/", "api/v1/cases/<str:number>/events/",
        "api/v1/cases/<str:number>/candidates/", "api/v1/cases/<str:number>/plan/difference/",
        "api/v1/cases/<str:number>/steps/<str:action>/",
        *(f"api/v1/cases/<str:number>/steps/{action}/" for action in _STEPS),
        "api/v1/photos/<uuid:photo_id>/", "api/v1/photos/<uuid:photo_id>/file/",
        "api/v1/photos/<uuid:photo_id>/small/", "notices/<int:pk>/go/",
        "api/v1/cases/<str:number>/reporter/",
    ),
    Kind.PLACE: (
        "cases/catalogue/<slug:key>/", "cases/catalogue/<slug:key>/<int:seq>/",
        "cases/limits/stages/<slug:stage>/<slug:track>/", "cases/limits/ladders/<slug:stage>/<slug:track>/",
        "cases/limits/conditions/<slug:key>/<int:seq>/", "cases/limits/jobs/<int:job>/",
        "cases/limits/jobs/<int:job>/progress/", "api/v1/rearm-jobs/<int:job>/",
        "cases/standing-plans/<int:pk>/", "cases/standing-plans/<int:pk>/approve/",
        "cases/standing-plans/<int:pk>/retire/", "api/v1/classes/<str:key>/",
        "api/v1/standing-plans/<int:plan_id>/approve/", "api/v1/standing-plans/<int:plan_id>/retire/",
        "cases/campaigns/<uuid:campaign_id>/", "cases/campaigns/<uuid:campaign_id>/plan/",
        "cases/campaigns/<uuid:campaign_id>/leave/", "cases/campaigns/<uuid:campaign_id>/steps/<str:action>/",
        "api/v1/campaigns/<uuid:campaign_id>/", "api/v1/campaigns/<uuid:campaign_id>/plan/",
        "api/v1/campaigns/<uuid:campaign_id>/approve/", "api/v1/campaigns/<uuid:campaign_id>/return/",
        "api/v1/campaigns/<uuid:campaign_id>/dispatch/", "api/v1/campaigns/<uuid:campaign_id>/leave/",
        "cases/plans/batches/<uuid:batch_id>/", "api/v1/plan-batches/<uuid:batch_id>/",
        "cases/plan-templates/<int:pk>/", "cases/plan-templates/<int:pk>/change/",
        "cases/plan-templates/<int:pk>/retire/", "api/v1/plan-templates/<int:template_id>/",
        "api/v1/plan-templates/<int:template_id>/retire/",
        "cases/calendars/<slug:calendar>/", "cases/calendars/<slug:calendar>/hours/",
        "cases/calendars/<slug:calendar>/days/", "cases/calendars/<slug:calendar>/days.csv",
        "cases/calendars/<slug:calendar>/import/", "cases/calendars/<slug:calendar>/apply/",
        "cases/calendars/<slug:calendar>/reckon/",
        "cases/calendars/<slug:calendar>/versions/<int:version>/",
        "api/v1/calendars/<slug:calendar>/", "api/v1/calendars/<slug:calendar>/preview/",
        "api/v1/calendars/<slug:calendar>/change/", "api/v1/calendars/<slug:calendar>/reckon/",
        "api/v1/calendars/<slug:calendar>/versions/",
        "api/v1/calendars/<slug:calendar>/versions/<int:version>/",
        "api/v1/units/<str:code>/calendar/",
        "api/v1/areas/<str:code>/", "grids/areas/<slug:code>/", "grids/areas/<slug:code>/add/",
        "grids/areas/<slug:code>/rename/", "grids/areas/<slug:code>/retire/",
        "grids/areas/<slug:code>/change/<slug:kind>/", "grids/changes/<int:job>/",
        "grids/changes/<int:job>/progress/", "api/v1/area-changes/<int:job>/",
        "grids/people/<login_name:username>/",
        "grids/people/<login_name:username>/close/", "grids/people/<login_name:username>/reopen/",
        "grids/people/<login_name:username>/password/", "grids/postings/<int:posting>/end/",
        "grids/units/<slug:code>/", "grids/units/<slug:code>/change/",
        "squad/people/<login_name:username>/", "squad/absences/<int:absence>/change/",
        "squad/absences/<int:absence>/end/", "api/v1/absences/<int:absence>/change/",
        "api/v1/absences/<int:absence>/end/", "api/v1/duty/<int:turn>/end/",
        "notices/robots/<int:robot>/", "notices/robots/<int:robot>/try/",
        "notices/robots/<int:robot>/remove/", "api/v1/robots/<int:robot>/",
        "api/v1/robots/<int:robot>/try/", "api/v1/robots/<int:robot>/remove/",
        "api/v1/units/<str:code>/robots/",
    ),
    Kind.LISTS_CASES: (
        "cases/", "cases/export.csv", "cases/similar/", "api/v1/cases/", "api/v1/cases/similar/",
        "api/v1/cases/geojson/",
    ),
    Kind.SCOPED: (
        "cases/overdue/", "cases/overdue/export.xlsx", "api/v1/cases/overdue/",
        "api/v1/cases/overdue/counts/", "api/v1/supervisions/",
        "cases/limits/", "cases/limits/renewal/", "cases/limits/apply/", "cases/limits/jobs/",
        "api/v1/limits/", "api/v1/limits/preview/", "api/v1/rearm-jobs/",
        "cases/looks/", "cases/looks.csv", "cases/person/", "api/v1/looks/", "api/v1/person/",
        "cases/export.xlsx", "cases/saved/", "cases/saved/<int:pk>/drop/", "cases/mine/", "cases/report/",
        "cases/report/fixed/", "cases/conditions/", "cases/areas.geojson",
        "cases/photos/", "cases/catalogue/", "cases/catalogue.csv", "cases/standing-plans/",
        "cases/standing-plans/new/", "cases/plan-templates/", "cases/plan-templates/new/",
        "cases/campaigns/", "cases/campaigns/write/", "cases/campaigns/new/", "api/v1/campaigns/",
        "cases/plans/waiting/", "cases/plans/waiting/summary/", "cases/plans/deciding/",
        "cases/plans/deciding/summary/", "cases/plans/batches/", "api/v1/plan-batches/",
        "api/v1/plan-batches/waiting/", "api/v1/plan-batches/summary/",
        "api/v1/plan-templates/", "notices/", "notices/read/", "accounts/password/", "accounts/logout/",
        "api/v1/logout/", "api/v1/logoutall/", "api/v1/me/", "api/v1/roles/", "api/v1/areas/",
        "api/v1/areas/geojson/", "api/v1/locate/", "api/v1/units/", "api/v1/notices/",
        "api/v1/notices/read/", "api/v1/cases/report/", "api/v1/cases/fixed/", "api/v1/cases/counts/",
        "api/v1/photos/", "api/v1/classes/", "api/v1/reject-reasons/", "api/v1/stages/",
        "api/v1/standing-plans/", "api/v1/saved-filters/", "api/v1/saved-filters/<int:pk>/",
        "grids/", "grids/areas.csv", "grids/outlines.json",
        "grids/import/", "grids/import/apply/", "grids/changes/", "grids/changes/apply/",
        "api/v1/area-changes/", "api/v1/area-changes/preview/", "grids/people/",
        "grids/people/add/", "grids/postings.csv", "grids/postings/add/", "grids/units/",
        "cases/calendars/", "cases/new-calendar/", "api/v1/calendars/", "grids/units/add/",
        "cases/examine/", "api/v1/case-files/examine/",
        "squad/", "squad/pool/", "squad/hand-over/", "squad/absences/", "squad/absences/add/",
        "squad/deputies/", "squad/duty/", "squad/duty/copy/", "api/v1/absences/", "api/v1/deputies/",
        "api/v1/duty/", "api/v1/duty/week/", "api/v1/duty/copy/", "api/v1/squad/people/",
        "api/v1/squad/tasks/", "api/v1/squad/hand-over/",
        "notices/settings/", "notices/settings/email/", "notices/email/<str:token>/", "notices/robots/",
        "notices/robots/add/", "notices/deliveries/", "notices/deliveries/retry/",
        "notices/deliveries/drop/", "api/v1/notices/preferences/", "api/v1/notices/preferences/email/",
        "api/v1/notices/preferences/email/confirm/", "api/v1/deliveries/", "api/v1/deliveries/retry/",
        "api/v1/deliveries/drop/",
    ),
    Kind.OPEN: (
        "", "health/", "styleguide/", "i18n/setlang/", "accounts/login/", "report/", "report/done/",
        "report/photos/", "grids/districts.json", "report/districts.geojson", "follow/", "follow/<str:code>/",
        "follow/<str:code>/<str:action>/", "report/join/<str:token>/", "api/v1/public/similar/",
        "api/v1/public/join/<str:token>/", "api/v1/public/reports/<str:code>/answer/",
        "api/v1/public/reports/<str:code>/object/",
        "follow/<str:code>/forget/", "api/v1/public/reports/<str:code>/forget/",
        "api/schema/", "metrics",
        "api/docs/", "api/v1/login/", "api/v1/public/reports/", "api/v1/public/reports/<str:code>/",
        "api/v1/public/photos/", "api/<path:rest>",
    ),
}  # fmt: skip
REGISTER = {route: kind for kind, routes in _BY_KIND.items() for route in routes}


def all_routes() -> list[str]:
    """Every address pattern there is, as one string from the root."""
    return list(_routes(get_resolver().url_patterns, ""))


def _routes(patterns: list[URLPattern | URLResolver], above: str) -> list[str]:
    found = []
    for pattern in patterns:
        route = above + str(pattern.pattern)
        found += _routes(pattern.url_patterns, route) if isinstance(pattern, URLResolver) else [route]
    return found
