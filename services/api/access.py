"""Who may call what: one table of every route, of the API and of the pages.

`services.api.enforce` asks this table before anything else runs, so the order of decorators decides nothing. A route
that has no row here, or a row without a route, lets `check` raise, and the application is not built.

Rows say which roles may call, and which scopes a token needs: one of them is enough, and `admin` stands for all.
A browser session has every scope of its person's role. Whose a thing must be is declared by its noun
(`Whose`) and checked by the routes: what belongs to somebody else is not found. Every route is asked by
`tests/integration/test_access_matrix.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from starlette.routing import BaseRoute, compile_path

from services.accounts.tokens import Caller
from services.store.states import Role

EVERYBODY = frozenset(Role)
STAFF = frozenset({Role.OPERATOR, Role.ADMIN})
OWNERS = frozenset({Role.SUBSCRIBER, Role.ADMIN})
ADMIN = frozenset({Role.ADMIN})


class Verdict(StrEnum):
    """What the table says of one request."""

    PASSES = "passes"
    SIGN_IN = "sign in"
    ROLE = "role"
    SCOPE = "scope"


class Whose(StrEnum):
    """To whom the one thing that a path names must belong, if a subscriber asks for it. To others it is not found."""

    EVERYBODY = "everybody's"
    OWN = "their own"
    TEAM = "their own or their team's"
    HEARD = "what they or their team were alerted of"


_WHOSE = {
    "subscriptions": Whose.TEAM, "channels": Whose.TEAM, "alerts": Whose.TEAM, "deliveries": Whose.TEAM,
    "teams": Whose.TEAM, "people": Whose.OWN, "tokens": Whose.OWN, "account": Whose.OWN, "articles": Whose.HEARD,
    "stories": Whose.HEARD, "sources": Whose.EVERYBODY, "topics": Whose.EVERYBODY, "mail": Whose.EVERYBODY,
    "invitations": Whose.EVERYBODY, "incidents": Whose.EVERYBODY, "rules": Whose.EVERYBODY,
}  # fmt: skip
"""By the noun of the path. A path that names one thing of a noun which is not here is refused as undeclared."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. No roles: anybody may call, signed in or not. No scopes: any token will do."""

    methods: tuple[str, ...]
    path: str
    roles: frozenset[Role] = frozenset()
    scopes: frozenset[str] = frozenset()

    @property
    def noun(self) -> str:
        """What the path is about."""
        return self.path.removeprefix("/api/v1").split("/")[1]

    @property
    def whose(self) -> Whose | None:
        """To whom the thing must belong that the path names; `None` if it names none, or is not declared."""
        return _WHOSE.get(self.noun) if self.names_one else None

    @property
    def names_one(self) -> bool:
        """Whether the path names one thing of its noun. Whoever holds the secret of a link needs no role."""
        return "{" in self.path and bool(self.roles)

    def judge(self, caller: Caller | None) -> Verdict:
        """Say whether the caller may call this, and if not, why."""
        if not self.roles:
            return Verdict.PASSES
        if caller is None:
            return Verdict.SIGN_IN
        if caller.role not in self.roles:
            return Verdict.ROLE
        if self.scopes and not caller.scopes & (self.scopes | {"admin"}):
            return Verdict.SCOPE
        return Verdict.PASSES


def _row(methods: str, path: str, roles: frozenset[Role] = frozenset(), scopes: str = "") -> Row:
    return Row(tuple(methods.split()), path, roles, frozenset(scopes.split()))


_READ_ARTICLES = "articles:write alerts:read ops"
_READ_OWN = "subscriptions:write alerts:read ops"

