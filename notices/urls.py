"""Addresses of the notices room."""

from django.urls import path

from notices import views

app_name = "notices"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.read, name="read"),
    path("<int:pk>/go/", views.go, name="go"),
]
