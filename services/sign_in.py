"""Signing in: a link that is mailed, or a password. What is answered tells nobody which addresses are known."""

from __future__ import annotations

import threading
from datetime import datetime

import structlog

from services.accounts import passwords, signin, tries
from services.accounts.tokens import Caller
from services.acts.channel_acts import Home
from services.alerts.mail import Envelope, Mail, compose
from services.channels.outgoing import Outgoing, nothing
from services.channels.post import MailSender
from services.errors import InvalidError, TocsinError
from services.identity import drawn
from services.store import audit, people
from services.store.work import Store

log = structlog.get_logger(__name__)

_SUBJECT = "Sign in to Tocsin"
_OWN_PAGE = "own page"  # where tries are counted that come from a session and not from an address


class Letters:
    """Mails links to sign in and to join, a few at a time and apart from the requests that asked for them."""

    def __init__(self, mail: MailSender, home: Home) -> None:
        self._mail, self._home = mail, home
        self._room = threading.BoundedSemaphore(4)

    def send(self, address: str, secret: str, now: datetime) -> None:
        """Send a link, unless the mail server is so slow that others still wait: then one asks again."""
        self.post(address, _SUBJECT, _text(self.link(f"in/{secret}")), now)

    def link(self, path: str) -> str:
        """Give a link to a page here, as mails carry it."""
        return f"{self._home.url}/{path}"

    def post(self, address: str, subject: str, text: str, now: datetime) -> None:
        """Send a mail of text apart from the request, unless so many wait that one has to ask again."""
        if self._room.acquire(blocking=False):
            threading.Thread(target=self._post, args=(address, subject, text, now), daemon=True).start()
        else:
            log.warning("a mail to sign in was not sent: others wait for the mail server")

    def _post(self, address: str, subject: str, text: str, now: datetime) -> None:
        try:
            self.post_now(address, subject, text, now)
        except TocsinError as error:
            log.warning("a mail to sign in was not sent", error=error.message)
        except Exception:
            log.exception("a mail to sign in cannot be written")
        finally:
            self._room.release()

    def post_now(self, address: str, subject: str, text: str, now: datetime) -> None:
        """Send a mail of text here and now, or raise `SendError`."""
        id_ = f"in_{drawn()}"
        body = compose(Mail(subject, text), Envelope(id=id_, sender=self._home.sender, to=address, date=now))
        self._mail.send(Outgoing(id_, subject, body), address, nothing)


def mail_link(store: Store, letters: Letters, email: str, now: datetime) -> None:
    """Mail a sign-in link if the address is known and did not ask too often; nobody is told which."""
    with store.write() as work:
        # What is unknown is counted and written down as well: a look-up alone would be answered sooner.
        may = tries.may_mail(work.session, email, now)
        person = people.by_address(work.session, email) if email else None
        if person is None or not may:
            return
        secret, address = signin.make_link(work.session, person, now), person.email
    letters.send(address, secret, now)


def _text(link: str) -> str:
    return (
        "Somebody, most likely you, asked for a link to sign in to Tocsin.\n"
        "It works once, for 10 minutes:\n\n"
        f"{link}\n\n"
        "If it was not you, there is nothing to do: nobody is signed in\n"
        "without this link.\n"
    )


def with_password(store: Store, email: str, password: str, address: str, now: datetime) -> str:
    """Begin a browser session by address and password; give its secret. `address`: where the try comes from."""
    with store.write() as work:
        tries.begin(work.session, email, address, now)
        person = people.by_address(work.session, email) if email else None
        kept = person.password if person else None
    if not passwords.holds(kept, password) or person is None or kept is None:
        raise InvalidError("The address and the password do not belong together", field="/password")
    with store.write() as work:
        row = people.get(work.session, person.id)
        if passwords.is_old(kept):
            row.password = passwords.hashed(password)
            work.session.add(row)
        tries.forget(work.session, email, address)
        audit.record(work.session, now, row.email, "signed in by password", row.id)
        return signin.begin(work.session, row.id, now)


def set_password(store: Store, caller: Caller, old: str, new: str, session_secret: str, now: datetime) -> None:
    """Set or change the caller's password, which ends their other sessions; an empty new one removes it.

    Who has somebody's session may not guess on here: tries are counted, as those at the sign-in are.
    """
    with store.write() as work:
        person = people.get(work.session, caller.person)
        kept, known = person.password, (person.email, person.email.partition("@")[0], person.name)
        if new:
            passwords.checked_new(new, *(one for one in known if len(one) > 3))
        if kept is not None:
            tries.begin(work.session, caller.name, _OWN_PAGE, now)
    if kept is not None and not passwords.holds(kept, old):
        raise InvalidError("This is not the password you have now", field="/old")
    made = passwords.hashed(new) if new else None
    with store.write() as work:
        row = people.get(work.session, caller.person)
        row.password = made
        work.session.add(row)
        tries.forget(work.session, caller.name, _OWN_PAGE)
        signin.end_all(work.session, row.id, but=session_secret)
        audit.record(work.session, now, caller.name, "password set" if made else "password removed", row.id)
