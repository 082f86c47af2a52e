"""Plans of many cases, below ``/cases/``; part of the ``cases`` namespace."""

from django.urls import path

from cases.views import templates

urlpatterns = [
    path("plan-templates/", templates.plan_templates, name="plan_templates"),
    path("plan-templates/new/", templates.plan_template_add, name="plan_template_add"),
    path("plan-templates/<int:pk>/", templates.plan_template, name="plan_template"),
    path("plan-templates/<int:pk>/change/", templates.plan_template_change, name="plan_template_change"),
    path("plan-templates/<int:pk>/retire/", templates.plan_template_retire, name="plan_template_retire"),
]
