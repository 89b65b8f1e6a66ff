"""Secrets at rest: encrypted with the key file, never printed.

The key file holds one key a line, the newest first; each is a Fernet key (AES-128-CBC with HMAC-SHA-256). A value
written under an older key stays readable until that key is removed. Running processes notice a changed key file: before
they seal, and when something does not open. So keys are rotated while messages leave (`services.store.resealing`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from services.errors import InvalidError


class Vault:
    """Encrypts and decrypts single values. Does not know where they are kept."""

    def __init__(self, keys: list[str], path: Path | None = None) -> None:
        self._path = path
        self._seen = _stamp(path)
        self._take(keys)

    def _take(self, keys: list[str]) -> None:
        self._newest = Fernet(keys[0])
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._marking = [hashlib.sha256(b"tocsin links\x1f" + key.encode()).digest() for key in keys]

    def _is_fresh(self) -> bool:
        """Read the key file again if it was changed; say whether it was. One that cannot be read changes nothing."""
        stamp = _stamp(self._path)
        if self._path is None or stamp in (None, self._seen):
            return False
        try:
            self._take(read_keys(self._path))
        except InvalidError:
            return False
        self._seen = stamp
        return True

    def mark(self, text: str) -> str:
        """Sign a text that is given out in a link: 22 letters that nobody else can make for it."""
        return _mark(self._marking[0], text)

    def marked(self, text: str, mark: str) -> bool:
        """Say whether a text carries a mark of ours, made with any of the keys."""
        if any(hmac.compare_digest(_mark(key, text).encode(), mark.encode()) for key in self._marking):
            return True
        return self._is_fresh() and self.marked(text, mark)

    def seal(self, value: str) -> str:
        """Encrypt a value for the database."""
        self._is_fresh()
        return self._fernet.encrypt(value.encode()).decode()

    def is_newest(self, sealed: str) -> bool:
        """Say whether a value is sealed with the newest key."""
        try:
            self._newest.decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True

    def open(self, sealed: str) -> str:
        """Decrypt a value, or say that the key file does not fit the database."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            if self._is_fresh():
                return self.open(sealed)
            message = (
                "The key file does not open the secrets of this database. Put back the key file it was written with"
            )
            raise InvalidError(message, field="TOCSIN_SECRET_KEY_FILE") from error


def _stamp(path: Path | None) -> tuple[int, int, int] | None:
    """Tell one state of the key file from another."""
    if path is None:
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _mark(key: bytes, text: str) -> str:
    digest = hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def open_vault(path: Path, *, create: bool = False) -> Vault:
    """Read the key file, or make one readable by its owner only."""
    if create and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    return Vault(read_keys(path), path)


def write_keys(path: Path, keys: list[str]) -> None:
    """Put a key file in the place of the one before, whole or not at all, readable by its owner only."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write("".join(f"{key}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def new_key() -> str:
    """Draw a key."""
    return Fernet.generate_key().decode()


def read_keys(path: Path) -> list[str]:
    """Read the keys of a key file, the newest first."""
    try:
        keys = [line.strip() for line in path.read_text().splitlines() if line.strip()]
        Vault(keys)
        return keys
    except FileNotFoundError as error:
        raise InvalidError(
            f"There is no key file {path}. tocsin up makes one", field="TOCSIN_SECRET_KEY_FILE"
        ) from error
    except (ValueError, IndexError) as error:
        message = f"The key file {path} holds no key. Expected one 44-character key a line"
        raise InvalidError(message, field="TOCSIN_SECRET_KEY_FILE") from error
