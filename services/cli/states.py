"""The words and signs of states, the same as on the pages."""

from __future__ import annotations

from dataclasses import dataclass

from services.cli.terminal import BAD, LOOK, Styled, Text


@dataclass(frozen=True, slots=True)
class Shown:
    """A state as people read it, and the sign before its line where somebody must look."""

    word: str
    sign: Text = " "


_STATES: dict[str, Shown] = {
    "active": Shown("active"),
    "healthy": Shown("works"),
    "unconfirmed": Shown("not confirmed", LOOK),
    "failing": Shown("failing", LOOK),
    "disabled": Shown("disabled", BAD),
    "quiet": Shown("gone quiet", LOOK),
    "moved": Shown("moved", LOOK),
    "gone": Shown("gone", BAD),
    "paused": Shown("paused"),
    "quarantined": Shown("in quarantine", BAD),
    "pending": Shown("waiting"),
    "leased": Shown("waiting"),
    "inflight": Shown("being sent"),
    "uncertain": Shown("retrying"),
    "sent": Shown("sent"),
    "dead": Shown("dead", BAD),
    "suppressed": Shown("suppressed"),
}


def state(name: str) -> Shown:
    """Give the word and sign of a state of a row."""
    return _STATES.get(name, Shown(name))


def sign_or_good(name: str, good: Styled) -> Text:
    """Give the state's sign, or the given one where all is well."""
    sign = state(name).sign
    return good if sign == " " else sign
