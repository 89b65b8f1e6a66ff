"""A child that ends with its parent, so that a parent killed outright leaves nothing running behind it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # prctl(2): the signal a process gets when its parent ends; Linux only


def end_with_parent(parent: int) -> None:
    """Ask for SIGTERM when the parent ends. Called in the child after the fork; a Linux call, nothing elsewhere."""
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)  # it ended before it could be watched
