"""Secrets at rest: encrypted with the key file, never printed.

The key file holds one key a line, the newest first; each is a Fernet key (AES-128-CBC with HMAC-SHA-256). A value
written under an older key stays readable until that key is removed.
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

    def __init__(self, keys: list[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._marking = [hashlib.sha256(b"tocsin links\x1f" + key.encode()).digest() for key in keys]

    def mark(self, text: str) -> str:
        """Sign a text that is given out in a link: 22 letters that nobody else can make for it."""
        return _mark(self._marking[0], text)

    def marked(self, text: str, mark: str) -> bool:
        """Say whether a text carries a mark of ours, made with any of the keys."""
        return any(hmac.compare_digest(_mark(key, text).encode(), mark.encode()) for key in self._marking)

    def seal(self, value: str) -> str:
        """Encrypt a value for the database."""
        return self._fernet.encrypt(value.encode()).decode()

    def open(self, sealed: str) -> str:
        """Decrypt a value, or say that the key file does not fit the database."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            message = (
                "The key file does not open the secrets of this database. Put back the key file it was written with"
            )
            raise InvalidError(message, field="TOCSIN_SECRET_KEY_FILE") from error


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
    try:
        keys = [line.strip() for line in path.read_text().splitlines() if line.strip()]
        return Vault(keys)
    except FileNotFoundError as error:
        raise InvalidError(
            f"There is no key file {path}. tocsin up makes one", field="TOCSIN_SECRET_KEY_FILE"
        ) from error
    except (ValueError, IndexError) as error:
        message = f"The key file {path} holds no key. Expected one 44-character key a line"
        raise InvalidError(message, field="TOCSIN_SECRET_KEY_FILE") from error
