"""Django's entry to the core room."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from core import logs


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        logs.install()
        # Every room lists what it listens to in its own ``subscriptions`` module.
        autodiscover_modules("subscriptions")