TABLE = (
    # the pages
    _row("GET", "/static/{name}"),
    _row("GET POST", "/sign-in"),
    _row("GET POST", "/in/{secret}"),
    _row("GET POST", "/sign-up"),
    _row("GET POST", "/join/{secret}"),
    _row("GET POST", "/c/{token}"),
    _row("GET POST", "/u/{token}"),
    _row("GET POST", "/websub/{token}"),
    _row("POST", "/bounce"),
    _row("GET POST", "/w/{token}"),
    _row("GET", "/f/{token}"),
    _row("GET POST", "/f/{token}/{choice}"),
    _row("POST", "/sign-out", EVERYBODY),
    _row("GET", "/", EVERYBODY, "alerts:read ops"),
    _row("GET", "/alerts", EVERYBODY, "alerts:read ops"),
    _row("GET", "/alerts/{id}", EVERYBODY, "alerts:read ops"),
    _row("POST", "/alerts/{id}/feedback", OWNERS, "subscriptions:write"),
    _row("GET", "/subscriptions", EVERYBODY, _READ_OWN),
    _row("GET", "/start", OWNERS, "subscriptions:write"),
    _row("GET", "/start/packs", OWNERS, "subscriptions:write"),
    _row("GET POST", "/subscribe", OWNERS, "subscriptions:write"),
    _row("GET", "/subscriptions/{id}", EVERYBODY, _READ_OWN),
    _row("POST", "/subscriptions/{id}", OWNERS, "subscriptions:write"),
    _row("POST", "/check", EVERYBODY),
    _row("POST", "/build", EVERYBODY, "subscriptions:write"),
    _row("GET", "/places", EVERYBODY),
    _row("GET", "/help", EVERYBODY),
    _row("GET", "/channels", EVERYBODY, _READ_OWN),
    _row("POST", "/channels", OWNERS, "subscriptions:write"),
    _row("GET", "/channels/{id}", EVERYBODY, _READ_OWN),
    _row("POST", "/channels/{id}", OWNERS, "subscriptions:write"),
    _row("POST", "/channels/{id}/verify", OWNERS, "subscriptions:write"),
    _row("GET", "/deliveries", EVERYBODY, "alerts:read ops"),
    _row("GET POST", "/replays", STAFF, "ops"),
    _row("GET", "/articles", STAFF, "ops"),
    _row("GET", "/stories", EVERYBODY, "alerts:read ops"),
    _row("GET POST", "/stories/{id}/split", STAFF, "ops"),
    _row("GET", "/deliveries/{id}", EVERYBODY, "alerts:read ops"),
    _row("POST", "/deliveries/{id}/replay", STAFF, "ops"),
    _row("GET", "/sources", EVERYBODY),
    _row("POST", "/sources", STAFF, "ops"),
    _row("GET", "/sources/{id}", EVERYBODY),
    _row("POST", "/sources/{id}/poll", STAFF, "ops"),
    _row("GET", "/why", EVERYBODY, _READ_OWN),
    _row("POST", "/preview", EVERYBODY, "subscriptions:write"),
    _row("GET", "/topics", EVERYBODY),
    _row("GET", "/topics/{name}", EVERYBODY),
    _row("GET POST", "/account", EVERYBODY, "subscriptions:write"),
    _row("POST", "/account/look", EVERYBODY, "subscriptions:write"),
    _row("POST", "/account/password", EVERYBODY, "admin"),
    _row("POST", "/account/sessions", EVERYBODY, "admin"),
    _row("POST", "/account/tokens", EVERYBODY, "admin"),
    _row("POST", "/account/tokens/{id}", EVERYBODY, "admin"),
    _row("GET", "/more", STAFF, "ops"),
    _row("GET POST", "/people", ADMIN, "admin"),
    _row("GET POST", "/invitations", STAFF, "ops"),
    _row("POST", "/invitations/{id}", STAFF, "ops"),
    _row("GET", "/teams", OWNERS, "subscriptions:write"),
    _row("POST", "/teams", ADMIN, "admin"),
    _row("GET POST", "/teams/{id}", OWNERS, "subscriptions:write"),
    _row("GET", "/audit", STAFF, "ops"),
    _row("GET", "/incidents", STAFF, "ops"),
    _row("GET", "/rules", STAFF, "ops"),
    _row("POST", "/rules/{id}/release", STAFF, "ops"),
    _row("GET", "/live", STAFF, "ops"),
    _row("GET", "/docs", EVERYBODY),
    _row("GET", "/mail", ADMIN, "admin"),
    _row("GET", "/mail/{name}", ADMIN, "admin"),
    _row("GET", "/mail/{name}/html", ADMIN, "admin"),
    # for machines
    _row("GET", "/healthz"),
    _row("GET", "/readyz"),
    _row("GET", "/metrics", STAFF, "ops"),
    _row("GET", "/openapi.json", EVERYBODY),
    # the API
    _row("GET", "/api/v1/people", OWNERS, "subscriptions:write"),
    _row("POST", "/api/v1/people", ADMIN, "admin"),
    _row("GET", "/api/v1/people/{id}", OWNERS, "subscriptions:write"),
    _row("PATCH", "/api/v1/people/{id}", OWNERS, "subscriptions:write"),
    _row("GET", "/api/v1/invitations", STAFF, "ops"),
    _row("POST", "/api/v1/invitations", STAFF, "ops"),
    _row("DELETE", "/api/v1/invitations/{id}", STAFF, "ops"),
    _row("GET", "/api/v1/teams", OWNERS, "subscriptions:write"),
    _row("POST", "/api/v1/teams", ADMIN, "admin"),
    _row("GET", "/api/v1/teams/{id}", OWNERS, "subscriptions:write"),
    _row("PATCH", "/api/v1/teams/{id}", OWNERS, "subscriptions:write"),
    _row("DELETE", "/api/v1/teams/{id}", ADMIN, "admin"),
    _row("POST", "/api/v1/teams/{id}/members", ADMIN, "admin"),
    _row("DELETE", "/api/v1/teams/{id}/members/{person}", OWNERS, "subscriptions:write"),
    _row("GET", "/api/v1/tokens", EVERYBODY),
    _row("POST", "/api/v1/tokens", EVERYBODY, "admin"),
    _row("DELETE", "/api/v1/tokens/{id}", EVERYBODY),
    _row("GET", "/api/v1/audit", STAFF, "ops"),
    _row("GET", "/api/v1/channels", EVERYBODY, _READ_OWN),
    _row("POST", "/api/v1/channels", OWNERS, "subscriptions:write"),
    _row("GET", "/api/v1/channels/{id}", EVERYBODY, _READ_OWN),
    _row("PATCH", "/api/v1/channels/{id}", OWNERS, "subscriptions:write"),
    _row("POST", "/api/v1/channels/{id}/verify", OWNERS, "subscriptions:write"),
    _row("POST", "/api/v1/channels/{id}/test", OWNERS, "subscriptions:write"),
    _row("POST", "/api/v1/channels/{id}/rotate", OWNERS, "subscriptions:write"),
    _row("GET", "/api/v1/subscriptions", EVERYBODY, _READ_OWN),
    _row("POST", "/api/v1/subscriptions", OWNERS, "subscriptions:write"),
    _row("POST", "/api/v1/subscriptions/preview", EVERYBODY, _READ_OWN),
    _row("POST", "/api/v1/subscriptions/diff", EVERYBODY, _READ_OWN),
    _row("GET", "/api/v1/subscriptions/{id}", EVERYBODY, _READ_OWN),
    _row("PATCH", "/api/v1/subscriptions/{id}", OWNERS, "subscriptions:write"),
    _row("GET", "/api/v1/subscriptions/{id}/proposal", EVERYBODY, _READ_OWN),
    _row("GET", "/api/v1/articles", EVERYBODY, _READ_ARTICLES),
    _row("POST", "/api/v1/articles", STAFF, "articles:write"),
    _row("GET", "/api/v1/articles/{id}", EVERYBODY, _READ_ARTICLES),
    _row("GET", "/api/v1/stories", EVERYBODY, _READ_ARTICLES),
    _row("GET", "/api/v1/stories/{id}", EVERYBODY, _READ_ARTICLES),
    _row("POST", "/api/v1/stories/{id}/split", STAFF, "ops"),
    _row("GET", "/api/v1/sources", EVERYBODY),
    _row("POST", "/api/v1/sources", STAFF, "ops"),
    _row("POST", "/api/v1/sources/find", STAFF, "ops"),
    _row("GET", "/api/v1/opml", STAFF, "ops"),
    _row("POST", "/api/v1/opml", STAFF, "ops"),
    _row("GET", "/api/v1/sources/{id}", EVERYBODY),
    _row("PATCH", "/api/v1/sources/{id}", STAFF, "ops"),
    _row("DELETE", "/api/v1/sources/{id}", STAFF, "ops"),
    _row("POST", "/api/v1/sources/{id}/poll", STAFF, "ops"),
    _row("POST", "/api/v1/sources/{id}/pause", STAFF, "ops"),
    _row("POST", "/api/v1/sources/{id}/resume", STAFF, "ops"),
    _row("GET", "/api/v1/alerts", EVERYBODY, "alerts:read ops"),
    _row("GET", "/api/v1/alerts/{id}", EVERYBODY, "alerts:read ops"),
    _row("POST", "/api/v1/alerts/{id}/feedback", OWNERS, "subscriptions:write"),
    _row("POST", "/api/v1/alerts/{id}/mute", OWNERS, "subscriptions:write"),
    _row("POST", "/api/v1/alerts/{id}/unmute", OWNERS, "subscriptions:write"),
    _row("GET", "/api/v1/deliveries", EVERYBODY, "alerts:read ops"),
    _row("GET", "/api/v1/deliveries/{id}", EVERYBODY, "alerts:read ops"),
    _row("POST", "/api/v1/deliveries/replay", STAFF, "ops"),
    _row("POST", "/api/v1/deliveries/{id}/replay", STAFF, "ops"),
    _row("GET", "/api/v1/topics", EVERYBODY),
    _row("GET", "/api/v1/topics/{name}", EVERYBODY),
    _row("PUT", "/api/v1/topics/{name}", STAFF, "ops"),
    _row("GET", "/api/v1/places", EVERYBODY),
    _row("POST", "/api/v1/queries/check", EVERYBODY),
    _row("POST", "/api/v1/queries/explain", EVERYBODY, _READ_OWN),
    _row("GET", "/api/v1/why", EVERYBODY, _READ_OWN),
    _row("GET", "/api/v1/incidents", STAFF, "ops"),
    _row("GET", "/api/v1/rules", STAFF, "ops"),
    _row("POST", "/api/v1/rules/{id}/release", STAFF, "ops"),
    _row("GET", "/api/v1/queues", STAFF, "ops"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a path stands for: the row of the method, if it has one, and all methods the path knows."""

    row: Row | None
    methods: tuple[str, ...]


_PATTERNS: tuple[tuple[re.Pattern[str], Row], ...] = tuple((compile_path(row.path)[0], row) for row in TABLE)
_PLAIN = {(method, row.path): row for row in TABLE for method in row.methods if "{" not in row.path}


def find(method: str, path: str) -> Found:
    """Look a request up in the table."""
    if (method, path) in _PLAIN:
        return Found(_PLAIN[method, path], ())
    rows = [row for pattern, row in _PATTERNS if pattern.match(path)]
    methods = tuple(method for row in rows for method in row.methods)
    return Found(next((row for row in rows if method in row.methods), None), methods)


def check(routes: Iterable[BaseRoute]) -> None:
    """Raise unless every route has its row and every row its route."""
    declared = {(method, row.path) for row in TABLE for method in row.methods}
    built = {
        (method, getattr(route, "path", repr(route)))
        for route in routes
        for method in (getattr(route, "methods", None) or {"ANY"})
        if method != "HEAD"
    }
    if unowned := sorted(row.path for row in TABLE if row.names_one and row.whose is None):
        raise RuntimeError(f"It is not declared whose these are: {', '.join(unowned)}")
    if built != declared:
        missing = ", ".join(f"{method} {path}" for method, path in sorted(built - declared)) or "none"
        idle = ", ".join(f"{method} {path}" for method, path in sorted(declared - built)) or "none"
        message = f"The table and the routes differ. Routes without a row: {missing}. Rows without a route: {idle}"
        raise RuntimeError(message)
