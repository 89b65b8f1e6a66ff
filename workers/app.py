"""The Celery application of the workers: `celery -A workers.app worker -Q tocsin.match …`, or `tocsin worker match`.

There is one task. It is told a stage and does what waits there. Which pool runs it is a question of the stage:
ingest forks (a reading may be ended), match is solo (one rule index a process), deliver has threads.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from celery.signals import (
    worker_init,
    worker_process_init,
    worker_process_shutdown,
    worker_shutdown,
    worker_shutting_down,
)

from services import crashpoints, logs, settings
from services.broker import TASK, Stage, celery_app
from services.errors import OutsideError
from services.valkey import url as embedded_url
from workers import sweep
from workers.process import Process

_settings = settings.load()
BROKER_URL = _settings.broker_url if _settings.broker_url is not None else embedded_url(_settings.data / "run")
app = celery_app(BROKER_URL or "memory://")
_process: list[Process] = []

POOLS = {Stage.INGEST: "prefork", Stage.MATCH: "solo", Stage.DELIVER: "threads"}


@app.task(name=TASK)
def work(stage: str) -> None:
    """Do what waits at the stage; a hint for another stage than this worker's is ignored."""
    if _process and _process[0].stage.value == stage:
        try:
            _process[0].work()
        except OutsideError as error:
            logs.get(__name__).warning("the stage could not work", stage=stage, error=error.message)


def arguments(stage: Stage, concurrency: int) -> list[str]:
    """Give the command line of Celery for one role."""
    return [
        "--quiet", "worker", f"--pool={POOLS[stage]}", f"--concurrency={concurrency}", f"--queues=tocsin.{stage.value}",
        f"--hostname={stage.value}-{os.getpid()}@%h", "--without-gossip", "--without-mingle", "--without-heartbeat",
        "--loglevel=WARNING",
    ]  # fmt: skip


def _begin(**_: Any) -> None:  # Any: Celery's signals send what they like
    stage = Stage(os.environ["TOCSIN_ROLE"])
    crashpoints.arm(os.environ)
    logs.configure(_settings.log_level, json=_settings.log_json)
    try:
        _process.append(Process(_settings, stage, BROKER_URL))
    except OutsideError as error:
        logs.get(__name__).error("worker cannot start", error=error.message)
        sys.exit(3)
    sweep.begin(_process[0])


def _stop(**_: Any) -> None:
    for process in _process:
        process.stopping.set()


def _end(**_: Any) -> None:
    while _process:
        _process.pop().leave()


if os.environ.get("TOCSIN_ROLE") == Stage.INGEST.value:
    worker_process_init.connect(_begin)
    worker_process_shutdown.connect(_end)
else:
    worker_init.connect(_begin)
    worker_shutdown.connect(_end)
worker_shutting_down.connect(_stop)
