"""The JSON body of a webhook: the same words as in the API, stored and sent again byte for byte."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from services.alerts.message import AlertFacts, DigestFacts, Listened, single

Json = dict[str, object]


def webhook_body(facts: AlertFacts | DigestFacts, message: str, listened: Listened | None = None) -> bytes:
    """Write `{type, id, timestamp, data}`; `type` is `alert.new`, `alert.update`, `alert.correction` or `digest`."""
    alert = single(facts)
    if alert is not None:
        return _json(f"alert.{alert.change}", message, alert.clock.sent, _alert(alert))
    assert isinstance(facts, DigestFacts)
    data: Json = {
        "cadence": facts.cadence,
        "since": _time(facts.since),
        "until": _time(facts.now),
        "stories": [_alert(alert) for alert in facts.alerts],
        "more": facts.more,
        "more_url": facts.more_url,
        "listened": _listened(listened) if listened is not None else None,
    }
    return _json("digest", message, facts.now, data)


def notice_body(kind: str, message: str, at: datetime, data: Json) -> bytes:
    """Write a message about the channel itself, such as its test."""
    return _json(kind, message, at, data)


def _json(kind: str, message: str, at: datetime, data: Json) -> bytes:
    whole = {"type": kind, "id": message, "timestamp": _time(at), "data": data}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _alert(alert: AlertFacts) -> Json:
    evidence = alert.evidence
    clock = alert.clock
    return {
        "story": alert.story,
        "kind": alert.kind,
        "article": {
            "id": alert.article,
            "title": alert.title,
            "url": alert.url,
            "source": alert.outlet,
            "published": _time(clock.published),
            "date_mark": clock.mark,
        },
        "copies": alert.copies,
        "changed": alert.changed.to_json() if alert.changed is not None and alert.change != "new" else None,
        "subscriptions": [{"id": one.id, "name": one.name, "alert": one.alert} for one in alert.asked],
        "reason": {
            "clause": evidence.clause if evidence else "",
            "zone": evidence.zone if evidence else "",
            "sentence": evidence.sentence if evidence else "",
            "marks": [list(span) for span in evidence.marks] if evidence else [],
            "places": list(alert.places),
            "clauses": [{"label": one.label, "name": one.name, "text": one.text} for one in alert.clauses],
        },
        "times": {"seen": _time(clock.seen), "matched": _time(clock.matched), "sent": _time(clock.sent)},
        "links": {"why": alert.links.why, "mute": alert.links.mute, "copies": alert.links.copies},
    }


def _listened(heard: Listened) -> Json:
    return {
        "since": _time(heard.since),
        "articles": heard.articles,
        "sources": heard.sources,
        "healthy": heard.healthy,
        "unheard": [
            {"source": one.source, "state": "failing" if one.failing else "quiet", "since": _time(one.since)}
            for one in heard.unheard
        ],
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
