"""What the pages work with, and how a page is made: its template, the reader, and what every page shows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, cast
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlmodel import Session
from starlette.responses import HTMLResponse, Response

from services import clock
from services.accounts.tokens import Caller
from services.acts.channel_acts import Home
from services.guard import Gate
from services.reader_links import ReaderLinks
from services.settings import SignUp
from services.sign_in import Letters
from services.store import people, today
from services.store.packs import Packs
from services.store.secrets import Vault
from services.store.states import Role
from services.store.topic_packs import LivePacks
from services.store.work import Store
from services.web import words
from services.web.forms import SAID
from services.web.paint import painted
from services.web.states import sign
from services.words import count, rate

_TEMPLATES = Path(__file__).parent / "templates"
_VERSION = version("tocsin")


@dataclass(frozen=True, slots=True)
class Site:
    """The database, the address of the pages, the folder mail is kept in, and the description of the API.

    `mail_folder` is `None` when a mail server is set, so that nothing is kept. `vault` seals addresses, `gate` is the
    way to the network, `live` has the topics, and `home` is what messages say of this installation.
    `letters` mails links, `sign_up` says who may become a person, `ending` is set when the process is told to stop.
    """

    store: Store
    vault: Vault
    gate: Gate
    live: LivePacks
    home: Home
    letters: Letters
    sign_up: SignUp
    url: str
    mail_folder: Path | None
    describe: Callable[[], Mapping[str, Any]]  # Any: OpenAPI as JSON
    most_subscriptions: int = 0
    ending: threading.Event = field(default_factory=threading.Event)

    @property
    def packs(self) -> Packs:
        """The topic packs as they are now."""
        return self.live.now()

    @property
    def links(self) -> ReaderLinks:
        """The links that messages carry."""
        return ReaderLinks(self.url, self.vault)

    @property
    def https(self) -> bool:
        """Whether browsers reach the pages encrypted."""
        return self.url.startswith("https://")

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; with https its prefix ties it to this host."""
        return "__Host-tocsin_session" if self.https else "tocsin_session"


async def _site(request: Request) -> Site:
    return cast(Site, request.app.state.site)


async def _reader(request: Request) -> Caller:
    return cast(Caller, request.state.caller)


Ours = Annotated[Site, Depends(_site)]
Reader = Annotated[Caller, Depends(_reader)]


_WORDS = (
    "number", "rounded", "short_age", "age", "place_of", "day", "moment", "marked", "spark", "coded", "on_scale",
)  # fmt: skip


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    for name in _WORDS:
        made.filters[name] = getattr(words, name)
    made.filters["count"] = count
    made.filters["rate"] = rate
    made.filters["sign"] = sign
    made.filters["painted"] = painted
    return made


_ENVIRONMENT = _environment()


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds every page of somebody who is signed in."""

    reader: str
    staff: bool
    admin: bool
    zone: str
    now: datetime
    sources: int
    last_seen_s: float | None
    mail_kept: bool
    csrf: str | None
    theme: str = "system"
    single_keys: bool = True
    path: str = "/"
    said: str = ""

    @property
    def local(self) -> datetime:
        """The time in the reader's zone."""
        return self.now.astimezone(ZoneInfo(self.zone))

    @property
    def midnight(self) -> datetime:
        """When the reader's day began."""
        return self.local.replace(hour=0, minute=0, second=0, microsecond=0)


def frame(site: Site, session: Session, request: Request) -> Frame:
    """Gather what surrounds a page."""
    caller: Caller = request.state.caller
    person = people.get(session, caller.person)
    heard, now = today.listening(session), clock.now()
    age = None if heard.last_seen_at is None else (now - heard.last_seen_at).total_seconds()
    return Frame(
        reader=person.name or person.email, staff=caller.role is not Role.SUBSCRIBER,
        admin=caller.is_admin, zone=person.timezone, now=now,
        sources=heard.sources, last_seen_s=age, mail_kept=site.mail_folder is not None, csrf=request.state.csrf,
        theme=person.theme, single_keys=person.single_keys, path=request.url.path,
        said=SAID.get(request.query_params.get("said", ""), ""),
    )  # fmt: skip


def part(template: str, **shown: object) -> str:
    """Make a part of a page."""
    return _ENVIRONMENT.get_template(template).render(version=_VERSION, **shown)


def page(template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **shown: object) -> Response:
    """Make a page of a template; all that is shown is text until the template escapes it."""
    shown.setdefault("frame", None)
    html = part(template, **shown)
    return HTMLResponse(html.encode("utf-8", "replace"), status_code=status, headers=dict(headers or {}))
