"""A real SMTP server in a thread, with scripted answers at each stage."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.ledger import DROP, Ledger, Script, free_port


@dataclass(frozen=True)
class Letter:
    """A mail as it arrived."""

    sender: str
    recipients: tuple[str, ...]
    body: bytes

    @property
    def message(self) -> EmailMessage:
        """Read the mail."""
        found = email.message_from_bytes(self.body, policy=email.policy.default)
        assert isinstance(found, EmailMessage)
        return found


class _Server(SMTP):
    """aiosmtpd's server with a greeting and a DATA answer that can be scripted."""

    script: Script

    async def _handle_client(self) -> None:
        answer = self.script.take("CONNECT")
        if answer is None:
            await super()._handle_client()
            return
        if answer != DROP:
            await self.push(answer)
        if self.transport is not None:
            self.transport.close()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        answer = self.script.take("DATA")
        if answer is None:
            await super().smtp_DATA(arg)
        elif answer == DROP:
            _cut(self)
        else:
            await self.push(answer)


def _cut(server: SMTP) -> None:
    """Close the connection without a word."""
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


class _Handler:
    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self._answer(server, "MAIL")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answer(server, "RCPT")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self._sink.script.take("END")
        content = envelope.content or b""
        body = content.encode() if isinstance(content, str) else content
        accepted = answer is None or answer == DROP or answer.startswith("250")
        if accepted:
            self._sink.letters.append(Letter(envelope.mail_from or "", tuple(envelope.rcpt_tos), body))
        action = "refused" if not accepted else "accepted_then_cut" if answer == DROP else "accepted"
        self._sink.ledger.write(_message_id(body), body, action)
        return self._close(server) if answer == DROP else answer or "250 2.0.0 kept"

    def _answer(self, server: SMTP, stage: str) -> str:
        answer = self._sink.script.take(stage)
        return self._close(server) if answer == DROP else answer or "250 2.1.0 fine"

    def _close(self, server: SMTP) -> str:
        _cut(server)
        raise asyncio.CancelledError


class SmtpSink:
    """An SMTP server in a thread."""

    def __init__(
        self,
        *,
        ledger: Path | None = None,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        password: str | None = None,
    ) -> None:
        self.script = Script()
        self.letters: list[Letter] = []
        self.ledger = Ledger("smtp", ledger)
        self.sessions = 0
        self.port = port or free_port()
        self._tls = tls
        self._implicit = implicit_tls
        self._password = password
        self._controller: Controller | None = None

    def say(self, stage: str, *answers: str) -> None:
        """Script the next answers of a stage: CONNECT, MAIL, RCPT, DATA (before the mail) or END (after it)."""
        self.script.add(stage, *answers)

    def start(self) -> Self:
        """Listen on 127.0.0.1."""
        sink = self

        class Listening(Controller):
            def factory(self) -> SMTP:
                sink.sessions += 1
                starttls = sink._tls if not sink._implicit else None
                server = _Server(
                    self.handler,
                    tls_context=starttls,
                    authenticator=sink._authenticate if sink._password else None,
                    auth_require_tls=False,
                    loop=self.loop,
                )
                server.script = sink.script
                return server

        context = self._tls if self._implicit else None
        self._controller = Listening(_Handler(self), hostname="127.0.0.1", port=self.port, ssl_context=context)
        self._controller.start()
        self.sessions = 0  # the controller tries its own server first
        return self

    def stop(self) -> None:
        """Stop listening."""
        if self._controller is not None:
            self._controller.stop(no_assert=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _authenticate(self, _server: object, _session: object, _envelope: object, _way: str, data: Any) -> AuthResult:
        good = self._password is not None and data.password == self._password.encode()
        return AuthResult(success=good, handled=False)


def _message_id(body: bytes) -> str:
    found = email.message_from_bytes(body, policy=email.policy.default)["Message-ID"] or ""
    return str(found).strip("<> \r\n").partition("@")[0]
