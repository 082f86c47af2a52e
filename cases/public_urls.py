"""Addresses of the public pages."""

from django.urls import path

from cases.views import public

app_name = "public"
urlpatterns = [
    path("report/", public.report, name="report"),
    path("report/join/<str:token>/", public.join, name="join"),
    path("report/done/", public.reported, name="reported"),
    path("report/photos/", public.upload, name="photo_upload"),
    path("report/districts.geojson", public.districts_map, name="districts"),
    path("follow/", public.follow, name="follow"),
    path("follow/<str:code>/", public.followed, name="followed"),
    path("follow/<str:code>/forget/", public.forget, name="forget"),
    path("follow/<str:code>/<str:action>/", public.reporter_takes, name="reporter_takes"),
]
