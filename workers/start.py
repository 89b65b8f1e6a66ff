"""`tocsin worker ROLE`: one worker in this process, told by a broker or looking for rows by itself.

`python -m workers.start ROLE [HOW MANY AT ONCE]`. With no broker set and none of `tocsin up` in the data folder it
looks for rows itself.
"""

from __future__ import annotations

import importlib
import os
import sys

from services import settings, valkey
from services.broker import Stage
from services.cli import told
from services.cli.opened import check_ready
from services.errors import OutsideError, TocsinError
from services.settings import Settings

AT_ONCE = {Stage.INGEST: 1, Stage.MATCH: 1, Stage.DELIVER: 4}


def main(arguments: list[str]) -> int:
    """Work until SIGTERM or SIGINT."""
    os.environ["TOCSIN_ROLE"] = arguments[0]
    stage = Stage(arguments[0])
    try:
        given = settings.load()
        check_ready(given)
    except TocsinError as error:
        told.failure(error)
        return 3 if isinstance(error, OutsideError) else 2
    if not has_broker(given):
        return int(importlib.import_module("workers.alone").main())
    app = importlib.import_module("workers.app")
    app.app.worker_main(app.arguments(stage, int(arguments[1]) if len(arguments) > 1 else AT_ONCE[stage]))
    return 0


def has_broker(given: Settings) -> bool:
    """Say whether there is a broker: one that is set, or the embedded one of a running `tocsin up`."""
    if given.broker_url is None:
        return valkey.answers(valkey.socket_path(given.data / "run"))
    return bool(given.broker_url)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
