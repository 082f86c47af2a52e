"""``python -m citymgmt.local``: the whole system on this machine. HOST, PORT and DAYS may be set."""

import os
import sys
from functools import partial
from pathlib import Path

from citymgmt.local import banner
from citymgmt.local.places import AlreadyRunningError, Lock, NoFreePortError, free_port
from citymgmt.local.plan import ROOT, make_plan
from citymgmt.local.supervisor import PartFailedError, Supervisor


def main() -> int:
    """Start, watch, end; the exit code for the shell."""
    if os.environ.get("CITYMGMT_MODE", "local") != "local":
        return _refuse("This starts made-up people with a known password. Unset CITYMGMT_MODE to use it.")
    var = Path(os.environ.get("CITYMGMT_VAR") or ROOT / "var")
    try:
        with Lock(var / "local.lock") as lock:
            _run(lock)
    except AlreadyRunningError as other:
        return _refuse(
            f"It is running already: {str(other) or 'another start is under way'}. Stop that one first."
        )
    except NoFreePortError as ports:
        return _refuse(f"No port of {ports} is free. Name another: make run PORT=9000.")
    except PartFailedError as part:
        return _refuse(f"Stopped: {part}. Start again with the same command; it goes on where it was.")
    except ValueError as wrong:
        return _refuse(f"PORT and DAYS are whole numbers: {wrong}.")
    return 0


def _run(lock: Lock) -> None:
    host = os.environ.get("HOST") or "127.0.0.1"
    port = free_port(host, int(os.environ.get("PORT") or 8000))
    plan = make_plan(host=host, port=port, days=int(os.environ.get("DAYS") or 90))
    lock.write(plan.url)
    Supervisor(
        plan, usable=partial(banner.say_usable, plan.url), ready=partial(banner.say_ready, plan.url)
    ).run()


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
