"""PostgreSQL with one tsquery a rule, scanned for each article: what a database does for this without an index.

A word becomes its stem, a phrase its stems joined by `<->`, AND, OR and NOT are `&`, `|` and `!`. The article is a
tsvector of its stems with their positions; PostgreSQL keeps the first 256 positions of a word, which no rule that is
drawn from articles runs into. Time is that of the server's process.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import psycopg

from services.articles.article import Article
from services.bench.postgres_server import Server, process_time_ns
from services.bench.stems import GAP, Stems
from services.queries.tree import And, Node, Not, Or, Phrase, Term
from services.text import stem

_BATCH = 5000


class Postgres:
    """A server of its own on a socket in a folder of its own, with one table of rules."""

    def __init__(self, programs: Path) -> None:
        self._server = Server(programs)
        self._connection = psycopg.connect(self._server.address, autocommit=True)
        self._connection.execute("CREATE TABLE rules (id bigint PRIMARY KEY, query tsquery NOT NULL)")
        self._connection.execute("SET max_parallel_workers_per_gather = 0")
        self._connection.execute("SET jit = off")
        self._backend = self._connection.info.backend_pid
        self._stems = Stems()
        self._waiting: list[tuple[int, str]] = []

    def add(self, number: int, tree: Node) -> bool:
        """Gather a rule of words, phrases, AND, OR and NOT; a batch is sent at once."""
        query = _query(tree)
        if query is not None:
            self._waiting.append((number, query))
            if len(self._waiting) >= _BATCH:
                self._send()
        return query is not None

    def settle(self) -> None:
        """Send what was gathered."""
        self._send()
        self._connection.execute("VACUUM ANALYZE rules")

    def match(self, article: Article) -> Collection[object]:
        """Give the rows of the rules that hold."""
        found = self._connection.execute(
            "SELECT id FROM rules WHERE %s::tsvector @@ query", [self._vector(article)], prepare=True
        )
        return found.fetchall()

    def numbers(self, article: Article) -> set[int]:
        """Give them as a set."""
        return {row[0] for row in self.match(article)}  # type: ignore[index]  # rows of one column

    def clock(self) -> int:
        """Give the processor time of the server's process, ns; whoever asks adds that of his own."""
        return process_time_ns(self._backend)

    def size(self) -> int:
        """Give the bytes of the table and its index."""
        row = self._connection.execute("SELECT pg_total_relation_size('rules')").fetchone()
        return int(row[0]) if row else 0

    def remove(self, number: int) -> None:
        """Take a rule out."""
        self._connection.execute("DELETE FROM rules WHERE id = %s", [number], prepare=True)

    def close(self) -> None:
        """Stop the server and remove its folder."""
        self._connection.close()
        self._server.close()

    def _send(self) -> None:
        with self._connection.cursor().copy("COPY rules FROM STDIN") as copy:
            for row in self._waiting:
                copy.write_row(row)
        self._waiting.clear()

    def _vector(self, article: Article) -> str:
        places: dict[str, list[str]] = {}
        for at, word in enumerate(self._stems.of(article), 1):
            if word != GAP:
                places.setdefault(word, []).append(str(at))
        return " ".join(f"{_quoted(word)}:{','.join(at)}" for word, at in places.items())


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "''").replace("\\", "\\\\") + "'"


def _query(node: Node) -> str | None:
    match node:
        case Term(form, exact=False):
            return _quoted(stem(form, "en"))
        case Phrase(words) if all(isinstance(word, Term) and not word.exact for word in words):
            return "(" + " <-> ".join(_quoted(stem(word.form, "en")) for word in words if isinstance(word, Term)) + ")"
        case And(children) | Or(children):
            parts = [_query(child) for child in children]
            known = [part for part in parts if part is not None]
            if len(known) < len(parts):
                return None
            return "(" + (" & " if isinstance(node, And) else " | ").join(known) + ")"
        case Not(child):
            inner = _query(child)
            return None if inner is None else f"!{inner}"
    return None
