"""What can go wrong, in four kinds; every message says what was expected, what was found, and where.

`InvalidError` is a mistake in what was typed or sent. `NotFoundError` and `ConflictError` are about rows.
`OutsideError` is the world's fault, and says whether trying again can help.
"""

from __future__ import annotations

import traceback


class TocsinError(Exception):
    """A failure with a message for people. `field` is a JSON pointer or option name, `position` counts from 1."""

    def __init__(
        self, message: str, *, field: str | None = None, position: int | None = None, advice: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.position = position
        self.advice = advice


class InvalidError(TocsinError):
    """What was typed or sent cannot be read or is not allowed."""


class MalformedError(InvalidError):
    """A part of a request that cannot be read at all: its answer is 400, not 422."""


class TooManyError(InvalidError):
    """The caller has as many of these as one may have: its answer is 429."""


class NotFoundError(TocsinError):
    """There is no such thing, or it is not the caller's."""


class ConflictError(TocsinError):
    """Something else with this name or key exists, or changed meanwhile."""


class ChangedError(ConflictError):
    """It is not what the caller expected it to be: its answer is 412, and nothing was changed."""


class OutsideError(TocsinError):
    """A part outside failed. `permanent`: the same try fails again. `retry_after_s`: a time that was named."""

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after_s: float | None = None,
        code: str = "outside",
        field: str | None = None,
    ) -> None:
        super().__init__(message, field=field)
        self.permanent = permanent
        self.retry_after_s = retry_after_s
        self.code = code


def said(error: BaseException) -> str:
    """Give an error's kind and message as they are logged and kept."""
    return f"{type(error).__name__}: {error}"[:500]


def trace(error: BaseException) -> str:
    """Give where an error came from, its last part."""
    return "".join(traceback.format_exception(error))[-4000:]
