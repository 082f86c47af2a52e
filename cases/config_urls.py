"""Configuration of classes and standing plans, below ``/cases/``; part of the ``cases`` namespace."""

from django.urls import path

from cases.views import catalogue, standing

urlpatterns = [
    path("catalogue/", catalogue.classes, name="classes"),
    path("catalogue.csv", catalogue.classes_csv, name="classes_csv"),
    path("catalogue/<slug:key>/", catalogue.class_detail, name="class_detail"),
    path("catalogue/<slug:key>/<int:seq>/", catalogue.condition_edit, name="condition_edit"),
    path("standing-plans/", standing.standing_plans, name="standing_plans"),
    path("standing-plans/new/", standing.standing_plan_draft, name="standing_plan_draft"),
    path("standing-plans/<int:pk>/", standing.standing_plan, name="standing_plan"),
    path("standing-plans/<int:pk>/approve/", standing.standing_plan_approve, name="standing_plan_approve"),
    path("standing-plans/<int:pk>/retire/", standing.standing_plan_retire, name="standing_plan_retire"),
]
