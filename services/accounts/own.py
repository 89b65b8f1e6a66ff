"""What of other people's things a caller may see: staff everything, subscribers nothing."""

from __future__ import annotations

from services.accounts.tokens import Caller
from services.errors import NotFoundError
from services.store.states import Role


def person_of(caller: Caller) -> str | None:
    """Give the person whose rows the caller sees; `None` means everybody's."""
    return caller.person if caller.role is Role.SUBSCRIBER else None


def check(caller: Caller, person: str, noun: str, id_: str) -> None:
    """Say that there is no such thing if it is somebody else's, in the words for what does not exist."""
    if person_of(caller) not in (None, person):
        raise NotFoundError(f'There is no {noun} "{id_}"', field="/id")


def named(caller: Caller, person: str | None) -> str:
    """Give the person a new thing is for: the one that was named, or the caller."""
    if person is None:
        return caller.person
    if person_of(caller) not in (None, person):
        raise NotFoundError(f'There is no person "{person}"', field="/person")
    return person
