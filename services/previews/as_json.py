"""Previews and diffs as JSON has them: the same on the command line and in the API."""

from __future__ import annotations

from services.alerts.reason import title_of
from services.lookback.caught import Day, Share
from services.previews.briefs import Brief
from services.previews.diff import Diff, Stories
from services.previews.preview import Preview, Span
from services.queries import as_json
from services.queries.as_json import Json
from services.store.articles import value_of


def preview(found: Preview) -> Json:
    """Give a preview."""
    return {
        **_span(found.span), "checked": found.checked, "articles": found.articles, "stories": found.stories,
        "old_articles": found.old_articles, "alerts_per_day": _rate(found.alerts_per_day),
        "per_day": [_day(day) for day in found.days], "clauses": [_share(share) for share in found.shares],
        "items": [brief(one) for one in found.briefs], "ignored_articles": found.ignored_articles,
        "ignored": [brief(one) for one in found.ignored],
    }  # fmt: skip


def diff(found: Diff) -> Json:
    """Give a diff; `per_day` counts stories."""
    per_day = [
        {"day": old.day.isoformat(), "old": old.stories, "new": new.stories}
        for old, new in zip(found.old.days, found.new.days, strict=True)
    ]
    return {
        **_span(found.span), "checked": found.checked,
        "stories": {"old": found.old.stories, "new": found.new.stories},
        "alerts_per_day": {"old": _rate(found.old.alerts_per_day), "new": _rate(found.new.alerts_per_day)},
        "per_day": per_day, "clauses": [_share(share) for share in found.shares],
        "gained": _stories(found.gained), "lost": _stories(found.lost), "kept": _stories(found.kept),
    }  # fmt: skip


def brief(one: Brief) -> Json:
    """Give one story by its first caught article."""
    row = one.article
    article = {
        "id": row.id, "title": title_of(row.title, value_of(row)), "url": row.url, "source": one.source,
        "language": row.language, "published": row.published_at, "seen_at": row.seen_at,
    }  # fmt: skip
    return {
        "article": article, "story": one.story, "articles": one.caught, "outlets": one.outlets, "old": one.old,
        "evidence": [as_json.evidence(passage) for passage in one.evidence],
        "ignored": [as_json.evidence(passage) for passage in one.ignored],
        "because": [as_json.missing(leaf) for leaf in one.because],
    }  # fmt: skip


def _span(span: Span) -> Json:
    return {"since": span.since, "until": span.until, "timezone": str(span.zone)}


def _rate(value: float) -> float:
    return round(value, 4)


def _day(day: Day) -> Json:
    return {"day": day.day.isoformat(), "articles": day.articles, "stories": day.stories}


def _share(share: Share) -> Json:
    return {
        "clause": share.clause, "role": share.role.value, "stories": share.stories, "only": share.only,
        "share": share.share, "kept_out": share.kept_out,
    }  # fmt: skip


def _stories(part: Stories) -> Json:
    return {"stories": part.stories, "items": [brief(one) for one in part.briefs]}
