"""One e-mail address, read strictly: a mail has exactly one recipient."""

from __future__ import annotations

import re

from services.errors import InvalidError

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def check_address(text: str, field: str | None = None) -> str:
    """Give the address with its domain in lower-case ASCII, or raise."""
    local, at, domain = text.strip().rpartition("@")
    if at and not local.isascii():
        message = f"Mail servers take only plain letters before the @, found {local[:64]!r}"
        raise InvalidError(message, field=field)
    name = _ascii(domain)
    labels = name.split(".")
    good = at and len(local) <= 64 and len(name) <= 253 and _LOCAL.fullmatch(local)
    if not good or not all(map(_LABEL.fullmatch, labels)) or (len(labels) < 2 and name != "localhost"):
        raise InvalidError("Enter an e-mail address, such as name@office.example", field=field)
    return f"{local}@{name}"


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode().lower()
    except UnicodeError:
        return ""
