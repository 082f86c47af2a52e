"""Configuration of classes, limits, calendars and standing plans, in the namespace of cases."""

from django.urls import path

from cases.views import calendars, catalogue, limits, standing

urlpatterns = [
    path("catalogue/", catalogue.classes, name="classes"),
    path("catalogue.csv", catalogue.classes_csv, name="classes_csv"),
    path("catalogue/<slug:key>/", catalogue.class_detail, name="class_detail"),
    path("catalogue/<slug:key>/<int:seq>/", catalogue.condition_edit, name="condition_edit"),
    path("calendars/", calendars.calendars, name="calendars"),
    path("new-calendar/", calendars.calendar_add, name="calendar_add"),
    path("calendars/<slug:calendar>/", calendars.calendar, name="calendar"),
    path("calendars/<slug:calendar>/hours/", calendars.hours, name="calendar_hours"),
    path("calendars/<slug:calendar>/days/", calendars.days, name="calendar_days"),
    path("calendars/<slug:calendar>/days.csv", calendars.days_csv, name="calendar_days_csv"),
    path("calendars/<slug:calendar>/import/", calendars.plan_import, name="calendar_import"),
    path("calendars/<slug:calendar>/apply/", calendars.apply, name="calendar_apply"),
    path("calendars/<slug:calendar>/reckon/", calendars.reckon, name="calendar_reckon"),
    path("calendars/<slug:calendar>/versions/<int:version>/", calendars.version, name="calendar_version"),
    path("limits/", limits.limits, name="limits"),
    path("limits/stages/<slug:stage>/<slug:track>/", limits.limit_edit, name="limit_edit"),
    path("limits/ladders/<slug:stage>/<slug:track>/", limits.ladder_edit, name="ladder_edit"),
    path("limits/conditions/<slug:key>/<int:seq>/", limits.condition_follow, name="condition_follow"),
    path("limits/renewal/", limits.renewal, name="rearm_renewal"),
    path("limits/apply/", limits.apply, name="rearm_apply"),
    path("limits/jobs/", limits.jobs, name="rearm_jobs"),
    path("limits/jobs/<int:job>/", limits.job, name="rearm_job"),
    path("limits/jobs/<int:job>/progress/", limits.progress, name="rearm_progress"),
    path("standing-plans/", standing.standing_plans, name="standing_plans"),
    path("standing-plans/new/", standing.standing_plan_draft, name="standing_plan_draft"),
    path("standing-plans/<int:pk>/", standing.standing_plan, name="standing_plan"),
    path("standing-plans/<int:pk>/approve/", standing.standing_plan_approve, name="standing_plan_approve"),
    path("standing-plans/<int:pk>/retire/", standing.standing_plan_retire, name="standing_plan_retire"),
]
