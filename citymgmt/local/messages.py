"""Turn the translations (.po, kept in the repository) into what Django reads (.mo, never kept).

Pure Python, so that no machine needs GNU gettext. ``python -m citymgmt.local.messages`` does it by hand.
"""

import os
import sys
import tempfile
from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parent.parent.parent / "locale"


def compile_messages(folder: Path = LOCALE) -> list[Path]:
    """Write every ``.mo`` that is missing or older than its ``.po``; return those written."""
    return [_compile(po) for po in sorted(folder.glob("*/LC_MESSAGES/*.po")) if _is_stale(po)]


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime_ns < po.stat().st_mtime_ns


def _compile(po: Path) -> Path:
    """Write beside and rename: two processes may compile at once, and neither may read half a file."""
    mo = po.with_suffix(".mo")
    handle, beside = tempfile.mkstemp(dir=mo.parent, suffix=".mo.part")
    os.close(handle)
    polib.pofile(str(po)).save_as_mofile(beside)
    Path(beside).chmod(0o644)
    Path(beside).replace(mo)
    return mo


if __name__ == "__main__":
    for written in compile_messages():
        sys.stdout.write(f"{written}\n")
