"""The composing root of the API and the pages: one application, its layers, and the process that serves it.

The layers of a request, the outermost first: for whom a proxy of the operator's asks; headers of every answer and the
end of unexpected errors; who may call; the body within its limits; requests that another site forged; the route.
"""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import FrameType

import structlog
import uvicorn
from anyio import to_thread
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse, Response
from starlette.types import Lifespan, Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from services import clock, crashpoints, logs
from services import settings as all_settings
from services.acts.channel_acts import Home
from services.api import (
    access,
    alerts,
    articles,
    audit,
    channels,
    deliveries,
    handlers,
    health,
    incidents,
    invitations,
    opml,
    people,
    places,
    previews,
    problems,
    queries,
    queues,
    rules,
    schema,
    sources,
    stories,
    subscriptions,
    teams,
    tokens,
    topics,
    why,
)
from services.api.answers import Answers
from services.api.bodies import Bodies
from services.api.callers import Callers
from services.api.enforce import Enforce
from services.api.forgery import Forgery
from services.api.parts import Parts
from services.api.problems import Problem
from services.broker import Hints, open_hints
from services.channels.post import open_mail
from services.errors import OutsideError, TocsinError
from services.guard import Gate
from services.house import keep_house, keep_watch
from services.pressure import Pressure
from services.settings import Settings
from services.sign_in import Letters
from services.store.secrets import open_vault
from services.store.topic_packs import LivePacks
from services.store.work import Store, open_store
from services.tracing import Traces, open_traces
from services.web import (
    account,
    bounce,
    confirm,
    docs,
    failures,
    feedback,
    hubs,
    join,
    leave,
    live,
    mail,
    more,
    overview,
    query_parts,
    signin,
    start,
    static,
    wanted,
)  # fmt: skip
from services.web import alerts as alert_pages
from services.web import articles as article_pages
from services.web import channels as channel_pages
from services.web import deliveries as delivery_pages
from services.web import incidents as incident_pages
from services.web import invitations as invitation_pages
from services.web import rules as rule_pages
from services.web import sources as source_pages
from services.web import stories as story_pages
from services.web import subscriptions as subscription_pages
from services.web import teams as team_pages
from services.web import topics as topic_pages
from services.web import why as why_pages
from services.web.site import Site

log = structlog.get_logger(__name__)

THREADS = 32  # requests worked on at once; those that push wait together for one transaction, without a connection
WITHOUT_BROKER_S = 1.0
STOP_S = 20  # what open requests have when the process ends

_NOUNS = (
    articles, stories, sources, topics, subscriptions, queries, channels, alerts, deliveries, people, queues, health,
    schema, overview, alert_pages, subscription_pages, channel_pages, delivery_pages, source_pages, topic_pages, more,
    account, live, places, tokens, teams, team_pages, audit, signin, confirm, leave, feedback, mail, docs, static,
    opml, previews, hubs, why, why_pages, incidents, incident_pages, rules, rule_pages, invitations, invitation_pages,
    join, wanted, bounce,
    start, query_parts, article_pages, story_pages,
)  # fmt: skip


def _gate(settings: Settings) -> Gate:
    return Gate(settings.allow_private, own=settings.own_urls, mail_folders=settings.mail_folders)


