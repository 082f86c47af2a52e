"""The addresses of the cases room in the API. Words stand before numbers."""

from django.urls import path

from cases.api import (
    batches,
    campaigns,
    catalogue,
    differences,
    history,
    photos,
    plans,
    public,
    reading,
    reporter,
    roster,
    squad,
    templates,
)
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
    path(f"{_CASE}chain/", history.ChainView.as_view(), name="case_chain"),
    path(f"{_CASE}file/", history.CaseFileView.as_view(), name="case_file"),
    path(f"{_CASE}sheet/", history.CaseSheetView.as_view(), name="case_sheet"),
    path("case-files/examine/", history.ExamineView.as_view(), name="case_file_examine"),
    path(f"{_CASE}candidates/", reading.CandidatesView.as_view(), name="case_candidates"),
    path(
        f"{_CASE}plan/difference/",
        differences.PlanDifferenceView.as_view(),
        name="case_plan_difference",
    ),
    *(path(f"{_CASE}steps/{a.value}/", step_view(a), {"action": a.value}) for a in STAFF_ACTIONS),
    path(f"{_CASE}steps/<str:action>/", NoSuchStep.as_view(), name="case_step"),
    path(f"{_CASE}reporter/", reporter.RevealView.as_view(), name="case_reporter"),
    path("looks/", reporter.LooksView.as_view(), name="looks"),
    path("person/", reporter.SubjectView.as_view(), name="person_export"),
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
    path("plan-templates/", templates.PlanTemplatesView.as_view(), name="plan_templates"),
    path("plan-templates/<int:template_id>/", templates.PlanTemplateView.as_view(), name="plan_template"),
    path(
        "plan-templates/<int:template_id>/retire/",
        templates.PlanTemplateRetireView.as_view(),
        name="plan_template_retire",
    ),
    path("plan-batches/", batches.PlanBatchesView.as_view(), name="plan_batches"),
    path("plan-batches/waiting/", batches.PlansWaitingView.as_view(), name="plans_waiting"),
    path("plan-batches/summary/", batches.PlanSummaryView.as_view(), name="plan_batch_summary"),
    path("plan-batches/<uuid:batch_id>/", batches.PlanBatchView.as_view(), name="plan_batch"),
    path("campaigns/", campaigns.CampaignsView.as_view(), name="campaigns"),
    path("campaigns/<uuid:campaign_id>/", campaigns.CampaignView.as_view(), name="campaign"),
    path("campaigns/<uuid:campaign_id>/plan/", campaigns.PlanView.as_view(), name="campaign_plan"),
    path("campaigns/<uuid:campaign_id>/approve/", campaigns.ApproveView.as_view(), name="campaign_approve"),
    path("campaigns/<uuid:campaign_id>/return/", campaigns.ReturnView.as_view(), name="campaign_return"),
    path(
        "campaigns/<uuid:campaign_id>/dispatch/", campaigns.DispatchView.as_view(), name="campaign_dispatch"
    ),
    path("campaigns/<uuid:campaign_id>/leave/", campaigns.LeaveView.as_view(), name="campaign_leave"),
    path("absences/", roster.AbsencesView.as_view(), name="absences"),
    path("absences/<int:absence>/change/", roster.AbsenceChangeView.as_view(), name="absence_change"),
    path("absences/<int:absence>/end/", roster.AbsenceEndView.as_view(), name="absence_end"),
    path("deputies/", roster.DeputiesView.as_view(), name="deputies"),
    path("duty/", roster.DutyView.as_view(), name="duty"),
    path("duty/<int:turn>/end/", roster.DutyEndView.as_view(), name="duty_end"),
    path("duty/week/", roster.DutyWeekView.as_view(), name="duty_week"),
    path("duty/copy/", roster.DutyCopyView.as_view(), name="duty_copy"),
    path("squad/people/", squad.TeamView.as_view(), name="squad_people"),
    path("squad/tasks/", squad.TasksView.as_view(), name="squad_tasks"),
    path("squad/hand-over/", squad.HandOverView.as_view(), name="squad_hand_over"),
    path("public/reports/", public.PublicReportsView.as_view(), name="public_reports"),
    path("public/reports/<str:code>/", public.PublicReportView.as_view(), name="public_report"),
    *(
        path(f"public/reports/<str:code>/{a.value}/", public.reporter_view(a), {"action": a.value})
        for a in REPORTER_ACTIONS
    ),
    path("public/similar/", public.PublicSimilarView.as_view(), name="public_similar"),
    path("public/join/<str:token>/", public.PublicJoinView.as_view(), name="public_join"),
    path("public/reports/<str:code>/forget/", reporter.PublicForgetView.as_view(), name="public_forget"),
    path("public/photos/", public.PublicPhotosView.as_view(), name="public_photos"),
]
