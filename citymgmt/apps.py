"""Django's entry to the project's own pages and commands."""

from django.apps import AppConfig


class CitymgmtConfig(AppConfig):
    name = "citymgmt"
