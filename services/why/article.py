"""The stages that an article passes whoever asks: its source, whether it was seen, read, and new."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from sqlmodel import Session

from services.store import links, sources
from services.store.source_tables import Source
from services.store.states import ArticleState, SourceState
from services.store.tables import Article
from services.why.line import Stage, Step, stop, through
from services.why.words import Words


def stages(session: Session, url: str, row: Article | None, words: Words) -> list[Stage]:
    """Give the stages up to the one that stopped the article, or all four."""
    if row is None:
        return _unseen(session, url, words)
    source = sources.get(session, row.source)
    found = [through(Step.SOURCE, _watched(source), source=source.name, state=source.state), _seen(row, words)]
    stopped = _unread(row, words)
    if stopped is not None:
        return [*found, stopped]
    found.append(
        through(Step.READ, f"It was read {words.at(row.read_at)}.", read_at=row.read_at, language=row.language)
    )
    if row.old:
        published = f", published {words.at(row.published_at)}," if row.published_at else ""
        text = (
            f"Set aside as old: it was there{published} before {source.name} came to be watched, so it raised no alert."
        )
        return [*found, stop(Step.AGE, "old", text, published_at=row.published_at, seen_at=row.seen_at)]
    found.append(through(Step.AGE, "It was new when it was seen."))
    return found


def _unseen(session: Session, url: str, words: Words) -> list[Stage]:
    host = urlsplit(url).hostname or url
    watched = links.watching(session, url)
    if not watched:
        text = f"Never seen. Tocsin does not watch {host}."
        return [stop(Step.SOURCE, "unknown_source", text, host=host)]
    names = [source.name for source in watched]
    found = through(Step.SOURCE, " ".join(map(_watched, watched)), sources=names)
    return [found, stop(Step.SEEN, "never_seen", _never_seen(watched, words), **_polled(watched))]


def _never_seen(watched: Sequence[Source], words: Words) -> str:
    parts = ["The source is watched, but it never showed this link."]
    for source in watched:
        if source.state != SourceState.HEALTHY:
            reason = f": {source.reason}" if source.reason else ""
            parts.append(f"{source.name} is {source.state}{reason}.")
        if source.polled_at is not None:
            parts.append(f"{source.name} was last read {words.at(source.polled_at)}.")
    return " ".join(parts)


def _polled(watched: Sequence[Source]) -> dict[str, object]:
    source = watched[0]
    return {
        "source": source.name, "state": source.state, "reason": source.reason, "polled_at": source.polled_at,
        "last_article_at": source.last_article_at,
    }  # fmt: skip


def _watched(source: Source) -> str:
    return f"{source.name} is watched." if source.url else f"{source.name} pushes its articles."


def _seen(row: Article, words: Words) -> Stage:
    published = f", published {words.at(row.published_at)}" if row.published_at else ""
    text = f"The article was seen {words.at(row.seen_at)}{published}."
    return through(Step.SEEN, text, seen_at=row.seen_at, published_at=row.published_at, revision=row.revision)


def _unread(row: Article, words: Words) -> Stage | None:
    if row.state == ArticleState.SET_ASIDE and (row.reason or "").startswith("poison"):
        reason = (row.reason or "").partition(": ")[2]
        text = f"Set aside as poisonous: working on it failed {row.tries} times. {reason}"
        return stop(Step.READ, "poisonous", text, reason=reason, tries=row.tries)
    if row.state != ArticleState.NEW:
        return None
    if row.story is not None:
        text = "An operator parted it from another story, and it waits to be matched anew."
        return stop(Step.READ, "waiting", text, waits_for="to be matched", since=row.due_at)
    what = "to be read" if row.read_at is None else "to be matched"
    text = f"It waits {what} since {words.at(row.read_at or row.seen_at)}."
    return stop(Step.READ, "waiting", text, waits_for=what, since=row.read_at or row.seen_at)
