"""The site as the one-command start has it: with the addresses of the demonstration."""

from django.urls import include, path

from citymgmt import urls

handler404 = urls.handler404
urlpatterns = [*urls.urlpatterns, path("demo/", include("citymgmt.demo_urls"))]
