"""Hints: Celery messages that name a stage and nothing else. The one file where Celery appears.

The rows are the truth. A hint that is lost costs one sweep (six seconds at most), a double one finds nothing to do;
so nothing here retries, waits or fails its caller. Messages expire, results are not kept, remote control is off.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from celery import Celery

log = structlog.get_logger(__name__)

TASK = "tocsin.work"
GAP_S = 0.1  # hints of one process are gathered for so long: Celery moves few messages a second
EXPIRES_S = 30


class Stage(StrEnum):
    """A part of an article's way that has workers of its own, and rows that may wait for it."""

    INGEST = "ingest"
    MATCH = "match"
    DELIVER = "deliver"


def celery_app(broker_url: str) -> Celery:
    """Build the Celery application, with the settings that make a lost or doubled message harmless."""
    from celery import Celery

    app = Celery("tocsin", broker=broker_url, set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        task_acks_late=False,
        task_store_errors_even_if_ignored=False,
        task_create_missing_queues=True,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_soft_shutdown_timeout=0,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=2,
        broker_transport_options={
            "socket_timeout": 10,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": 10,
            "visibility_timeout": 3600,
        },
    )
    return app


def queue_of(stage: Stage) -> str:
    """Name the queue that a stage's workers listen to."""
    return f"tocsin.{stage.value}"


class Hints:
    """Sends hints from a thread of its own, so that a dead broker never holds up whoever has work to announce."""

    def __init__(self, publish: Callable[[Stage], None] | None) -> None:
        self._publish = publish
        self._wanted: set[Stage] = set()
        self._woken = threading.Condition()
        self._owner = 0
        self.reachable = publish is not None
        """Whether the last hint left. Pollers look more often while it is false."""

    def send(self, stage: Stage) -> None:
        """Ask for a hint to a stage; returns at once."""
        if self._publish is None:
            return
        with self._woken:
            if self._owner != os.getpid():  # a thread does not survive a fork
                self._owner = os.getpid()
                threading.Thread(target=self._run, name="hints", daemon=True).start()
            self._wanted.add(stage)
            self._woken.notify()

    def _run(self) -> None:
        assert self._publish is not None
        while True:
            with self._woken:
                while not self._wanted:
                    self._woken.wait()
                stages, self._wanted = self._wanted, set()
            for stage in sorted(stages):
                self._try(stage)
            time.sleep(GAP_S if self.reachable else 1.0)

    def _try(self, stage: Stage) -> None:
        assert self._publish is not None
        try:
            self._publish(stage)
        except Exception as error:  # noqa: BLE001  # kombu, redis and socket errors alike: the sweep finds the rows
            if self.reachable:
                log.warning("broker does not answer; rows are found by the sweep", error=type(error).__name__)
            self.reachable = False
        else:
            if not self.reachable:
                log.info("broker answers again")
            self.reachable = True


def open_hints(broker_url: str) -> Hints:
    """Give the sender for a broker; an empty URL means that there is none and rows are polled for."""
    if not broker_url:
        return Hints(None)
    app: list[Any] = []  # Any: a Celery, made at the first hint because it is slow to import

    def publish(stage: Stage) -> None:
        if not app:
            app.append(celery_app(broker_url))
            app[0].conf.broker_transport_options |= {"max_retries": 0, "interval_start": 0}
        app[0].send_task(
            TASK, args=[stage.value], queue=queue_of(stage), ignore_result=True, retry=False, expires=EXPIRES_S
        )

    return Hints(publish)


def answers(broker_url: str) -> bool | None:
    """Say whether the broker answers within seconds; `None` where there is none."""
    if not broker_url:
        return None
    try:
        with celery_app(broker_url).connection(connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=3)
    except Exception:  # noqa: BLE001  # kombu, redis and socket errors alike
        return False
    return True
