"""Mail by SMTP: one recipient a mail, connections kept per thread, and each refusal told with its class.

    connect, EHLO, STARTTLS, AUTH     certainly not sent
    MAIL, RCPT, DATA                  certainly not sent; refusals by their code
    inflight()                        from here on a lost connection needs the answer
    message, final dot, answer        no answer within `final_dot_s` is uncertain

The host is the operator's own, so it does not pass the gate. `MailFolder` stands in while there is none.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import parseaddr

from services.alerts.retry import Outcome, smtp_outcome
from services.channels.dkim import Sign
from services.channels.outgoing import Accepted, Inflight, Outgoing, SendError, nothing, scrub
from services.channels.smtp_server import Security, SmtpServer
from services.wire import verified_tls

_READY = 354


class Mailer:
    """Hands mails to one server. Every thread has its own connection, checked before it is used again."""

    def __init__(
        self,
        server: SmtpServer,
        sender: str,
        *,
        timeout_s: float = 30.0,
        final_dot_s: float = 600.0,
        tls: ssl.SSLContext | None = None,
        sign: Sign | None = None,
    ) -> None:
        self._server = server
        self._sign = sign
        self._sender = parseaddr(sender)[1]
        self._timeout_s = timeout_s
        self._final_dot_s = final_dot_s
        self._tls = tls
        self._own = threading.local()

    def send(self, outgoing: Outgoing, address: str, inflight: Inflight = nothing) -> Accepted:
        """Send a mail as it was composed, or raise `SendError`."""
        if not address.isascii() or not address.isprintable():
            text = "The address of the recipient holds signs that mail servers do not take"
            raise SendError(text, outcome=Outcome.PERMANENT, code="bad_address", detail=text)
        body = self._sign(outgoing.body) if self._sign else outgoing.body
        smtp = self._ready()
        try:
            with _not_sent(address):
                self._offer(smtp, outgoing, address)
            self._begin(inflight)
            return self._hand_over(smtp, body, address)
        except SendError as error:
            self._after_refusal(error)
            raise
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Drop this thread's connection, if it has one."""
        smtp: smtplib.SMTP | None = getattr(self._own, "smtp", None)
        self._own.smtp = None
        if smtp is not None:
            smtp.close()

    def _after_refusal(self, error: SendError) -> None:
        """Keep the connection after a plain refusal; RSET ends the mail it was about."""
        smtp: smtplib.SMTP | None = getattr(self._own, "smtp", None)
        if smtp is None or not error.code.isdigit() or error.code == "421":
            self.close()
            return
        try:
            smtp.rset()
        except (smtplib.SMTPException, OSError):
            self.close()

    def _begin(self, inflight: Inflight) -> None:
        """Leave the server's DATA unanswered if the send is stopped: without the final dot it keeps nothing."""
        try:
            inflight()
        except BaseException:
            self.close()
            raise

    def _ready(self) -> smtplib.SMTP:
        smtp: smtplib.SMTP | None = getattr(self._own, "smtp", None)
        if smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                if smtp.noop()[0] == 250:
                    return smtp
            self.close()
        # What a server says before it knows the recipient is never the recipient's fault.
        with _not_sent(hardest=Outcome.CONFIG):
            self._own.smtp = self._open()
        return self._own.smtp  # type: ignore[no-any-return]  # a thread's own attribute has no type

    def _open(self) -> smtplib.SMTP:
        server, here = self._server, self._sender.rpartition("@")[2]
        context = self._tls or verified_tls()
        if server.security is Security.TLS:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, here, timeout=self._timeout_s, context=context
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, here, timeout=self._timeout_s)
        try:
            assert smtp.sock is not None
            # The final dot is a small write of its own: without this it waits 40 ms for the other side's ACK.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _accept(smtp.ehlo(), "")
            if server.security is Security.STARTTLS:
                smtp.starttls(context=context)
                _accept(smtp.ehlo(), "")
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _offer(self, smtp: smtplib.SMTP, outgoing: Outgoing, address: str) -> None:
        size = [f"size={len(outgoing.body)}"] if smtp.has_extn("size") else []
        _accept(smtp.mail(outgoing.return_path or self._sender, size), address)
        _accept(smtp.rcpt(address), address)
        _accept(smtp.docmd("DATA"), address)

    def _hand_over(self, smtp: smtplib.SMTP, body: bytes, address: str) -> Accepted:
        content = re.sub(rb"(?m)^\.", b"..", body)
        with _not_sent(address):
            smtp.send(content if content.endswith(b"\r\n") else content + b"\r\n")
        assert smtp.sock is not None
        smtp.sock.settimeout(self._final_dot_s)
        try:
            smtp.send(b".\r\n")
            answer = smtp.getreply()
        except (smtplib.SMTPException, OSError) as error:
            text = "The mail server did not answer after it got the mail"
            raise SendError(
                text, outcome=Outcome.UNCERTAIN, code="no_answer", detail=scrub(str(error), address)
            ) from error
        smtp.sock.settimeout(self._timeout_s)
        _accept(answer, address)
        detail = _said(answer, address)
        return Accepted(code=str(answer[0]), detail=detail, provider_id=detail[:100] or None)


def _accept(answer: tuple[int, bytes], address: str) -> None:
    """Raise unless the server agreed."""
    code = answer[0]
    if 200 <= code <= 299 or code == _READY:
        return
    detail = f"{code} {_said(answer, address)}".strip()
    outcome = Outcome.RETRY if code < 400 else smtp_outcome(code)
    raise SendError(f"The mail server refused: {detail[:300]}", outcome=outcome, code=str(code), detail=detail)


def _said(answer: tuple[int, bytes], address: str) -> str:
    return scrub(answer[1].decode("utf-8", "replace"), address)


@contextmanager
def _not_sent(address: str = "", hardest: Outcome = Outcome.PERMANENT) -> Iterator[None]:
    """Name failures before the whole mail was handed over: certainly not sent. `hardest` is what a 5yz means here."""
    try:
        yield
    except SendError as error:
        if error.outcome is not Outcome.PERMANENT:
            raise
        raise SendError(error.message, outcome=hardest, code=error.code, detail=error.detail) from error
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
        detail = f"{error.smtp_code} {_said((error.smtp_code, said), address)}"
        outcome = smtp_outcome(error.smtp_code)
        outcome = hardest if outcome is Outcome.PERMANENT else outcome
        text = f"The mail server refused: {detail[:300]}"
        raise SendError(text, outcome=outcome, code=str(error.smtp_code), detail=detail) from error
    except (smtplib.SMTPNotSupportedError, ssl.SSLError) as error:
        text = f"The mail server cannot be used safely: {scrub(str(error), address)[:300]}"
        raise SendError(text, outcome=Outcome.CONFIG, code="tls", detail=text) from error
    except (smtplib.SMTPException, OSError) as error:
        code = "timeout" if isinstance(error, TimeoutError) else "connect"
        text = f"The mail server cannot be reached: {scrub(str(error), address)[:300]}"
        raise SendError(text, outcome=Outcome.RETRY, code=code, detail=text) from error
