"""Turns at writing: in the order of asking, and never longer in the way than a second."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from services.store import writing_line
from services.store.writing_line import Line, Turnstile
from tests.parts import until

HOLDS = """
import fcntl, os, sys
file = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.lockf(file, fcntl.LOCK_EX, 1, int(sys.argv[2]))
print(1, flush=True)
input()
"""


def test_threads_get_the_lock_in_the_order_in_which_they_asked() -> None:
    line, got = Line(), []
    assert line.acquire(1)

    def ask(number: int) -> None:
        assert line.acquire(20)
        got.append(number)
        line.release()

    threads = []
    for number in range(8):
        threads.append(threading.Thread(target=ask, args=(number,)))
        threads[-1].start()
        until(lambda number=number: len(line._waiting) == number + 1, "the thread to stand in the line")
    line.release()
    for thread in threads:
        thread.join()
    assert got == list(range(8))


def test_who_lets_go_and_comes_back_stands_behind_who_waits() -> None:
    line, got = Line(), []
    assert line.acquire(1)

    def ask() -> None:
        assert line.acquire(20)
        got.append("other")
        line.release()

    other = threading.Thread(target=ask)
    other.start()
    until(lambda: line._waiting, "the other to wait")
    line.release()
    assert line.acquire(20)
    got.append("again")
    line.release()
    other.join()
    assert got == ["other", "again"]


def test_who_waits_too_long_gives_up_and_blocks_nobody() -> None:
    line = Line()
    assert line.acquire(1)
    assert not line.acquire(0.01)
    line.release()
    assert line.acquire(0.01)


@pytest.mark.parametrize("byte", [0, 1])
def test_a_process_that_stays_in_the_line_holds_nobody_up_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, byte: int
) -> None:
    monkeypatch.setattr(writing_line, "LINE_S", 0.05)
    database = tmp_path / "tocsin.db"
    command = [sys.executable, "-c", HOLDS, f"{database}-turn", str(byte)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        turnstile = Turnstile(database)
        with turnstile.turn():
            assert turnstile._without_until > 0
        holder.communicate("\n")
    turnstile._without_until = 0
    with turnstile.turn():
        assert turnstile._without_until == 0
    turnstile.close()


def test_where_no_file_can_be_made_writing_goes_on_without_a_line(tmp_path: Path) -> None:
    with Turnstile(tmp_path / "nowhere" / "tocsin.db").turn():
        pass
