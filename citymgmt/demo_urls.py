"""Addresses of the demonstration: changing role, the story in eight clicks, a day in fast time."""

from django.urls import path

from citymgmt.pages import day, demo, tour

urlpatterns = [
    path("", demo.demo, name="demo"),
    path("day/", day.day, name="demo_day"),
    path("story/", tour.begin, name="tour_begin"),
    path("story/<uuid:uuid>/", tour.tour, name="tour"),
    path("story/<uuid:uuid>/as/<str:username>/", tour.seen, name="tour_seen"),
    path("story/<uuid:uuid>/as/<str:username>/<path:rest>", tour.seen, name="tour_seen"),
    path("<str:username>/", demo.switch, name="demo_switch"),
]
