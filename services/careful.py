"""Run one pure function in a child process with limits, so that what kills it kills nothing else.

Used for what comes from outside and is parsed (feeds, files), and for articles whose last worker ended with them in
hand: if the article was the cause, the child dies of it, and the worker lives to count the try.
"""

from __future__ import annotations

import faulthandler
import math
import os
import pickle
import resource
import selectors
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from services.errors import TocsinError

Result = TypeVar("Result")

MEMORY_BYTES = 1536 * 1024 * 1024
CPU_S = 10
WALL_S = 20.0
STARVED_S = 45.0  # what a child has that a busy machine lets wait


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may take. Memory is counted as address space, which it shares with its parent when it starts.

    `wall_s` counts once the child had half of its processor time: until then the machine is slow, not what it reads.
    """

    cpu_s: int = CPU_S
    wall_s: float = WALL_S
    memory_bytes: int = MEMORY_BYTES
    more_than_parent: bool = False

    @property
    def told(self) -> str:
        """Give the limits in words: what ended the child passed one of them."""
        return f"{self.cpu_s} seconds or {self.memory_bytes // (1024 * 1024)} MiB"


PARSING = Limits(cpu_s=4, wall_s=4.8, memory_bytes=768 * 1024 * 1024, more_than_parent=True)
"""For bytes from outside: a feed of 10 MiB takes half of it."""
PAGES = Limits(cpu_s=10, wall_s=30.0, memory_bytes=768 * 1024 * 1024, more_than_parent=True)
"""For whole pages, of which some take seconds."""


@contextmanager
def ends_after(seconds: float) -> Iterator[None]:
    """End this whole process, with a trace of every thread, should the block take longer. One block at a time.

    For work that nothing else can stop: what it held is taken over, and tried apart, once its lease is over.
    """
    if sys.__stderr__ is None:
        yield
        return
    faulthandler.dump_traceback_later(seconds, exit=True, file=sys.__stderr__)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


class ChildDiedError(TocsinError):
    """The child ended without an answer: by a signal, a limit, or too slowly."""


def run_apart(  # Any: whatever the function takes
    function: Callable[..., Result], *given: Any, limits: Limits | None = None
) -> Result:
    """Call a function in a forked child and give its result; an exception of the function is raised here."""
    limits = limits or Limits(CPU_S, WALL_S, MEMORY_BYTES)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _answer(writing, function, given, limits)
    os.close(writing)
    try:
        answer = _read(reading, child, limits)
    finally:
        os.close(reading)
        if _still_runs(child):
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
        else:
            status = _ended.pop(child)
    if answer is None:
        raise ChildDiedError(f"reading ended the process ({_how(status)})")
    worked, value = pickle.loads(answer)  # noqa: S301  # written by our own child
    if worked:
        return value  # type: ignore[no-any-return]  # what the function gave
    raise value


_ended: dict[int, int] = {}


def _still_runs(child: int) -> bool:
    for _ in range(200):  # a child that answered ends within moments
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            _ended[child] = status
            return False
        time.sleep(0.005)
    return True


def _answer(pipe: int, function: Callable[..., Any], given: tuple[Any, ...], limits: Limits) -> None:
    """Run the function and leave by `_exit`: nothing of the parent's state is cleaned up twice."""
    try:
        most = limits.memory_bytes + (_address_space() if limits.more_than_parent else 0)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        try:
            answer = pickle.dumps((True, function(*given)))
        except Exception as error:  # noqa: BLE001  # handed to the parent
            answer = _packed(error)
        with os.fdopen(pipe, "wb") as out:
            out.write(len(answer).to_bytes(8, "big") + answer)
    finally:
        os._exit(0)


def _address_space() -> int:
    """Give the bytes of address space of this process; where the system does not say, what the parent is let have."""
    try:
        with open("/proc/self/statm", "rb") as table:  # noqa: PTH123  # no path is built in a forked child
            return int(table.read().split()[0]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return MEMORY_BYTES


def _packed(error: Exception) -> bytes:
    try:
        answer = pickle.dumps((False, error))
        pickle.loads(answer)  # noqa: S301  # our own; some exceptions cannot be built again
    except Exception:  # noqa: BLE001
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
    return answer


def _read(pipe: int, child: int, limits: Limits) -> bytes | None:
    got = bytearray()
    began = time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while (lasted := time.monotonic() - began) < STARVED_S:
            if not selector.select(max(0.1, limits.wall_s - lasted)):
                if lasted >= limits.wall_s and _processor_s(child) >= limits.cpu_s / 2:
                    break
                continue
            part = os.read(pipe, 1 << 16)
            if not part:
                break
            got += part
            if len(got) >= 8 and len(got) == 8 + int.from_bytes(got[:8], "big"):
                return bytes(got[8:])
    return None


def _processor_s(child: int) -> float:
    """Give the seconds that a child had the processor (proc(5), utime and stime); without end where none says."""
    try:
        stat = Path(f"/proc/{child}/stat").read_text()
        used = stat.rpartition(")")[2].split()[11:13]
        return sum(map(int, used)) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError):
        return math.inf


def _how(status: int) -> str:
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return "no answer"
