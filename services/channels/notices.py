"""Messages about channels themselves: a test, a channel that fails, that works again, that was given up."""

from __future__ import annotations

from datetime import datetime

from services.alerts.body import notice_body
from services.alerts.chat import notice_text
from services.alerts.mail import Envelope, Mail, compose
from services.alerts.message_clean import clip, plain
from services.channels.chat import form_of

TEST_TITLE = "Test message from Tocsin"
TEST_TEXT = "Alerts come here. Nothing to do: this message tested the way."


def notice(
    event: str, kind: str, target: str, *, title: str, text: str, sender: str, id_: str, now: datetime,
    link: str | None = None,
) -> tuple[str, bytes]:  # fmt: skip
    """Give the subject and the bytes of a message for a channel of this kind. `event` names it for programs."""
    if kind == "email":
        whole = f"{text}\n" + (f"\n{link}\n" if link else "") + f"\n-- \nMessage {id_}\n"
        mail = Mail(clip(plain(title), 200), whole)
        return mail.subject, compose(mail, Envelope(id=id_, sender=sender, to=target, date=now))
    if kind == "webhook":
        return "", notice_body(event, id_, now, {"title": title, "text": text, "link": link})
    said = notice_text(title, text + (f"\n{link}" if link else ""), form_of(target))
    return said.title, said.body.encode()
