"""Addresses of mail as a source: `maildir:/path/to/Maildir` and `imaps://name:password@host/Folder`."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from services.errors import InvalidError

SCHEMES = {"imaps": 993, "imap": 143}
_EXPECTED = "Enter a mailbox as maildir:/path/to/Maildir or imaps://name:password@host/Folder"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox: a folder of this machine, or a host with its port and a folder there."""

    path: str = ""
    host: str = ""
    port: int = 0
    folder: str = "INBOX"
    tls: bool = True

    @property
    def turn(self) -> str:
        """Give the name that polls take turns under: the host, or the machine itself."""
        return self.host or "maildir"


def is_mailbox(url: str) -> bool:
    """Say whether an address is that of a mailbox, rather than of a feed."""
    return url.lower().startswith(("maildir:", "imaps:", "imap:"))


def read_mailbox(url: str) -> Mailbox:
    """Read the address of a mailbox; a name and password in it are left out. InvalidError says what is expected."""
    if not url.isprintable() or len(url) > 2_000:
        raise InvalidError(_EXPECTED, field="/url")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError as error:
        raise InvalidError(_EXPECTED, field="/url") from error
    if parts.scheme == "maildir":
        path = unquote(parts.path)
        if host or not path.startswith("/") or ".." in path.split("/"):
            raise InvalidError(f"{_EXPECTED}; the path of a maildir begins at /", field="/url")
        return Mailbox(path=path.rstrip("/") or "/")
    if parts.scheme not in SCHEMES or not host or parts.query or parts.fragment:
        raise InvalidError(_EXPECTED, field="/url")
    folder = unquote(parts.path).strip("/") or "INBOX"
    return Mailbox(host=host, port=port or SCHEMES[parts.scheme], folder=folder, tls=parts.scheme == "imaps")


def level_mailbox(url: str, name: str) -> str:
    """Give the form under which the same mailbox of the same user is one."""
    box = read_mailbox(url)
    return f"maildir:{box.path}" if box.path else f"imap://{name}@{box.host}:{box.port}/{box.folder}"
