"""The page behind the links of a message: why it came, what it was, and no more of it. GET shows, POST acts.

It needs no sign-in: whoever holds the message holds the link.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from services import clock, reader_acts
from services.alerts.message_clean import web_link
from services.errors import NotFoundError
from services.reader_acts import VERDICTS, Proposed
from services.reader_links import CHOICES, MUTE
from services.store import alerts, articles, feedback, people, sources, subscriptions
from services.web.site import Ours, Site, page

routes = APIRouter(include_in_schema=False)

UNMUTE = "unmute"


@routes.get("/f/{token}")
def show(token: str, site: Ours) -> Response:
    """Show why the message came, and the buttons."""
    return _page(site, token, None, done=False)


@routes.get("/f/{token}/{choice}")
def chosen(token: str, choice: str, site: Ours) -> Response:
    """Show the same with one button chosen; nothing happens yet."""
    return _page(site, token, _known(choice), done=False)


@routes.post("/f/{token}/{choice}")
def act(token: str, choice: str, site: Ours) -> Response:
    """Keep what the reader says, or mute the story."""
    alert, choice = site.links.alert_of(token), _known(choice)
    with site.store.write() as work:
        if choice in (MUTE, UNMUTE):
            reader_acts.mute_story(work, "link in a message", alert, clock.now(), muted=choice == MUTE)
        else:
            reader_acts.say(work, "link in a message", alert, VERDICTS[choice], clock.now())
    return _page(site, token, choice, done=True)


def _known(choice: str) -> str:
    if choice not in (*CHOICES, MUTE, UNMUTE):
        raise NotFoundError("There is no such page, or it is not yours")
    return choice


def _page(site: Site, token: str, choice: str | None, *, done: bool) -> Response:
    alert = site.links.alert_of(token)
    with site.store.read() as session:
        shown = _shown(site, session, alert, proposes=done and choice in ("place", "sense"))
    return page("feedback.html", token=token, choices=CHOICES, choice=choice, done=done, **shown)


def _shown(site: Site, session: Session, id_: str, *, proposes: bool) -> dict[str, Any]:  # Any: what the page shows
    alert = alerts.get(session, id_)
    subscription = subscriptions.get(session, alert.subscription)
    person = people.get(session, subscription.person)
    article = articles.get(session, alert.article)
    said = feedback.of_alert(session, id_)
    proposed: Proposed | None = None
    if proposes:
        packs = site.packs
        proposed = reader_acts.proposal(session, subscription, packs.lookups, packs.trees, clock.now())
    return {
        "alert": alert, "subscription": subscription, "article": article, "link": web_link(article.url),
        "zone": person.timezone, "now": clock.now(),
        "outlet": sources.names(session, [article.source])[article.source], "proposed": proposed,
        "said": next((name for name, verdict in VERDICTS.items() if verdict is said), None),
        "muted": feedback.is_muted(session, person.id, alert.story),
    }  # fmt: skip
