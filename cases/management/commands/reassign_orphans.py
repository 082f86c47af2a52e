"""Pass on the tasks of those who can't keep them; what the queue does every minute, by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from cases.services.handover import absences_hand_over, orphans_reassign
from core import clock


class Command(BaseCommand):
    """``manage.py reassign_orphans``: as often as wanted."""

    help = "Passes on open tasks whose person has no posting any more, or whose absence has begun."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many."""
        now = clock.now()
        posts, absences = orphans_reassign(now=now), absences_hand_over(now=now)
        self.stdout.write(f"{posts} passed on for want of a posting, {absences} for an absence")
