"""The squad's and the unit's pages: ``/squad/``. Who has what, the pool, absences, duty."""

from django.urls import path

from cases.views import roster, squad
from grids.urls import LoginName  # noqa: F401 - registers the converter used below

app_name = "squad"
urlpatterns = [
    path("", squad.team, name="team"),
    path("pool/", squad.pool, name="pool"),
    path("people/<login_name:username>/", squad.person, name="person"),
    path("hand-over/", squad.hand_over, name="hand_over"),
    path("absences/", roster.absences, name="absences"),
    path("absences/add/", roster.absence_add, name="absence_add"),
    path("absences/<int:absence>/change/", roster.absence_edit, name="absence_change"),
    path("absences/<int:absence>/end/", roster.absence_over, name="absence_end"),
    path("deputies/", roster.deputies, name="deputies"),
    path("duty/", roster.duty, name="duty"),
    path("duty/copy/", roster.duty_copy, name="duty_copy"),
]
