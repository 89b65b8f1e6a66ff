"""What the routes work with: built once a process by `services.asgi`, found by each route as `Here` and `Who`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from services.accounts.tokens import Caller
from services.acts.channel_acts import Home
from services.guard import Gate
from services.pressure import Pressure
from services.settings import SignUp
from services.sign_in import Letters
from services.store.packs import Packs
from services.store.secrets import Vault
from services.store.topic_packs import LivePacks
from services.store.work import Store


@dataclass(frozen=True, slots=True)
class Parts:
    """The database, what seals secrets, the gate to the network, the topic packs, and what messages say of us.

    `letters` mails links, `sign_up` says who may become a person, `pressure` says when it is too much.
    """

    store: Store
    vault: Vault
    gate: Gate
    live: LivePacks
    home: Home
    letters: Letters
    sign_up: SignUp
    pressure: Pressure
    most_subscriptions: int = 0

    @property
    def packs(self) -> Packs:
        """The topic packs as they are now."""
        return self.live.now()


# Both are coroutines so that they cost no thread.
async def _parts(request: Request) -> Parts:
    return cast(Parts, request.app.state.parts)


async def _caller(request: Request) -> Caller:
    return cast(Caller, request.state.caller)


Here = Annotated[Parts, Depends(_parts)]
Who = Annotated[Caller, Depends(_caller)]
