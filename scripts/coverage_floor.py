"""Fail unless the rules are covered whole, by branch, and the rest well enough.

    python scripts/coverage_floor.py FOLDER      reads what the processes of a run wrote (tests/counted.py)

The life of a case, who may and when are the product: a line of theirs no test has run is a rule nobody
has checked. Elsewhere nine tenths are asked for.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from slipcover import merge_coverage

WHOLE = {"permissions", "policies", "workflow"}
FLOOR = 90.0
SHOWN = 20  # files, those covered least


@dataclass(frozen=True, slots=True)
class Count:
    """Lines and branches together."""

    covered: int
    all: int

    @property
    def percent(self) -> float:
        """0 to 100; an empty file is covered."""
        return 100.0 * self.covered / self.all if self.all else 100.0


def must_be_whole(name: str) -> bool:
    """Whether a file holds rules: the workflow, or a module or package of permissions or policies."""
    path = PurePath(name)
    return bool(WHOLE & {*path.parts[:-1], path.stem})


def count(summary: dict[str, Any]) -> Count:
    """Lines and branches of one file's summary."""
    covered = summary["covered_lines"] + summary["covered_branches"]
    return Count(covered, covered + summary["missing_lines"] + summary["missing_branches"])


def complaints(files: dict[str, Any]) -> list[str]:
    """One sentence for each floor that is not reached."""
    counts = {name: count(entry["summary"]) for name, entry in files.items()}
    said = [
        f"{name}: {counts[name].percent:.1f} %, must be 100 % (lines {files[name]['missing_lines']}, "
        f"branches {files[name]['missing_branches']})"
        for name in sorted(counts)
        if must_be_whole(name) and counts[name].covered < counts[name].all
    ]
    rest = [value for name, value in counts.items() if not must_be_whole(name)]
    overall = Count(sum(value.covered for value in rest), sum(value.all for value in rest))
    print(f"{len(counts) - len(rest)} files of rules; the rest {overall.percent:.1f} % by line and branch")
    if overall.percent < FLOOR:
        said.append(f"the rest: {overall.percent:.1f} %, must be {FLOOR:.0f} %")
    return said


def added_up(folder: Path) -> dict[str, Any]:
    """What all processes saw together, by file.

    Raises:
        SystemExit: the folder holds nothing of any.
    """
    parts = [json.loads(part.read_text()) for part in sorted(folder.glob("*.json"))]
    if not parts:
        sys.exit(f"{folder} holds no counts: run the tests with -p tests.counted first.")
    first, *others = parts
    for other in others:
        merge_coverage(first, other)
    files: dict[str, Any] = first["files"]
    return files


def main() -> int:
    """Print what is missing; 1 when anything is."""
    files = added_up(Path(sys.argv[1]))
    percents = {name: count(entry["summary"]).percent for name, entry in files.items()}
    for name in sorted(percents, key=lambda name: percents[name])[:SHOWN]:
        print(f"{percents[name]:5.1f} % {name}: lines {files[name]['missing_lines']}")
    said = complaints(files)
    for sentence in said:
        print(sentence)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
