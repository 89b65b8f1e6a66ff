"""Places where a test may end the process, to prove that nothing is lost there.

`TOCSIN_CRASHPOINT=name:n` ends the process by SIGKILL at the n-th pass of the named point (`name` alone: the first).
`TOCSIN_CRASHFILE=path` names a file that a test writes a point's name into, with the role before it if only one role
is meant (`deliver C17`); the first process that passes the point takes the file away and ends. Both are refused
unless `TOCSIN_TEST=1`, so that nobody sets them in production by mistake. Names are the numbers of the fault table.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.errors import InvalidError


@dataclass(slots=True)
class _Armed:
    """What is armed in this process."""

    name: str = ""
    passes: int = 1
    file: Path | None = None
    role: str = ""


_armed = _Armed()


def arm(environment: Mapping[str, str]) -> None:
    """Read what is armed; called once where a process starts."""
    wanted, file = environment.get("TOCSIN_CRASHPOINT", ""), environment.get("TOCSIN_CRASHFILE", "")
    if (wanted or file) and environment.get("TOCSIN_TEST") != "1":
        name = "TOCSIN_CRASHPOINT" if wanted else "TOCSIN_CRASHFILE"
        raise InvalidError(
            f"{name} ends processes on purpose and is only read when TOCSIN_TEST=1. Unset it", field=name
        )
    name, _, passes = wanted.partition(":")
    _armed.name, _armed.passes = name, int(passes or 1)
    _armed.file, _armed.role = Path(file) if file else None, environment.get("TOCSIN_ROLE", "")


def crashpoint(name: str) -> None:
    """End the process here if this point is armed and its pass has come."""
    if _armed.name == name:
        _armed.passes -= 1
        if _armed.passes <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
    if _armed.file is not None and _taken(_armed.file, name):
        os.kill(os.getpid(), signal.SIGKILL)


def _taken(file: Path, name: str) -> bool:
    """Take the file away if it names this point; of two processes one succeeds."""
    try:
        role, _, wanted = file.read_text().strip().rpartition(" ")
        if wanted != name or role not in ("", _armed.role):
            return False
        file.rename(file.with_suffix(".taken"))
    except FileNotFoundError:
        return False
    return True
