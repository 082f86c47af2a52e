"""The addresses of the cases room in the API. Words stand before numbers."""

from django.urls import path

from cases.api import catalogue, photos, plans, public, reading, saved
from cases.api.steps import NoSuchStep, report_view, step_view
from cases.workflow import REPORTER_ACTIONS, STAFF_ACTIONS, Action

_CASE = "cases/<str:number>/"
urlpatterns = [
    path("cases/", reading.CasesView.as_view(), name="cases"),
    path("cases/report/", report_view(Action.REPORT), name="case_report"),
    path("cases/fixed/", report_view(Action.REPORT_FIXED), name="case_report_fixed"),
    path("cases/similar/", reading.SimilarView.as_view(), name="cases_similar"),
    path("cases/geojson/", reading.CaseMapView.as_view(), name="cases_geojson"),
    path("cases/counts/", reading.CountsView.as_view(), name="cases_counts"),
    path(_CASE, reading.CaseView.as_view(), name="case"),
    path(f"{_CASE}events/", reading.EventsView.as_view(), name="case_events"),
    path(f"{_CASE}candidates/", reading.CandidatesView.as_view(), name="case_candidates"),
    *(path(f"{_CASE}steps/{a.value}/", step_view(a), {"action": a.value}) for a in STAFF_ACTIONS),
    path(f"{_CASE}steps/<str:action>/", NoSuchStep.as_view(), name="case_step"),
    path("photos/", photos.PhotosView.as_view(), name="photos"),
    path("photos/<uuid:photo_id>/", photos.PhotoView.as_view(), name="photo"),
    path("photos/<uuid:photo_id>/file/", photos.PhotoFileView.as_view(), name="photo_file"),
    path("photos/<uuid:photo_id>/small/", photos.PhotoSmallView.as_view(), name="photo_small"),
    path("classes/", catalogue.ClassesView.as_view(), name="classes"),
    path("classes/<str:key>/", catalogue.ClassView.as_view(), name="class"),
    path("reject-reasons/", catalogue.RejectReasonsView.as_view(), name="reject_reasons"),
    path("stages/", catalogue.WorkflowView.as_view(), name="stages"),
    path("standing-plans/", plans.StandingPlansView.as_view(), name="standing_plans"),
    path(
        "standing-plans/<int:plan_id>/approve/",
        plans.StandingPlanApproveView.as_view(),
        name="standing_plan_approve",
    ),
    path(
        "standing-plans/<int:plan_id>/retire/",
        plans.StandingPlanRetireView.as_view(),
        name="standing_plan_retire",
    ),
    path("saved-filters/", saved.SavedFiltersView.as_view(), name="saved_filters"),
    path("saved-filters/<int:pk>/", saved.SavedFilterView.as_view(), name="saved_filter"),
    path("public/reports/", public.PublicReportsView.as_view(), name="public_reports"),
    path("public/reports/<str:code>/", public.PublicReportView.as_view(), name="public_report"),
    *(
        path(f"public/reports/<str:code>/{a.value}/", public.reporter_view(a), {"action": a.value})
        for a in REPORTER_ACTIONS
    ),
    path("public/similar/", public.PublicSimilarView.as_view(), name="public_similar"),
    path("public/join/<str:token>/", public.PublicJoinView.as_view(), name="public_join"),
    path("public/photos/", public.PublicPhotosView.as_view(), name="public_photos"),
]
