"""What a form posted, and where its reader goes afterwards.

Forms post like browsers do (`application/x-www-form-urlencoded`), with scripts off too. An act answers with a redirect,
so that going back repeats nothing; what was done is said once on the next page, by a word of `SAID` in its address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qs, urlencode

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response

from services.errors import MalformedError, TocsinError

SAID = {
    "subscribed": "Subscribed. It counts for the next article",
    "unconfirmed": "Subscribed. Open the link in the message that went out, so that alerts may come there",
    "saved": "Saved",
    "muted": "Muted. It is told nothing until it is heard again",
    "heard": "Heard again. It counts for the next article",
    "snoozed": "Snoozed. What comes meanwhile is told together then",
    "awake": "Awake. What was held goes out now",
    "told": "Noted. What you say of alerts is shown when the query is changed",
    "story-muted": "Muted. You hear no more of this story",
    "story-heard": "You hear of this story again",
    "paused": "Paused. Nothing is sent until it is started again",
    "started": "Started. It counts for the next article",
    "stopped": "Stopped. It is kept, and can be started again",
    "kept": "Kept. It is asked about again in 180 days",
    "channel": "Added. A message goes out that confirms it",
    "asked": "Asked again. The earlier link no longer works",
    "tested": "A test message is on its way. Its result stands in the log",
    "released": "It runs again from the next article on. Its people are told",
    "replayed": "Put on its way again, under the same id",
    "parted": "Parted. It has a story of its own, and who missed it because of the other is told now",
    "watched": "Watched. It is polled at once",
    "polled": "It is polled now",
    "person": "Added",
    "team": "Added. Its members see it with their next page",
    "joined": "They share the team's subscriptions and channels now",
    "left": "They share the team's subscriptions and channels no longer",
    "handed": "Handed over. Its alerts go to the team's channels",
    "removed": "Removed",
    "invited": "Invited. A link is on its way, which works for seven days",
    "uninvited": "Taken back. The link no longer works",
    "password": "The password is changed, and other sign-ins are over",
    "revoked": "Revoked. It stopped working at once",
}

MOST_FIELDS = 200


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form. A field that was not sent is empty."""

    fields: Mapping[str, list[str]]

    def text(self, name: str) -> str:
        """Give the text of a field, without white space around it."""
        return self.fields.get(name, [""])[0].strip()

    def many(self, name: str) -> list[str]:
        """Give all values of a field, such as those of boxes that were ticked."""
        return [value for value in self.fields.get(name, []) if value]

    def having(self, **changed: str) -> Form:
        """Give the same form with other texts in some fields."""
        return Form({**self.fields, **{name: [text] for name, text in changed.items()}})

    def ticked(self, name: str) -> bool:
        """Say whether a box was ticked."""
        return bool(self.text(name))


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a form was refused, and the field that it is about, by its name in the form."""

    message: str
    field: str = ""
    position: int | None = None
    advice: str = ""


def refused(error: TocsinError) -> Refused:
    """Say an error at its field: its pointer `/query` is the field `query`."""
    field = (error.field or "").lstrip("/").partition("/")[0]
    return Refused(error.message, field, error.position, error.advice)


async def _filled(request: Request) -> Form:
    body = request.state.body
    try:
        text = body.decode("ascii")
        return Form(parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS))
    except ValueError:
        raise MalformedError("The form cannot be read. Open the page again and repeat") from None


Filled = Annotated[Form, Depends(_filled)]


def onward(path: str, said: str = "", **query: str) -> Response:
    """Send the reader to a page, which says once what was done."""
    given = {**query, **({"said": said} if said else {})}
    return RedirectResponse(f"{path}?{urlencode(given)}" if given else path, status_code=303)
