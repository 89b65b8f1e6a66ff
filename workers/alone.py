"""A worker without a broker: it looks for rows every second. `TOCSIN_ROLE` says which."""

from __future__ import annotations

import os
import signal
import sys

from services import crashpoints, logs, settings
from services.broker import Stage
from services.errors import TocsinError
from workers import sweep
from workers.process import Process


def main() -> int:
    """Work until SIGTERM or SIGINT."""
    given = settings.load()
    logs.configure(given.log_level, json=given.log_json)
    try:
        crashpoints.arm(os.environ)
        process = Process(given, Stage(os.environ["TOCSIN_ROLE"]), "")
    except TocsinError as error:
        logs.get(__name__).error("worker cannot start", error=error.message)
        return 3
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: process.stopping.set())
    threads = sweep.begin(process)
    process.stopping.wait()
    for thread in threads:
        thread.join(timeout=25)
    process.leave()
    return 0


if __name__ == "__main__":
    sys.exit(main())
