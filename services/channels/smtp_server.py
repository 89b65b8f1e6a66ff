"""The operator's mail server, as its address names it: smtp://, smtps:// or smtp+starttls:// with user and password."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from services.errors import InvalidError


class Security(StrEnum):
    """How the connection is protected. `STARTTLS` is required, never tried and forgone."""

    NONE = "smtp"
    STARTTLS = "smtp+starttls"
    TLS = "smtps"


_PORTS = {Security.NONE: 25, Security.STARTTLS: 587, Security.TLS: 465}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed in. The password never shows in logs."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)


def read_smtp_url(url: str) -> SmtpServer:
    """Read `TOCSIN_SMTP_URL`; a password in clear is only sent to this machine itself."""
    try:
        parts = urlsplit(url)
        security = Security(parts.scheme)
        port = parts.port or _PORTS[security]
    except ValueError as error:
        raise _bad("expected smtp://, smtps:// or smtp+starttls:// with a host") from error
    if not parts.hostname or parts.query or parts.fragment or parts.path not in {"", "/"}:
        raise _bad("expected a host and perhaps a port, user and password, and nothing more")
    server = SmtpServer(parts.hostname, port, security, unquote(parts.username or ""), unquote(parts.password or ""))
    if server.password and security is Security.NONE and not _is_this_machine(server.host):
        raise _bad("smtp:// would send the password in clear; use smtps:// or smtp+starttls://")
    return server


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bad(text: str) -> InvalidError:
    return InvalidError(f"TOCSIN_SMTP_URL: {text}", field="smtp_url")
