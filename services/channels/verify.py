"""What confirms a channel: a link in a mail, a test message that a webhook or chat service accepts."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from services.alerts.body import notice_body
from services.alerts.chat import notice_text
from services.alerts.mail import Envelope, Mail, compose
from services.channels.chat import form_of
from services.channels.webhook import check_webhook_url, new_secret
from services.guard import Gate

__all__ = ["checked_webhook", "message", "new_secret"]

_SUBJECT = "Confirm that alerts may come to this address"
_TEST = "Alerts will come here. Nothing to do: this message tested the way."


def checked_webhook(url: str, gate: Gate, field: str | None = None) -> tuple[str, str]:
    """Give a webhook's address as it is kept and the label that is shown instead, or raise if it may not be used."""
    url = url.strip()
    check_webhook_url(url, gate, field)
    parts = urlsplit(url)
    tail = f" …{parts.path[-4:]}" if len(parts.path.strip("/")) > 4 else ""
    return url, f"{parts.hostname}{f':{parts.port}' if parts.port else ''}{tail}"


def message(kind: str, target: str, *, sender: str, link: str | None, id_: str, now: datetime) -> tuple[str, bytes]:
    """Give the subject and the bytes of the message that confirms a channel; a mail needs the link."""
    if kind == "email":
        assert link is not None
        mail = Mail(_SUBJECT, _mail_text(link, id_))
        return mail.subject, compose(mail, Envelope(id=id_, sender=sender, to=target, date=now))
    if kind == "webhook":
        return "", notice_body("channel.test", id_, now, {"text": _TEST})
    text = notice_text("Tocsin can reach this channel", _TEST, form_of(target))
    return text.title, text.body.encode()


def _mail_text(link: str, id_: str) -> str:
    return (
        "Somebody, most likely you, asked Tocsin to send news alerts to this\n"
        "address.\n\n"
        "Confirm it:\n"
        f"{link}\n\n"
        "If it was not you, there is nothing to do: until it is confirmed, no\n"
        "alert comes here.\n\n"
        "-- \n"
        f"Message {id_}\n"
    )
