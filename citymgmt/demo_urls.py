"""Addresses of the demonstration: changing role, and the story in eight clicks."""

from django.urls import path

from citymgmt.pages import demo, tour

urlpatterns = [
    path("", demo.demo, name="demo"),
    path("story/", tour.begin, name="tour_begin"),
    path("story/<uuid:uuid>/", tour.tour, name="tour"),
    path("story/<uuid:uuid>/as/<str:username>/", tour.seen, name="tour_seen"),
    path("story/<uuid:uuid>/as/<str:username>/<path:rest>", tour.seen, name="tour_seen"),
    path("<str:username>/", demo.switch, name="demo_switch"),
]
