"""Passwords: argon2id with OWASP's least parameters, at most four hashes at a time, and what a new one must be.

Sources: OWASP Password Storage Cheat Sheet (m=19 MiB, t=2, p=1); NIST SP 800-63B 3.1.1.2 (length, no composition
rules, a list of common passwords); OWASP ASVS 5.0, 6.2.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from services.errors import InvalidError, OutsideError

SHORTEST = 8
LONGEST_BYTES = 1024
_AT_ONCE = threading.BoundedSemaphore(4)
_IN_LINE = threading.BoundedSemaphore(12)
"""Those that are hashed and those that wait: a flood of sign-ins leaves most of a process's threads to others."""
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# What an unknown address is checked against, so that it takes as long as a known one.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$dG9jc2luLXRvY3Npbg$CaUR8etQqJtSaZ+AxiI5kEkulB3QenP46LTl+i2MB1o"


def checked_new(password: str, *known: str) -> str:
    """Give a new password, or say what is wrong with it. `known`: what an attacker would try first, as the address."""
    if len(password.encode("utf-8", "surrogatepass")) > LONGEST_BYTES:
        raise InvalidError(f"The password is too long. {LONGEST_BYTES:,} bytes is the most", field="/password")
    if len(password) < SHORTEST:
        raise InvalidError(
            f"The password is too short. {SHORTEST} characters is the least, 15 or more are better", field="/password"
        )
    if is_common(password) or any(password.casefold() in one.casefold() for one in known if one):
        raise InvalidError("This password is among the first that anybody tries. Choose another", field="/password")
    return password


def is_common(password: str) -> bool:
    """Say whether a password is among the tens of thousands most used."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # a large list, needed rarely

    return password.casefold() in FREQUENCY_LISTS["passwords"]


@contextmanager
def _turn() -> Iterator[None]:
    if not _IN_LINE.acquire(blocking=False):
        raise OutsideError("Too many people sign in just now. Try again in a moment", code="busy", retry_after_s=2)
    try:
        with _AT_ONCE:
            yield
    finally:
        _IN_LINE.release()


def hashed(password: str) -> str:
    """Hash a password for keeping. Raises `OutsideError` while so many others wait that one has to try again."""
    with _turn():
        return _HASHER.hash(password)


def holds(kept: str | None, password: str) -> bool:
    """Say whether a password is the one kept. Without one kept it is checked all the same, and does not hold.

    Raises `OutsideError` as `hashed` does.
    """
    if len(password.encode("utf-8", "surrogatepass")) > LONGEST_BYTES:
        raise InvalidError(f"The password is too long. {LONGEST_BYTES:,} bytes is the most", field="/password")
    try:
        with _turn():
            return _HASHER.verify(kept or _NOBODY, password) and kept is not None
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False


def is_old(kept: str) -> bool:
    """Say whether a hash was made with weaker parameters and is to be made again at sign-in."""
    return _HASHER.check_needs_rehash(kept)