def build(settings: Settings) -> FastAPI:
    """Build the application for one process. Raises if a route is not declared in `services.api.access`."""
    hints = open_hints(settings.broker_url or "")
    traces = open_traces(settings, "api")
    store = open_store(settings.database, hints.send, trace=traces.take if traces else None)
    app = FastAPI(
        title="Tocsin", version="1", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False,
        lifespan=_lifespan(settings, store, hints, traces),
    )  # fmt: skip
    home = Home(settings.public_url, settings.mail_from)
    parts = Parts(
        store, open_vault(settings.key_file), _gate(settings), LivePacks(store), home,
        Letters(open_mail(settings), home), settings.sign_up, Pressure(store, settings.data, clock.now),
        settings.subscriptions_most,
    )  # fmt: skip
    site = Site(
        store=parts.store, vault=parts.vault, gate=parts.gate, live=parts.live, home=parts.home,
        letters=parts.letters, sign_up=parts.sign_up, url=settings.public_url,
        most_subscriptions=parts.most_subscriptions,
        mail_folder=None if settings.smtp_url else settings.data / "mail",
        describe=lambda: schema.described(app),
    )  # fmt: skip
    app.state.parts = parts
    app.state.site = site
    for noun in _NOUNS:
        app.router.routes.extend(noun.routes.routes)
    access.check(app.router.routes)
    handlers.register(app, refuse)
    app.user_middleware = [
        *([Middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.proxies))] if settings.proxies else []),
        Middleware(Answers, refuse=refuse, https=site.https),
        Middleware(Enforce, callers=Callers(store, site.cookie), refuse=refuse),
        Middleware(Bodies, refuse=refuse),
        Middleware(Forgery, refuse=refuse, base_url=settings.public_url),
    ]
    return app


def refuse(scope: Scope, problem: Problem) -> Response:
    """Say no: to programs with a problem, to people with a page; who is not signed in is sent to the sign-in page."""
    if not _is_page(scope["path"]):
        return problems.respond(problem)
    if problem.status == 401:
        return RedirectResponse("/sign-in", status_code=303)
    return failures.show(problem.status, problem.detail, problem.headers)


def _is_page(path: str) -> bool:
    return not path.startswith("/api/") and path not in ("/healthz", "/readyz", "/metrics", "/openapi.json")


def _lifespan(settings: Settings, store: Store, hints: Hints, traces: Traces | None) -> Lifespan[FastAPI]:
    @asynccontextmanager
    async def run(_: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        stopping = threading.Event()
        keep = _sweep(settings, store, hints, stopping)
        sweep = threading.Thread(target=keep, name="sweep", daemon=True)
        sweep.start()
        yield
        stopping.set()
        await to_thread.run_sync(sweep.join)
        store.close()
        if traces is not None:
            await to_thread.run_sync(traces.close)

    return run


def _sweep(settings: Settings, store: Store, hints: Hints, stopping: threading.Event) -> Callable[[], None]:
    """Make the loop that every process has: what dead workers held comes back also while no worker is left."""

    def loop() -> None:
        steps = clock.Steps()
        while not stopping.wait(_pause_s(settings, hints)):
            try:
                keep_house(store, settings.data / "run", settings, steps)
                keep_watch(store, settings, settings.broker_url or "")
            except TocsinError as error:
                log.warning("the sweep could not work", error=error.message)
            except Exception:
                log.exception("the sweep failed")

    return loop


def _pause_s(settings: Settings, hints: Hints) -> float:
    if not hints.reachable:
        return WITHOUT_BROKER_S
    return settings.sweep_s * random.uniform(0.8, 1.2)  # noqa: S311  # spread, not secrecy


class _Server(uvicorn.Server):
    """A server that ends with its loop, in order, when it is told to stop; pages that stay open are told first."""

    def __init__(self, config: uvicorn.Config, ending: threading.Event) -> None:
        super().__init__(config)
        self._ending = ending

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Let open pages go, and stop."""
        self._ending.set()
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle_exit)
        yield


def serve() -> int:
    """Serve until told to stop. No request is logged by its address: sign-in links are addresses."""
    try:
        settings = all_settings.load()
        logs.configure(settings.log_level, json=settings.log_json)
        crashpoints.arm(os.environ)
        app = build(settings)
    except TocsinError as error:
        logs.get(__name__).error("the API cannot start", error=error.message)
        return 3 if isinstance(error, OutsideError) else 2
    config = uvicorn.Config(
        app, host=settings.host, port=settings.port, loop="asyncio", http="h11", ws="none", lifespan="on",
        access_log=False, log_config=None, server_header=False, proxy_headers=False, timeout_keep_alive=5,
        timeout_graceful_shutdown=STOP_S, h11_max_incomplete_event_size=64 * 1024,
    )  # fmt: skip
    server = _Server(config, app.state.site.ending)
    server.run()
    return 0 if server.started else 1
