"""Django's entry to the grids room."""

from django.apps import AppConfig


class GridsConfig(AppConfig):
    name = "grids"
