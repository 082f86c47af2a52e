"""``manage.py load_catalogue``: the shipped classes and filing conditions, as a start."""

from typing import Any

from django.core.management.base import BaseCommand

from cases.services.catalogue_load import catalogue_load


class Command(BaseCommand):
    help = "Add the shipped classes and filing conditions that are missing; edited rows stay as they are."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and tell how many rows were new."""
        loaded = catalogue_load()
        self.stdout.write(f"{loaded.classes} classes and {loaded.conditions} filing conditions added")
