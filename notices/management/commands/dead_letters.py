"""``manage.py dead_letters``: what the channels gave up, for the operator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.errors import CityError
from notices.faults import words_of
from notices.models import ChannelDelivery
from notices.services.deliveries import Which, deliveries_drop, deliveries_retry


class Command(BaseCommand):
    """Lists; sends again or drops what is named."""

    help = "List the messages that were given up, send them again, or drop them with a reason."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--channel", default="", help="all of a channel: email or robot")
        parser.add_argument("--id", type=int, nargs="*", default=[], help="some by their numbers")
        parser.add_argument("--retry", action="store_true")
        parser.add_argument("--drop", metavar="REASON", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        which = Which(ids=options["id"], channel=options["channel"])
        try:
            if options["retry"]:
                self.stdout.write(str(deliveries_retry(access=None, which=which, now=clock.now())))
            elif reason := options["drop"]:
                count = deliveries_drop(access=None, which=which, reason=reason, now=clock.now())
                self.stdout.write(str(count))
            else:
                self._list(which)
        except CityError as refusal:
            raise CommandError(str(refusal)) from refusal

    def _list(self, which: Which) -> None:
        rows = ChannelDelivery.objects.filter(state=ChannelDelivery.State.DEAD).order_by("-id")
        if which.channel:
            rows = rows.filter(channel=which.channel)
        for row in rows[:500]:
            self.stdout.write(f"{row.pk}\t{row.target}\t{row.attempts}\t{words_of(row.error)}")
