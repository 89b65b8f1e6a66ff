"""Mail without a mail server: each mail becomes a file in the data folder, whole or not at all."""

from __future__ import annotations

import os
import re
from pathlib import Path

from services.alerts.retry import Outcome
from services.channels.outgoing import Accepted, Inflight, Outgoing, SendError, nothing

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}")


class MailFolder:
    """Keeps mails as `ID.eml`, readable by their owner only. The same id again replaces its file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, outgoing: Outgoing, address: str, inflight: Inflight = nothing) -> Accepted:  # noqa: ARG002
        """Write the mail; the recipient stands in it."""
        if not _NAME.fullmatch(outgoing.id):
            raise ValueError(f"not an id of a delivery: {outgoing.id!r}")
        inflight()
        name = f"{outgoing.id}.eml"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(self._folder / name, outgoing.body)
        except OSError as error:
            text = f"The mail cannot be kept in {self._folder}: {error.strerror}"
            raise SendError(text, outcome=Outcome.RETRY, code="folder", detail=text) from error
        return Accepted(code="250", detail=f"kept as {name}", provider_id=name)

    def close(self) -> None:
        """Nothing is held open."""

    def _write(self, path: Path, body: bytes) -> None:
        part = path.with_suffix(f".part{os.getpid()}")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123 - a mode
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
