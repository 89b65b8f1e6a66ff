"""Changes that several threads want at the same moment, written in one transaction.

A commit waits for the disk, and SQLite lets one writer pass at a time: eight threads that commit for themselves wait
for each other's disks. Here the first one in line writes for all that stand behind it. Each gets its own result, and
none returns before the commit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.store.work import Work

Change = Callable[["Work"], Any]  # Any: each change gives what its caller expects of it
Make = Callable[["Work", Sequence[Any]], Sequence[Any]]  # Any: as above; one result for each thing given


@dataclass(slots=True)
class _Waiting:
    """One change in line, and what came of it."""

    make: Make
    given: Any  # Any: as above
    done: bool = False
    result: Any = None  # Any: as above
    error: BaseException | None = None


class Gathering:
    """The line of one process before its database. Shared by its threads."""

    def __init__(self, begin: Callable[[], AbstractContextManager[Work]]) -> None:
        self._begin = begin
        self._line: list[_Waiting] = []
        self._joining = threading.Lock()
        self._leading = threading.Lock()

    def write(self, change: Change) -> Any:  # Any: as above
        """Make a change, alone or with others, and give its result once it is committed; its error goes through."""
        return self.write_alike(_one_by_one, change)

    def write_alike(self, make: Make, given: Any) -> Any:  # Any: as above
        """Let `make` write what is given, at once for all who stand in line with the same `make`; give its result.

        It may be called again with less when something fails that it was given together with.
        """
        mine = _Waiting(make, given)
        with self._joining:
            self._line.append(mine)
        with self._leading:
            if not mine.done:
                with self._joining:
                    line, self._line = self._line, []
                self._write_all(line)
        if mine.error is not None:
            raise mine.error
        return mine.result

    def _write_all(self, line: list[_Waiting]) -> None:
        try:
            with self._begin() as work:
                for make, its in _alike(line).items():
                    for one, result in zip(its, make(work, [one.given for one in its]), strict=True):
                        one.result = result
        except BaseException as error:  # noqa: BLE001  # it goes on to whoever asked for the change
            if len(line) == 1:
                line[0].done, line[0].error = True, error
                return
            for one in line:  # one that fails must not take the others with it
                self._write_all([one])
            return
        for one in line:
            one.done = True


def _alike(line: Sequence[_Waiting]) -> dict[Make, list[_Waiting]]:
    found: dict[Make, list[_Waiting]] = {}
    for one in line:
        found.setdefault(one.make, []).append(one)
    return found


def _one_by_one(work: Work, changes: Sequence[Change]) -> list[Any]:  # Any: as above
    return [change(work) for change in changes]
