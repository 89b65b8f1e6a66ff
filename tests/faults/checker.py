"""The independent checker: what is owed against what the sinks wrote down, and both against Tocsin's own books.

lost         owed and at no sink
unexpected   at a sink and not owed
twice        a copy above the first without an attempt that was called uncertain, or under another id
books        where the rows and the ledgers disagree: each row marked sent has a copy, each copy with an id has a row that
             is sent, nothing is left on its way, and as many messages are owed as rows are sent
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import create_engine, text

from tests.faults.plan import Owed

_ROWS = """
SELECT d.id, d.channel, d.state, d.kind, s.title,
       (SELECT count(*) FROM attempt a WHERE a.delivery = d.id AND a.outcome = 'uncertain') AS uncertain,
       (SELECT ar.title FROM article ar JOIN alert al ON al.article = ar.id JOIN delivery_alert l ON l.alert = al.id
        WHERE l.delivery = d.id LIMIT 1) AS about
FROM delivery d LEFT JOIN story s ON s.id = d.story WHERE d.kind NOT IN ('confirm', 'test', 'notice')
"""


@dataclass(frozen=True, slots=True)
class Copy:
    """A message that a sink accepted. A chat message has no id."""

    to: str
    title: str
    id: str


@dataclass(slots=True)
class Verdict:
    """What the checker found. `duplicates`: copies above the first; `uncertain`: attempts that were called so."""

    lost: list[Owed] = field(default_factory=list)
    unexpected: list[Owed] = field(default_factory=list)
    twice: list[Owed] = field(default_factory=list)
    books: list[str] = field(default_factory=list)
    duplicates: int = 0
    uncertain: int = 0

    @property
    def clean(self) -> bool:
        return not (self.lost or self.unexpected or self.twice or self.books)


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    key: Owed
    state: str
    uncertain: int


def check(owed: Collection[Owed], copies: Collection[Copy], url: str, names: Mapping[str, str]) -> Verdict:
    """Compare. `names` says what the sinks call each channel."""
    rows = _rows(url, names)
    arrived = Counter((copy.to, copy.title) for copy in copies)
    verdict = Verdict(lost=sorted(set(owed) - set(arrived)), unexpected=sorted(set(arrived) - set(owed)))
    ids = defaultdict(set)
    for copy in copies:
        ids[copy.to, copy.title].add(copy.id)
    excuses = {row.key: row.uncertain for row in rows}
    for key, times in arrived.items():
        verdict.duplicates += times - 1
        if len(ids[key]) > 1 or times - 1 > excuses.get(key, 0):
            verdict.twice.append(key)
    verdict.uncertain = sum(row.uncertain for row in rows)
    verdict.books = _books(rows, arrived, {copy.id for copy in copies if copy.id}, len(owed))
    return verdict


def _books(rows: Collection[_Row], arrived: Mapping[Owed, int], ids: set[str], owed: int) -> list[str]:
    sent = {row.id for row in rows if row.state == "sent"}
    found = [f"{row.id} is {row.state}" for row in rows if row.state not in ("sent", "dead", "suppressed")]
    found += [f"{row.id} is marked sent, and {row.key} has none" for row in rows
              if row.state == "sent" and row.key not in arrived]  # fmt: skip
    found += [f"{id_} arrived and is not marked sent" for id_ in sorted(ids - sent)]
    if len(rows) != owed:
        found.append(f"{owed} messages are owed, {len(rows)} rows stand for one")
    return found


def _rows(url: str, names: Mapping[str, str]) -> list[_Row]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return [
                _Row(row.id, (names[row.channel], row.about or row.title), row.state, row.uncertain)
                for row in connection.execute(text(_ROWS))
                if row.channel in names  # not the canary's
            ]
    finally:
        engine.dispose()
