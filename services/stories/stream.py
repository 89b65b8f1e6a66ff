"""One pass over a stream of articles, a JSON object a line: each is decided by those before it and never again.

    {"id": "a1", "title": "…", "text": "…", "published": "2026-11-25T10:00:00Z", "source": "wire"}

`id` is a string or a number; everything else may be missing. A story is named by the id of its first article. The
same id from the same source again is a revision; so is an article of the same source under the same headline with most
of its wording.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.errors import InvalidError
from services.stories.decision import REVISION_SHARE, Decision, Relation
from services.stories.frequencies import Frequencies, Table
from services.stories.grouping import Groups
from services.stories.signature import sign


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one article."""

    id: str
    story: str
    thread: str
    relation: Relation
    because: str


@dataclass(frozen=True, slots=True)
class _Given:
    id: str
    title: str
    text: str
    source: str
    at: float | None


class Stream:
    """The stories of the articles taken so far. `hours`: how long after its last article a story is open."""

    def __init__(self, table: Table, hours: float | None) -> None:
        self.groups = Groups(Frequencies(table))
        self._window = None if hours is None else hours * 3600
        self._clock = 0.0
        self._swept = 0.0
        self._story_of: dict[tuple[str, str], str] = {}
        self._heads: dict[str, tuple[str, str]] = {}  # of article ids: source and headline
        self._names: set[str] = set()

    def take(self, line: bytes) -> Told:
        """Decide one article. Raises `InvalidError` if the line is none; it then changes nothing."""
        given = _read(line)
        self._clock = max(self._clock, given.at or 0.0)
        self._close()
        new = sign(given.title, given.text, self.groups.frequencies.weight)
        decision = self._known(given) or self._revised(given, self.groups.decide(new, given.at))
        name = decision.story or self._name(given.id)
        thread = decision.thread or name
        at = self._clock if given.at is None else given.at
        self.groups.join(given.id, new, story=name, thread=thread, at=at, relation=decision.relation)
        self._story_of[given.source, given.id] = name
        self._heads[given.id] = (given.source, given.title)
        return Told(given.id, name, thread, decision.relation, decision.because)

    def _known(self, given: _Given) -> Decision | None:
        """The same article again, if its story is open."""
        story = self._story_of.get((given.source, given.id))
        thread = None if story is None else self.groups.thread_of(story)
        if story is None or thread is None:
            return None
        return Decision(Relation.REVISION, f"{given.id} again", story, thread, given.id, 1.0)

    def _revised(self, given: _Given, found: Decision) -> Decision:
        if found.relation is not Relation.COPY or found.near is None or found.score < REVISION_SHARE:
            return found
        if not given.source or not given.title or self._heads.get(found.near) != (given.source, given.title):
            return found
        said = f"{found.near} under the same headline: {found.because}"
        return Decision(Relation.REVISION, said, found.story, found.thread, found.near, found.score)

    def _name(self, id_: str) -> str:
        """Name a story by its first article; an id that names one already gets a number."""
        name, number = id_, 1
        while name in self._names:
            number += 1
            name = f"{id_}#{number}"
        self._names.add(name)
        return name

    def _close(self) -> None:
        """Close stories that are over. Looking is cheap but not free: not more often than a hundredth of the window."""
        if self._window is None or self._clock - self._swept < self._window / 100:
            return
        self._swept = self._clock
        if self.groups.close(self._clock - self._window):
            open_stories = self.groups
            self._story_of = {key: story for key, story in self._story_of.items() if story in open_stories}
            kept = {id_ for _, id_ in self._story_of}
            self._heads = {id_: head for id_, head in self._heads.items() if id_ in kept}


def _read(line: bytes) -> _Given:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise InvalidError(f"no JSON object: it cannot be read from character {error.pos + 1:,} on") from error
    except UnicodeDecodeError as error:
        raise InvalidError(f"no JSON object: byte {error.start + 1:,} is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise InvalidError("no JSON object: it is nested too deeply, or a number has too many digits") from error
    if not isinstance(value, dict):
        raise InvalidError(f"a JSON object is expected, not {type(value).__name__}")
    id_ = value.get("id")
    if isinstance(id_, bool) or not isinstance(id_, str | int) or id_ == "":
        raise InvalidError('"id" is expected, a string or a number')
    return _Given(str(id_), _text(value, "title"), _text(value, "text"), _text(value, "source"), _time(value))


def _text(value: dict[str, Any], name: str) -> str:  # Any: JSON
    found = value.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise InvalidError(f'"{name}" is a string or null, not {type(found).__name__}')
    return found


def _time(value: dict[str, Any]) -> float | None:  # Any: JSON
    found = value.get("published")
    if found is None or found == "":
        return None
    try:
        at = datetime.fromisoformat(found)
    except (TypeError, ValueError) as error:
        raise InvalidError(f'"published" is a time such as 2026-11-25T10:00:00Z, not {str(found)[:40]!r}') from error
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
