"""The processes of `tocsin up`: forked from one that has everything imported, so that they start at once and share
their memory; started again when they end; ended in order.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from services.lifeline import end_with_parent

log = structlog.get_logger(__name__)

STOP_S = 25.0  # what a child has to finish its sends
FIRST_WAIT_S = 0.2
GOOD_RUN_S = 30.0  # a child that ran so long is started again without waiting


@dataclass(slots=True)
class Child:
    """One role and the process that plays it at the moment."""

    name: str
    main: Callable[[], int]
    environment: Mapping[str, str]
    pid: int | None = None
    started: float = 0.0
    wait_s: float = FIRST_WAIT_S
    restarts: int = 0
    due: float = field(default=0.0)


class Children:
    """Starts, watches and ends the children. The caller has no threads, so that forking is safe."""

    def __init__(self, children: list[Child], note: Path, most_wait_s: float) -> None:
        self.children = children
        self._most_wait_s = most_wait_s
        self.others: dict[str, int] = {}
        self._note = note

    def start(self) -> None:
        """Start all that do not run and are due, and note which process plays which role."""
        due = [child for child in self.children if child.pid is None and time.monotonic() >= child.due]
        for child in due:
            child.pid, child.started = _fork(child), time.monotonic()
        if due:
            self.note()

    def note(self) -> None:
        """Write down which process plays which role, for operators and tests."""
        part = self._note.with_suffix(".part")
        part.write_text(json.dumps({child.name: child.pid for child in self.children} | self.others))
        part.replace(self._note)

    def watch(self) -> None:
        """Note which have ended; they are due again after a wait that doubles while they fail at once."""
        for child in self.children:
            if child.pid is None or not (status := _ended(child.pid)):
                continue
            ran = time.monotonic() - child.started
            child.wait_s = FIRST_WAIT_S if ran > GOOD_RUN_S else min(child.wait_s * 2, self._most_wait_s)
            child.pid, child.due, child.restarts = None, time.monotonic() + child.wait_s, child.restarts + 1
            log.warning("a process ended and is started again", role=child.name, how=status, ran_s=round(ran, 1))

    def stop(self) -> int:
        """Ask all to end and wait; whoever does not end in time is killed. Give how many had to be."""
        for child in self.children:
            if child.pid is not None:
                os.kill(child.pid, signal.SIGTERM)
        until = time.monotonic() + STOP_S
        while any(child.pid is not None for child in self.children) and time.monotonic() < until:
            for child in self.children:
                if child.pid is not None and _ended(child.pid):
                    child.pid = None
            time.sleep(0.02)
        late = [child for child in self.children if child.pid is not None]
        for child in late:
            assert child.pid is not None
            os.kill(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)
            child.pid = None
        return len(late)


def _fork(child: Child) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        end_with_parent(parent)
        os.setsid()  # Ctrl-C reaches the parent alone, which then ends its children in order
        os.environ.update(child.environment)
        code = child.main()
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:
        log.exception("a process failed", role=child.name)
    finally:
        os._exit(code)


def _ended(pid: int) -> str:
    """Say how a child ended; empty while it runs."""
    try:
        done, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return "gone"
    if not done:
        return ""
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return f"exit {os.WEXITSTATUS(status)}"
