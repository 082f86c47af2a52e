"""``manage.py verify_history``: read every chain again, and hold rows and digests against it."""

import json
from argparse import ArgumentParser
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError

from cases.services.digest_verify import kept_lines
from cases.services.history_report import Asked, Finding, Portion, history_report, history_total
from cases.services.history_verify import cases_forgotten
from core.errors import CityError
from core.progress import Meter

_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(slots=True)
class _Sum:
    """What was seen so far."""

    cases: int = 0
    broken: int = 0
    unproven: int = 0
    findings: list[Finding] = field(default_factory=list)

    def add(self, portion: Portion, *, keep: bool) -> None:
        self.cases += portion.cases
        self.broken += len(portion.findings)
        self.unproven += portion.unproven
        self.findings += portion.findings if keep else []


class Command(BaseCommand):
    help = (
        "Check the history of every case: its chain, the rows beside it, the digests. Exit code 1 on a break."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to look at, and how to say it."""
        parser.add_argument("--case", default="", help="the number of one case")
        parser.add_argument(
            "--since", type=_moment, help="only cases with an event since this day, 2026-11-24"
        )
        parser.add_argument("--files", action="store_true", help="read every photo's file, too")
        parser.add_argument("--digests", action="store_true", help="compare with the daily digests, too")
        parser.add_argument(
            "--against", type=Path, help="and with the digest lines in this file, kept outside"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        """Name each broken case with its first break and, at the end, how many chains were read."""
        try:
            total = self._read(_asked(options), quiet=options["json"])
        except (CityError, OSError, UnicodeDecodeError) as refusal:
            raise CommandError(str(refusal)) from refusal
        if (forgotten := cases_forgotten(number=options["case"])) and not options["json"]:
            self.stdout.write(f"{forgotten} cases had their reporter forgotten, as their history says")
        self.stdout.write(_as_json(total) if options["json"] else _in_words(total))
        if total.broken:
            raise SystemExit(1)

    def _read(self, asked: Asked, *, quiet: bool) -> _Sum:
        total = _Sum()
        with Meter("verify", history_total(asked), self.stderr) as meter:
            for portion in history_report(asked):
                meter.advance(portion.pieces)
                total.add(portion, keep=quiet)
                for finding in [] if quiet else portion.findings:
                    self.stdout.write(_line(finding))
        return total


def _asked(options: dict[str, Any]) -> Asked:
    against = options["against"]
    kept = kept_lines(against.read_text(encoding="utf-8")) if against else ()
    digests = options["digests"] or bool(against)
    return Asked(options["case"], options["since"], options["files"], digests, kept)


def _moment(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=_ZONE)


def _line(finding: Finding) -> str:
    where = finding.subject if finding.seq is None else f"{finding.subject} event {finding.seq}"
    return f"{where}: {finding.reason}" + (f" (+{finding.more})" if finding.more else "")


def _in_words(total: _Sum) -> str:
    loose = f", {total.unproven} photos or contacts without a digest to compare by" if total.unproven else ""
    return f"{total.cases} chains checked, {total.broken} breaks found{loose}"


def _as_json(total: _Sum) -> str:
    findings = [finding.as_data() for finding in total.findings]
    sums = {"cases": total.cases, "breaks": total.broken, "unproven": total.unproven}
    return json.dumps({**sums, "findings": findings}, ensure_ascii=False)
