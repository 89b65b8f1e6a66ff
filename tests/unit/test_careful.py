"""What kills a child kills nothing else."""

import ctypes
import os
import time

import pytest

from services import careful
from services.careful import ChildDiedError, Limits, run_apart


def _double(value: int) -> int:
    return value * 2


def _raise(_: int) -> int:
    raise ValueError("no")


def _crash(_: int) -> int:
    ctypes.string_at(0)
    return 0


def _swell(_: int) -> int:
    return len(b"x" * (careful.MEMORY_BYTES * 2))


def _leave(_: int) -> int:
    os._exit(0)


def test_the_result_comes_back() -> None:
    assert run_apart(_double, 21) == 42


def test_an_exception_comes_back() -> None:
    with pytest.raises(ValueError, match="no"):
        run_apart(_raise, 1)


@pytest.mark.parametrize("function", [_crash, _leave])
def test_a_child_that_dies_is_told_of(function) -> None:
    with pytest.raises(ChildDiedError):
        run_apart(function, 1)


def test_a_child_that_wants_too_much_memory_fails_alone() -> None:
    with pytest.raises((MemoryError, ChildDiedError)):
        run_apart(_swell, 1)


def test_a_child_that_never_answers_is_ended() -> None:
    with pytest.raises(ChildDiedError):
        run_apart(_wait, 1, limits=Limits(cpu_s=1, wall_s=0.2))


def test_a_child_whose_turn_never_comes_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(careful, "STARVED_S", 0.3)
    with pytest.raises(ChildDiedError):
        run_apart(_sleep, 600, limits=Limits(wall_s=0.1))


def test_a_child_that_a_busy_machine_lets_wait_is_waited_for() -> None:
    assert run_apart(_sleep, 0.5, limits=Limits(wall_s=0.1)) == 0.5


def _sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def _wait(_: int) -> int:
    while True:
        os.sched_yield()
