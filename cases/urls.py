"""Addresses of the cases room."""

from django.urls import include, path

from cases.views import deadlines, detail, history, lists, looks, photos, plans, reports, steps

app_name = "cases"
urlpatterns = [
    path("", lists.case_list, name="list"),
    path("export.csv", lists.export, name="export"),
    path("export.xlsx", lists.export_xlsx, name="export_xlsx"),
    path("saved/", lists.keep_filter, name="saved_keep"),
    path("saved/<int:pk>/drop/", lists.drop_filter, name="saved_drop"),
    path("overdue/", deadlines.overdue, name="overdue"),
    path("overdue/export.xlsx", deadlines.overdue_xlsx, name="overdue_xlsx"),
    path("mine/", lists.mine, name="mine"),
    path("report/", reports.report, name="report"),
    path("report/fixed/", reports.report_fixed, name="report_fixed"),
    path("reported/<str:number>/", reports.reported, name="reported"),
    path("similar/", reports.similar, name="similar"),
    path("looks/", looks.looks, name="looks"),
    path("looks.csv", looks.looks_csv, name="looks_csv"),
    path("person/", looks.subject, name="subject"),
    path("conditions/", steps.conditions, name="conditions"),
    path("areas.geojson", detail.areas_map, name="areas_map"),
    path("photos/", photos.upload, name="photo_upload"),
    path("photos/<str:photo_id>.jpg", photos.photo, name="photo"),
    path("photos/<str:photo_id>/small.jpg", photos.small, name="photo_small"),
    path("examine/", history.examine, name="examine"),
    path("", include("cases.config_urls")),
    path("", include("cases.plan_urls")),
    path("<str:number>/", detail.detail, name="detail"),
    path("<str:number>/deadline/", deadlines.deadline, name="deadline"),
    path("<str:number>/chain/", history.chain, name="chain"),
    path("<str:number>/file.json", history.file_json, name="file_json"),
    path("<str:number>/file.pdf", history.file_pdf, name="file_pdf"),
    path("<str:number>/place.geojson", detail.place, name="place"),
    path("<str:number>/reporter/", detail.reveal, name="reveal"),
    path("<str:number>/plan/difference/", plans.difference, name="plan_difference"),
    path("<str:number>/steps/<str:action>/", steps.step, name="step"),
]
