"""Plans of many cases, below ``/cases/``; part of the ``cases`` namespace."""

from django.urls import path

from cases.views import batches, campaigns, templates

urlpatterns = [
    path("plans/waiting/", batches.waiting, name="plans_waiting"),
    path("plans/waiting/summary/", batches.submit_summary, name="plans_submit_summary"),
    path("plans/deciding/", batches.deciding, name="plans_deciding"),
    path("plans/deciding/summary/", batches.approve_summary, name="plans_approve_summary"),
    path("plans/batches/", batches.batch_open, name="plan_batch_open"),
    path("plans/batches/<uuid:batch_id>/", batches.batch, name="plan_batch"),
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/write/", campaigns.campaign_write, name="campaign_write"),
    path("campaigns/new/", campaigns.campaign_add, name="campaign_add"),
    path("campaigns/<uuid:campaign_id>/", campaigns.campaign, name="campaign"),
    path("campaigns/<uuid:campaign_id>/plan/", campaigns.campaign_plan, name="campaign_plan"),
    path("campaigns/<uuid:campaign_id>/leave/", campaigns.campaign_out, name="campaign_leave"),
    path("campaigns/<uuid:campaign_id>/steps/<str:action>/", campaigns.campaign_step, name="campaign_step"),
    path("plan-templates/", templates.plan_templates, name="plan_templates"),
    path("plan-templates/new/", templates.plan_template_add, name="plan_template_add"),
    path("plan-templates/<int:pk>/", templates.plan_template, name="plan_template"),
    path("plan-templates/<int:pk>/change/", templates.plan_template_change, name="plan_template_change"),
    path("plan-templates/<int:pk>/retire/", templates.plan_template_retire, name="plan_template_retire"),
]
