"""Tokens: what programs call with. A token is shown once, when it is made."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Response
from pydantic import Field

from services import clock
from services.accounts import tokens
from services.acts import person_acts
from services.api.once import OnceOnly
from services.api.parts import Here, Who
from services.api.routing import router
from services.api.shapes import Name, Page, Sent, Shown
from services.store.tables import Token

routes = router("tokens")


class NewToken(Sent):
    """A token to make. Without `days` it works until it is revoked."""

    name: Name
    scopes: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=10)]
    days: Annotated[int, Field(ge=1, le=3650)] | None = None


class TokenShown(Shown):
    """A token, without the token itself. Its id is the part after `tcn_`."""

    id: str
    name: str
    scopes: list[str]
    created_at: datetime
    used_at: datetime | None
    expires_at: datetime | None


class TokenMade(TokenShown):
    """A token just made; `token` is shown this once, and null where an Idempotency-Key gets its answer again."""

    token: str | None


def show(row: Token) -> TokenShown:
    """Show a token."""
    return TokenShown(
        id=row.id, name=row.name, scopes=row.scopes.split(), created_at=row.created_at, used_at=row.used_at,
        expires_at=row.expires_at,
    )  # fmt: skip


@routes.get("")
def list_all(here: Here, who: Who) -> Page[TokenShown]:
    """List the caller's tokens that were not revoked."""
    with here.store.read() as session:
        return Page(items=[show(row) for row in tokens.of_person(session, who.person)], next=None)


@routes.post("", status_code=201)
def add(new: NewToken, here: Here, who: Who, once: OnceOnly) -> TokenMade:
    """Make a token of the caller, with no scope that the caller lacks."""
    with here.store.write() as work:
        once.before(work.session)
        token = person_acts.add_token(work, who, name=new.name, scopes=new.scopes, days=new.days, now=clock.now())
        row = work.session.get_one(Token, token[4:12])
        made = TokenMade(**show(row).model_dump(), token=token)
        return once.keep(work.session, made, hidden="token")


@routes.delete("/{id}", status_code=204)
def revoke(id: str, here: Here, who: Who) -> Response:  # noqa: A002  # the name in the path
    """Revoke a token; it stops working at once."""
    with here.store.write() as work:
        person_acts.revoke_token(work, who, id, clock.now())
    return Response(status_code=204)
