"""The peers that the benchmark knows, what of a query each can say, and how to get one that is missing."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass

from services.bench import postgres_server
from services.bench.contender import Contender
from services.errors import InvalidError


@dataclass(frozen=True, slots=True)
class Peer:
    """`says`: how rules are translated. `articles`: how many it is asked about at 1,000 rules, fewer the more rules;
    `None`: about all. `most_rules`: where waiting for it stops being worth while.
    """

    name: str
    make: Callable[[], Contender]
    is_there: Callable[[], bool]
    missing: str
    says: str
    articles: int | None = None
    most_rules: int | None = None

    def share(self, rules: int, articles: int) -> int:
        """Give about how many of so many articles it is asked at so many rules."""
        if self.articles is None:
            return articles
        return min(articles, max(5, self.articles * 1000 // max(rules, 1)))


def _mokaccino() -> Contender:
    from services.bench.mokaccino_peer import Mokaccino

    return Mokaccino()


def _regex() -> Contender:
    from services.bench.regex_peer import Regex

    return Regex()


def _postgres() -> Contender:
    from services.bench.postgres_peer import Postgres

    where = postgres_server.programs()
    assert where is not None
    return Postgres(where)


PEERS = {
    peer.name: peer
    for peer in (
        Peer(
            "mokaccino", _mokaccino, lambda: importlib.util.find_spec("mokaccino") is not None,
            "uv sync --group bench     (or: pip install mokaccino)",
            "words and phrases are values of one field, AND, OR and NOT its own",
        ),
        Peer(
            "regex", _regex, lambda: True, "",
            "one regular expression a rule over the stems: look-aheads for AND, | for OR, (?!…) for NOT",
            articles=50, most_rules=10_000,
        ),
        Peer(
            "postgres", _postgres, lambda: postgres_server.programs() is not None,
            "uv sync --group dev       (or install PostgreSQL so that initdb is on PATH)",
            "one tsquery a rule over positions of stems: <-> for phrases, & | !",
            articles=500,
        ),
    )
}  # fmt: skip


def asked(names: str) -> list[Peer]:
    """Read a list of names with commas. Raises `InvalidError` for one that is not known."""
    found = []
    for name in filter(None, (part.strip() for part in names.split(","))):
        if name not in PEERS:
            known = ", ".join(PEERS)
            raise InvalidError(f'There is no peer "{name}". Expected one or more of: {known}', field="--peers")
        found.append(PEERS[name])
    return list(dict.fromkeys(found))
