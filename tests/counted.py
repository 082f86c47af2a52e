"""Counts which lines and branches of the product a run of the tests passes.

    COUNTED=folder pytest -p no:slipcover -p tests.counted …

Every process writes what it saw into a file of the folder; ``scripts/coverage_floor.py`` adds them up.
slipcover puts marks into the product's code and takes them out once they were passed. To be traced, Python
3.11 slows down by two thirds, in the libraries' lines as well.
"""

import json
import os
from pathlib import Path

import slipcover

ROOMS = sorted(str(room.parent) for room in Path().glob("*/apps.py"))
OMITTED = [
    "*/migrations/*",
    "citymgmt/wsgi.py",  # two lines that only a web server runs
    "core/images/heif_child.py",  # runs in a process of its own, beyond the counter
]
_counter = slipcover.Slipcover(
    branch=True, source=ROOMS, omit=OMITTED, exclude_also=["if TYPE_CHECKING:", "@overload"]
)
# Asked for by -p, this comes before pytest-django or a conftest imports anything of the product.
slipcover.ImportManager(_counter, slipcover.FileMatcher(sources=ROOMS, omit=OMITTED)).__enter__()


def pytest_sessionfinish() -> None:
    """Write down what this process saw."""
    Path(os.environ["COUNTED"], f"{os.getpid()}.json").write_text(json.dumps(_counter.get_coverage()))
