"""Let rules run again that were put in quarantine."""

from __future__ import annotations

from datetime import datetime

from services.store import audit, quarantine
from services.store.quarantine import Asked
from services.store.work import Work


def release(work: Work, actor: str, rule_key: str, now: datetime) -> Asked:
    """Let a rule run again from the next article on, for everybody who asks for it; they are told."""
    rule = quarantine.release(work.session, rule_key, now)
    [asked] = quarantine.with_queries(work.session, [rule])
    audit.record(work.session, now, actor, "rule released", rule_key, before=rule.said, after=asked.query)
    return asked
