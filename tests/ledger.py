"""What a sink was sent, and what it is to answer next."""

from __future__ import annotations

import collections
import hashlib
import json
import socket
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DROP = "drop"


@dataclass
class Ledger:
    """What a sink was sent, in order; also appended to a file if one is named."""

    sink: str
    path: Path | None = None
    entries: list[dict[str, object]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, id_: str, body: bytes, action: str) -> None:
        """Record one message before it is answered."""
        with self._lock:
            entry: dict[str, object] = {
                "sink": self.sink,
                "id": id_,
                "seq": len(self.entries) + 1,
                "t_mono": time.monotonic(),
                "sha256": hashlib.sha256(body).hexdigest(),
                "action": action,
            }
            self.entries.append(entry)
            if self.path is not None:
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(entry) + "\n")


class Script:
    """Answers to give next, by stage; once they are used up, everything is accepted."""

    def __init__(self) -> None:
        self._next: dict[str, collections.deque[Any]] = collections.defaultdict(collections.deque)
        self._lock = threading.Lock()

    def add(self, stage: str, *answers: Any) -> None:
        """Give these answers at the stage, in this order."""
        with self._lock:
            self._next[stage].extend(answers)

    def take(self, stage: str) -> Any:
        """Take the next answer; `None` means accept."""
        with self._lock:
            return self._next[stage].popleft() if self._next[stage] else None


def free_port() -> int:
    """Find a port that is free now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
