"""The addresses of the notices room in the API."""

from django.urls import path

from notices.api import deliveries, inbox, preferences, robots

_OWN = "notices/preferences/"
urlpatterns = [
    path("notices/", inbox.NoticesView.as_view(), name="notices"),
    path("notices/read/", inbox.NoticesReadView.as_view(), name="notices_read"),
    path(_OWN, preferences.PreferencesView.as_view(), name="notice_preferences"),
    path(f"{_OWN}email/", preferences.EmailView.as_view(), name="notice_email"),
    path(f"{_OWN}email/confirm/", preferences.EmailConfirmView.as_view(), name="notice_email_confirm"),
    path("units/<str:code>/robots/", robots.UnitRobotsView.as_view(), name="unit_robots"),
    path("robots/<int:robot>/", robots.RobotView.as_view(), name="robot"),
    path("robots/<int:robot>/try/", robots.RobotTrialView.as_view(), name="robot_try"),
    path("robots/<int:robot>/remove/", robots.RobotRemoveView.as_view(), name="robot_remove"),
    path("deliveries/", deliveries.DeliveriesView.as_view(), name="deliveries"),
    path("deliveries/retry/", deliveries.DeliveriesRetryView.as_view(), name="deliveries_retry"),
    path("deliveries/drop/", deliveries.DeliveriesDropView.as_view(), name="deliveries_drop"),
]
