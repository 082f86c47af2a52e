"""Fail unless the rules are covered whole, by branch, and the rest well enough.

    python scripts/coverage_floor.py      reads the combined .coverage of this folder

The life of a case, who may and when are the product: a line of theirs no test has run is a rule nobody
has checked. Elsewhere nine tenths are asked for.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

WHOLE = {"permissions", "policies", "workflow"}
FLOOR = 90.0


@dataclass(frozen=True, slots=True)
class Count:
    """Lines and branches together, as coverage.py counts a percentage."""

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
    """Lines and branches of one file's summary in ``coverage json``."""
    return Count(
        summary["covered_lines"] + summary.get("covered_branches", 0),
        summary["num_statements"] + summary.get("num_branches", 0),
    )


def complaints(files: dict[str, Any]) -> list[str]:
    """One sentence for each floor that is not reached."""
    counts = {name: count(entry["summary"]) for name, entry in files.items()}
    said = [
        f"{name}: {counts[name].percent:.1f} %, must be 100 % (lines {files[name]['missing_lines']}, "
        f"branches {files[name].get('missing_branches', [])})"
        for name in sorted(counts)
        if must_be_whole(name) and counts[name].covered < counts[name].all
    ]
    rest = [value for name, value in counts.items() if not must_be_whole(name)]
    overall = Count(sum(value.covered for value in rest), sum(value.all for value in rest))
    print(f"{len(counts) - len(rest)} files of rules; the rest {overall.percent:.1f} % by line and branch")
    if overall.percent < FLOOR:
        said.append(f"the rest: {overall.percent:.1f} %, must be {FLOOR:.0f} %")
    return said


def main() -> int:
    """Print what is missing; 1 when anything is."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        subprocess.run([sys.executable, "-m", "coverage", "json", "-q", "-o", str(report)], check=True)
        said = complaints(json.loads(report.read_text())["files"])
    for sentence in said:
        print(sentence)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
