"""The post office of a deliver worker: renders and sends for every kind of channel, several messages at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import parseaddr
from typing import Protocol

from services.alerts.body import webhook_body
from services.alerts.bounce import leave_address, return_path
from services.alerts.chat import render_chat
from services.alerts.mail import Envelope, compose, render_mail
from services.alerts.message import AlertFacts, DigestFacts, Foot
from services.alerts.retry import MAIL_DELAYS_S, WEBHOOK_DELAYS_S
from services.channels.chat import ChatSender, form_of
from services.channels.dkim import signer
from services.channels.email import Mailer
from services.channels.mail_folder import MailFolder
from services.channels.outgoing import Accepted, Inflight, Outgoing
from services.channels.smtp_server import read_smtp_url
from services.channels.turns import Job, Turns
from services.channels.webhook import WebhookSender
from services.guard import Gate
from services.settings import Settings
from services.store.canary import KIND as CANARY


class MailSender(Protocol):
    """What takes mails: a server, or a folder while there is none."""

    def send(self, outgoing: Outgoing, address: str, inflight: Inflight) -> Accepted:
        """Send, or raise `SendError`."""


class Post:
    """Renders and sends. Shared by the threads of one process."""

    def __init__(
        self, *, mail: MailSender, webhook: WebhookSender, chat: ChatSender, sender: str, senders: int,
        delays_s: dict[str, Sequence[float]], stopping: threading.Event, bounce_address: str = "",
    ) -> None:  # fmt: skip
        self._mail, self._webhook, self._chat = mail, webhook, chat
        self._sender = sender
        self._bounce_address = bounce_address
        self._delays_s = delays_s
        self._stopping = stopping
        self._turns = Turns(senders)

    def run(self, jobs: Sequence[Job]) -> None:
        """Take jobs, several of which run at a time; returns at once."""
        self._turns.run(jobs)

    def room(self) -> int:
        """Say how many more jobs are wanted; 0 after a second in which none was done."""
        return self._turns.room()

    def busy(self) -> frozenset[str]:
        """Name the channels that have enough to do already."""
        return self._turns.busy()

    def drain(self, seconds: float) -> bool:
        """Wait until all that was taken is done; false if the time was over before."""
        return self._turns.drain(seconds)

    def stopping(self) -> bool:
        """Whether the process ends, so that no send is begun any more."""
        return self._stopping.is_set()

    def render(
        self, kind: str, target: str, id_: str, said: AlertFacts | DigestFacts, foot: Foot, *,
        thread: tuple[str, ...], now: datetime,
    ) -> tuple[str, bytes]:  # fmt: skip
        """Give the subject and the bytes that go on the wire."""
        if kind == "email":
            mail = render_mail(said, foot)
            list_id, list_name = _list_of(said)
            envelope = Envelope(
                id=id_, sender=self._sender, to=target, date=now, zone=foot.zone, list_id=list_id, list_name=list_name,
                unsubscribe=foot.unsubscribe, unsubscribe_mail=self._leave(foot.unsubscribe), thread=thread,
                feedback_id=f"{list_id}:alert:tocsin",
            )  # fmt: skip
            return mail.subject, compose(mail, envelope)
        if kind == CANARY:
            return "", b"arrived"
        if kind == "webhook":
            return "", webhook_body(said, id_, foot.listened)
        text = render_chat(said, foot, form_of(target))
        return text.title, text.body.encode()

    def send(
        self, kind: str, target: str, secret: str | None, outgoing: Outgoing, now: datetime, inflight: Inflight
    ) -> Accepted:
        """Send, or raise `SendError`. Calls `inflight` right before the point of no return."""
        if kind == "email":
            return self._mail.send(outgoing, target, inflight)
        if kind == CANARY:
            inflight()
            return Accepted("arrived")
        if kind == "webhook":
            return self._webhook.send(outgoing, target, (secret or "").split(), now, inflight)
        return self._chat.send(outgoing, target, now, inflight)

    def return_path(self, id_: str, mark: Callable[[str], str]) -> str:
        """Give the address that a mail comes back to when it cannot be delivered; empty: the sender's."""
        return return_path(self._bounce_address, id_, mark(f"bounce:{id_}")) if self._bounce_address else ""

    def _leave(self, link: str | None) -> str | None:
        if not link or not self._bounce_address:
            return None
        return leave_address(self._bounce_address, link.rpartition("/")[2])

    def delays_s(self, kind: str) -> Sequence[float]:
        """Give the waits after each try."""
        return self._delays_s["mail" if kind == "email" else "webhook"]


def open_mail(settings: Settings) -> MailSender:
    """Give what takes mails: the server that is set, or the folder they are kept in."""
    if not settings.smtp_url:
        return MailFolder(settings.data / "mail")
    domain = settings.dkim_domain or sender_domain(settings.mail_from)
    return Mailer(
        read_smtp_url(settings.smtp_url), settings.mail_from, final_dot_s=settings.final_dot_s,
        sign=signer(settings.dkim_key_file, settings.dkim_selector, domain),
    )  # fmt: skip


def open_post(settings: Settings, gate: Gate, stopping: threading.Event) -> Post:
    """Build the post office that the settings describe."""
    return Post(
        mail=open_mail(settings),
        webhook=WebhookSender(gate, timeout_s=settings.send_s),
        chat=ChatSender(gate, timeout_s=settings.send_s),
        sender=settings.mail_from,
        senders=settings.senders,
        delays_s={
            "mail": settings.mail_delays_s or MAIL_DELAYS_S,
            "webhook": settings.webhook_delays_s or WEBHOOK_DELAYS_S,
        },
        stopping=stopping,
        bounce_address=settings.bounce_address,
    )


def sender_domain(sender: str) -> str:
    """Give the domain that message ids end with."""
    return parseaddr(sender)[1].rpartition("@")[2]


def _list_of(said: AlertFacts | DigestFacts) -> tuple[str, str]:
    """Name the list a mail belongs to by its first subscription, so that mail programs can sort by it."""
    stories = said.alerts if isinstance(said, DigestFacts) else (said,)
    asked = stories[0].asked[0] if stories and stories[0].asked else None
    return (f"s{asked.id}", asked.name) if asked else ("tocsin", "Tocsin")
