"""Print the page of the workflow: ``manage.py workflow_diagram > docs/workflow.md``."""

from typing import Any

from django.core.management.base import BaseCommand

from cases.diagram import workflow_page


class Command(BaseCommand):
    help = "Print docs/workflow.md, made from the table in cases/workflow/."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(workflow_page(), ending="")
