"""Slows guessing: after ten failures in fifteen minutes of one account from one address, each try waits longer.

A try is counted by account and address together, so that nobody can lock another out from elsewhere. An address of IPv6
counts as its network of 64 bits, all of which one line has to itself. Each try is counted before its password is looked
at, so that many at once are no more than so many.
"""

from __future__ import annotations

import ipaddress
import math
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from services.errors import InvalidError
from services.identity import sha256
from services.store.tables import SignInTry
from services.store.work import serialise

WINDOW = timedelta(minutes=15)
FREE = 10
LINKS_AN_HOUR = 5
SIGN_UPS_AN_HOUR = 10
"""From one address of the network."""
SIGN_UPS_IN_ALL = 200
"""An hour, from everywhere: so many mails to strangers are no sign-up any more."""


class TooManyTriesError(InvalidError):
    """Somebody tried too often. `wait_s` is when the next try counts."""

    def __init__(self, wait_s: float) -> None:
        minutes = max(1, math.ceil(wait_s / 60))
        super().__init__(f"Too many tries. Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}")
        self.wait_s = wait_s


def begin(session: Session, account: str, address: str, now: datetime) -> None:
    """Count a try until it is forgotten. Raises while an account is guessed at: a minute after ten, then longer."""
    serialise(session, _key("password", account, address))
    check(session, account, address, now)
    failed(session, account, address, now)


def check(session: Session, account: str, address: str, now: datetime) -> None:
    """Raise while an account is guessed at from an address."""
    key = _key("password", account, address)
    count, last = _of(session, key, now - WINDOW)
    if count < FREE or last is None:
        return
    pause = timedelta(minutes=min(15, 2 ** (count - FREE)))
    if last + pause > now:
        raise TooManyTriesError((last + pause - now).total_seconds())


def failed(session: Session, account: str, address: str, now: datetime) -> None:
    """Count a failure."""
    _add(session, _key("password", account, address), now)


def forget(session: Session, account: str, address: str) -> None:
    """Forget the failures of an account that has signed in."""
    session.execute(delete(SignInTry).where(col(SignInTry.key) == _key("password", account, address)))


def may_mail(session: Session, account: str, now: datetime) -> bool:
    """Count a link that is asked for; false if the account had too many in the last hour."""
    key = _key("link", account, "")
    count, _ = _of(session, key, now - timedelta(hours=1))
    if count >= LINKS_AN_HOUR:
        return False
    _add(session, key, now)
    return True


def sign_up_wait(session: Session, address: str, now: datetime) -> float | None:
    """Count a sign-up; give the seconds to wait if the last hour had too many, from this address or in all."""
    hour = timedelta(hours=1)
    limits = ((_key("sign-up", "", address), SIGN_UPS_AN_HOUR), (_key("sign-up", "", ""), SIGN_UPS_IN_ALL))
    for key, most in limits:
        count, last = _of(session, key, now - hour)
        if count >= most and last is not None:
            return (last + hour - now).total_seconds()
    for key, _ in limits:
        _add(session, key, now)
    return None


def _of(session: Session, key: str, since: datetime) -> tuple[int, datetime | None]:
    mine = col(SignInTry.key) == key, col(SignInTry.at) > since
    count, last = session.execute(select(func.count(), func.max(col(SignInTry.at))).where(*mine)).one()
    return int(count), last


def _add(session: Session, key: str, now: datetime) -> None:
    session.execute(delete(SignInTry).where(col(SignInTry.at) < now - timedelta(hours=2)))
    session.add(SignInTry(key=key, at=now))
    session.flush()


def _key(kind: str, account: str, address: str) -> str:
    return sha256("\x1f".join((kind, account.casefold(), _line(address))))


def _line(address: str) -> str:
    """Give what one line has of the network: an address of IPv4, 64 bits of IPv6; other names stay as they are."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.IPv6Network((ip, 64), strict=False))
