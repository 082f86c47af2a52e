"""Django's entry to the notices room."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"
