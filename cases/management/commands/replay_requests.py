"""``manage.py replay_requests FILE --mapping FILE``: file another city's requests in simulated time."""

import csv
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.services.replay import Outcome, Replay, replay_prepare, row_replay
from core import clock
from core.errors import CityError
from core.progress import Meter

_ADDED = ("filed", "continued")


class Command(BaseCommand):
    help = "Replay another city's requests through the services. Killed and started again it goes on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, its mapping, and where refusals are written."""
        parser.add_argument("file", type=Path, help="CSV file of requests")
        parser.add_argument("--mapping", type=Path, required=True, help="JSON file that says how to read it")
        parser.add_argument("--report", type=Path, help="CSV file for the refused rows")
        parser.add_argument("--limit", type=int, help="only the first so many rows")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay every row, write the refusals, print the sums."""
        try:
            replay = replay_prepare(file=options["file"], mapping=options["mapping"], now=clock.now())
            outcomes = self._run(replay, options["limit"])
            refused, sums = _settle(outcomes)
        except CityError as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["report"]:
            _write(options["report"], refused)
        self.stdout.write(_summary(sums))

    def _run(self, replay: Replay, limit: int | None) -> Iterator[Outcome]:
        total = sum(1 for _row in replay.rows(limit))
        with Meter("replay", total, self.stderr) as meter:
            for row in replay.rows(limit):
                yield row_replay(replay=replay, row=row)
                meter.advance()


def _settle(outcomes: Iterator[Outcome]) -> tuple[list[Outcome], Counter[str]]:
    refused: list[Outcome] = []
    sums: Counter[str] = Counter()
    for outcome in outcomes:
        sums[outcome.result] += 1
        if outcome.refused:
            refused.append(outcome)
    return refused, sums


def _write(path: Path, refused: list[Outcome]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "id", "code", "sentence"])
        writer.writerows([o.number, o.source_id, o.result, o.sentence] for o in refused)


def _summary(sums: Counter[str]) -> str:
    kept = {name: sums.pop(name, 0) for name in ("filed", "continued", "known")}
    refused = sum(sums.values())
    codes = ", ".join(f"{code} {count}" for code, count in sorted(sums.items()))
    lines = [
        f"rows: {sum(kept.values()) + refused}",
        f"filed: {kept['filed']}, continued: {kept['continued']}, there already: {kept['known']}",
        f"refused: {refused}" + (f" ({codes})" if codes else ""),
    ]
    if not any(kept[name] for name in _ADDED):
        lines.append("nothing was added")
    return "\n".join(lines)
