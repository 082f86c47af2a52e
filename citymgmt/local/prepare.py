"""Run management commands in order, in one process: ``python -m citymgmt.local.prepare "migrate" …``.

One process, because loading Django once for each command would take longer than the commands do on
every start but the first. Each command is idempotent, so a killed start is simply started again.
"""

import os
import shlex
import sys
import time

import django
from django.core.management import call_command

from citymgmt.local.messages import compile_messages


def run(commands: list[str]) -> None:
    """Run each command line; tell what took longer than a moment."""
    compile_messages()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citymgmt.settings")
    django.setup()
    for line in commands:
        started = time.monotonic()
        call_command(*shlex.split(line))
        seconds = time.monotonic() - started
        if seconds > 1:
            print(f"  {line}: {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    run(sys.argv[1:])
