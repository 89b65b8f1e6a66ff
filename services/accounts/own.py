"""What of other people's things a caller may see: staff everything, subscribers what is theirs or their teams'."""

from __future__ import annotations

from services.accounts.tokens import Caller
from services.errors import InvalidError, NotFoundError
from services.store.states import Role


def person_of(caller: Caller) -> frozenset[str] | None:
    """Give whose rows the caller sees: their own and those of their teams; `None` means everybody's."""
    return mine(caller) if caller.role is Role.SUBSCRIBER else None


def mine(caller: Caller) -> frozenset[str]:
    """Give whom the caller acts for: themselves and their teams."""
    return frozenset({caller.person}) | caller.teams


def sees(caller: Caller, person: str) -> bool:
    """Say whether what belongs to this person or team is the caller's to see."""
    only = person_of(caller)
    return only is None or person in only


def check(caller: Caller, person: str, noun: str, id_: str) -> None:
    """Say that there is no such thing if it is somebody else's, in the words for what does not exist."""
    if not sees(caller, person):
        raise NotFoundError(f'There is no {noun} "{id_}"', field="/id")


def named(caller: Caller, person: str | None, team: str | None = None) -> str:
    """Give whom a new thing is for: the person or team that was named, or the caller."""
    if person is not None and team is not None:
        raise InvalidError("Name a person or a team, not both", field="/team")
    if team is not None:
        if not sees(caller, team):
            raise NotFoundError(f'There is no team "{team}"', field="/team")
        return team
    if person is None:
        return caller.person
    if not sees(caller, person):
        raise NotFoundError(f'There is no person "{person}"', field="/person")
    return person


def listed(caller: Caller, person: str | None, team: str | None) -> str | frozenset[str] | None:
    """Give whose things are listed: the named person's or team's, or all that the caller sees (`None`: everybody's)."""
    return named(caller, person, team) if person or team else person_of(caller)
