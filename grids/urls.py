"""Configuration of places: ``/grids/``."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from grids.views import areas, changes, imports, people, units


class LoginName(StringConverter):
    """A login name; with a control character there is no such page, and PostgreSQL isn't asked for a NUL."""

    regex = r"[^/\x00-\x1f\x7f-\x9f]+"


register_converter(LoginName, "login_name")

app_name = "grids"
urlpatterns = [
    path("", areas.areas, name="areas"),
    path("areas.csv", areas.areas_csv, name="areas_csv"),
    path("outlines.json", areas.outlines, name="outlines"),
    path("districts.json", areas.districts, name="districts"),
    path("areas/<slug:code>/", areas.area, name="area"),
    path("areas/<slug:code>/add/", areas.add, name="area_add"),
    path("areas/<slug:code>/rename/", areas.rename, name="area_rename"),
    path("areas/<slug:code>/retire/", areas.retire, name="area_retire"),
    path("areas/<slug:code>/change/<slug:kind>/", changes.change, name="change"),
    path("changes/", changes.change_jobs, name="change_jobs"),
    path("changes/apply/", changes.apply, name="change_apply"),
    path("changes/<int:job>/", changes.change_job, name="change_job"),
    path("changes/<int:job>/progress/", changes.change_progress, name="change_progress"),
    path("import/", imports.areas_import, name="import"),
    path("import/apply/", imports.apply, name="import_apply"),
    path("people/", people.people, name="postings"),
    path("people/add/", people.add, name="person_add"),
    path("people/<login_name:username>/", people.person, name="person"),
    path("people/<login_name:username>/close/", people.close, name="person_close"),
    path("people/<login_name:username>/reopen/", people.reopen, name="person_reopen"),
    path("people/<login_name:username>/password/", people.password, name="person_password"),
    path("postings.csv", people.postings_csv, name="postings_csv"),
    path("postings/add/", people.post, name="posting_add"),
    path("postings/<int:posting>/end/", people.end, name="posting_end"),
    path("units/", units.units, name="units"),
    path("units/add/", units.add, name="unit_add"),
    path("units/<slug:code>/", units.unit, name="unit"),
    path("units/<slug:code>/change/", units.change, name="unit_change"),
]
