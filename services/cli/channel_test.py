"""Try a channel now, from here: one message that says that alerts will come.

An accepted message makes a webhook or chat channel active again, whatever its state was. An e-mail address that is not
confirmed gets the message with the link instead, since only its reader can confirm it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from services import clock
from services.acts import channel_acts
from services.alerts.mail import Envelope, Mail, compose
from services.channels import verify
from services.channels.outgoing import Outgoing, SendError, nothing
from services.channels.post import open_post
from services.cli.opened import Opened
from services.identity import drawn
from services.store import audit, channels
from services.store.states import ChannelState
from services.store.tables import Channel

_SUBJECT = "Test message from Tocsin"
_TEXT = "Alerts will come to this address. Nothing to do: this message tested the way.\n"


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of it. `link_sent`: the message that confirms the address is on its way instead."""

    channel: Channel
    accepted: bool
    code: str
    detail: str = ""
    link_sent: bool = False


def try_channel(here: Opened, id_: str) -> Tried:
    """Send the test message, wait for the answer and write down what it means for the channel."""
    now = clock.now()
    with here.store.read() as session:
        row = channels.get(session, id_)
    if row.kind == "email" and row.state == ChannelState.UNCONFIRMED:
        with here.store.write() as work:
            row = channels.get(work.session, id_)
            channel_acts.confirm_again(work, here.vault, here.actor, row, here.home, now)
        return Tried(row, accepted=False, code="unconfirmed", link_sent=True)
    tried = _send(here, row, now)
    with here.store.write() as work:
        row = channels.get(work.session, id_)
        if tried.accepted and row.state != ChannelState.ACTIVE:
            channels.confirm(work.session, row, now)
        audit.record(work.session, now, here.actor, "channel tested", row.id, after=tried.code)
    return Tried(row, tried.accepted, tried.code, tried.detail)


def _send(here: Opened, row: Channel, now: datetime) -> Tried:
    target, secret = channels.opened(here.vault, row)
    id_ = f"msg_{drawn()}"
    if row.kind == "email":
        envelope = Envelope(id=id_, sender=here.settings.mail_from, to=target, date=now)
        subject, body = _SUBJECT, compose(Mail(_SUBJECT, _TEXT), envelope)
    else:
        sender = here.settings.mail_from
        subject, body = verify.message(row.kind, target, sender=sender, link=None, id_=id_, now=now)
    post = open_post(here.settings, here.gate, threading.Event())
    try:
        answer = post.send(row.kind, target, secret, Outgoing(id_, subject, body), now, nothing)
    except SendError as error:
        return Tried(row, accepted=False, code=error.code, detail=error.message)
    return Tried(row, accepted=True, code=answer.code)
