"""Addresses of the notices room."""

from django.urls import path

from notices.views import deliveries, inbox, robots, settings

app_name = "notices"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("read/", inbox.read, name="read"),
    path("<int:pk>/go/", inbox.go, name="go"),
    path("settings/", settings.settings, name="settings"),
    path("settings/email/", settings.email, name="email"),
    path("email/<str:token>/", settings.confirm, name="email_confirm"),
    path("robots/", robots.robots, name="robots"),
    path("robots/add/", robots.add, name="robot_add"),
    path("robots/<int:robot>/", robots.change, name="robot_change"),
    path("robots/<int:robot>/try/", robots.trial, name="robot_try"),
    path("robots/<int:robot>/remove/", robots.remove, name="robot_remove"),
    path("deliveries/", deliveries.deliveries, name="deliveries"),
    path("deliveries/retry/", deliveries.retry, name="deliveries_retry"),
    path("deliveries/drop/", deliveries.drop, name="deliveries_drop"),
]
