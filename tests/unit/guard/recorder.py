"""What stands for the call that connects, so that no test of the gate leaves this machine."""

from __future__ import annotations

import socket

from services.guard import is_public


class Recorder:
    """Refuses every connection, and keeps where it would have gone."""

    def __init__(self) -> None:
        self.dialled: list[tuple[str, int]] = []

    def __call__(self, address: str, port: int, timeout_s: float) -> socket.socket:
        self.dialled.append((address, port))
        raise ConnectionRefusedError

    @property
    def inside(self) -> list[tuple[str, int]]:
        """What was no public address."""
        return [(address, port) for address, port in self.dialled if not is_public(address)]
