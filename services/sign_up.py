"""Signing up: who may become a person here by themselves, and the mails that ask somebody to confirm an address.

The setting `sign_up` is `closed` (an admin adds people), `invitation` (staff mail links; the default), or `open`
(anybody who can read mail at an address). What is answered to somebody who signs up tells nobody which addresses are
known: a known one is mailed a link to sign in instead.
"""

from __future__ import annotations

from datetime import datetime

from services.accounts import signin, tries
from services.accounts.tries import TooManyTriesError
from services.errors import ConflictError, NotFoundError
from services.settings import SignUp
from services.sign_in import Letters
from services.store import audit, invitations, people
from services.store.states import Role
from services.store.tables import Invitation
from services.store.work import Store

INVITED = "You are invited to Tocsin"


def check_invites(setting: SignUp) -> None:
    """Refuse to invite while sign-up is closed."""
    if setting == "closed":
        raise ConflictError("Sign-up is closed: TOCSIN_SIGN_UP=invitation or open lets people be invited")


def mail_invitation(letters: Letters, row: Invitation, secret: str, team: str | None, now: datetime) -> None:
    """Mail an invitation, apart from the request that made it."""
    text = invitation_text(letters.link(f"join/{secret}"), row, team)
    letters.post(row.email, INVITED, text, now)


def invitation_text(link: str, row: Invitation, team: str | None) -> str:
    """Write what an invitation says."""
    shared = f'\nYou would share the subscriptions and channels of the team "{team}".\n' if team else ""
    return (
        "You are invited to Tocsin, which tells people that news about their\n"
        "topic, in their place, has just appeared.\n"
        f"{shared}\n"
        f"This link works once, until {row.expires_at:%d %B %Y, %H:%M} UTC:\n\n"
        f"{link}\n\n"
        "If you do not want it, there is nothing to do.\n"
    )


def ask(store: Store, letters: Letters, setting: SignUp, email: str, address: str, now: datetime) -> None:
    """Mail a link that makes the owner of an address a person. `address`: where the request comes from.

    Raises `NotFoundError` unless sign-up is open, `InvalidError` for what is no address, and `TooManyTriesError`.
    """
    if setting != "open":
        raise NotFoundError("There is no such page, or it is not yours")
    email = people.checked_address(email, "/email")
    with store.write() as work:
        wait = tries.sign_up_wait(work.session, address, now)
        if wait is None and not tries.may_mail(work.session, email, now):
            return
        if wait is None:
            known = people.by_address(work.session, email)
            if known is not None:
                path = f"in/{signin.make_link(work.session, known, now)}"
            else:
                row, secret = invitations.add(
                    work.session, email=email, role=Role.SUBSCRIBER, team=None, by=None,
                    lasts=invitations.ASKED_LASTS, now=now,
                )  # fmt: skip
                audit.record(work.session, now, "sign-up", "address asked to confirm", row.id)
                path = f"join/{secret}"
    if wait is not None:
        raise TooManyTriesError(wait)
    letters.post(email, "Confirm your address for Tocsin", _asked_text(letters.link(path)), now)


def _asked_text(link: str) -> str:
    return (
        "Somebody, most likely you, wants to use Tocsin with this address.\n"
        "This link confirms it and signs you in. It works once:\n\n"
        f"{link}\n\n"
        "If it was not you, there is nothing to do: no account is made\n"
        "without this link.\n"
    )
