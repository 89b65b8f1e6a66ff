"""Run one pure function in a child process with limits, so that what kills it kills nothing else.

Used for articles whose last worker ended with them in hand: if the article was the cause, the child dies of it, and
the worker lives to count the try.
"""

from __future__ import annotations

import os
import pickle
import resource
import selectors
import signal
import time
from collections.abc import Callable
from typing import Any, TypeVar

from services.errors import TocsinError

Result = TypeVar("Result")

MEMORY_BYTES = 1536 * 1024 * 1024
CPU_S = 10
WALL_S = 20.0


class ChildDiedError(TocsinError):
    """The child ended without an answer: by a signal, a limit, or too slowly."""


def run_apart(function: Callable[..., Result], *given: Any) -> Result:  # Any: whatever the function takes
    """Call a function in a forked child and give its result; an exception of the function is raised here."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _answer(writing, function, given)
    os.close(writing)
    try:
        answer = _read(reading, time.monotonic() + WALL_S)
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


def _answer(pipe: int, function: Callable[..., Any], given: tuple[Any, ...]) -> None:
    """Run the function and leave by `_exit`: nothing of the parent's state is cleaned up twice."""
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        try:
            answer = pickle.dumps((True, function(*given)))
        except Exception as error:  # noqa: BLE001  # handed to the parent
            answer = _packed(error)
        with os.fdopen(pipe, "wb") as out:
            out.write(len(answer).to_bytes(8, "big") + answer)
    finally:
        os._exit(0)


def _packed(error: Exception) -> bytes:
    try:
        answer = pickle.dumps((False, error))
        pickle.loads(answer)  # noqa: S301  # our own; some exceptions cannot be built again
    except Exception:  # noqa: BLE001
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
    return answer


def _read(pipe: int, deadline: float) -> bytes | None:
    got = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if not selector.select(left):
                continue
            part = os.read(pipe, 1 << 16)
            if not part:
                break
            got += part
            if len(got) >= 8 and len(got) == 8 + int.from_bytes(got[:8], "big"):
                return bytes(got[8:])
    return None


def _how(status: int) -> str:
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return "no answer"
