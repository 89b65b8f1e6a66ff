"""Rules that broke their budget, and those in quarantine, which no worker evaluates.

A rule belongs to everybody who asks for it: at its third breach within a week all its subscriptions are marked, and a
change is logged, by which every match worker drops it before its next batch. A rule that ended the process it was tried
in goes at once. Breaches are counted once an article. An operator releases a rule; who changes their query has another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlmodel import Session, col

from services.errors import ConflictError, NotFoundError
from services.rules.budget import Breach, Fault
from services.store.changes import log_change
from services.store.states import SubscriptionState
from services.store.tables import Rule, Subscription
from services.store.work import insert_into, serialise

BREACHES = 3
FORGOTTEN = timedelta(days=7)
_LOCK = "quarantine"
_DONE = {Fault.FAILED: "failed", Fault.SLOW: "took too long", Fault.ENDED: "ended a worker"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule of which something is known, its query, and how many subscriptions of how many people ask for it."""

    rule: Rule
    query: str | None
    subscriptions: int
    people: int


def record_breach(session: Session, breach: Breach, now: datetime, *, article: str | None = None) -> bool:
    """Count a breach; give whether it put the rule in quarantine. A topic's is no rule's: it is in the log alone."""
    if breach.rule.startswith("topic:"):
        return False
    serialise(session, _LOCK)
    rule = session.get(Rule, breach.rule, populate_existing=True) or Rule(rule_key=breach.rule)
    if rule.quarantined_at is not None or (article is not None and rule.article == article):
        return False
    if rule.broke_at is not None and rule.broke_at < now - FORGOTTEN:
        rule.breaches = 0
    rule.breaches += 1
    rule.fault, rule.said, rule.took_ms = breach.fault, breach.said, breach.took_ms
    rule.article, rule.broke_at = article, now
    session.add(rule)
    if rule.breaches < BREACHES and breach.fault is not Fault.ENDED:
        session.flush()
        return False
    rule.quarantined_at, rule.told_to = now, ""
    session.flush()
    log_change(session, [rule.rule_key], now)
    _mark(session, rule, SubscriptionState.ACTIVE, SubscriptionState.QUARANTINED, why(rule), now)
    return True


def why(rule: Rule) -> str:
    """Say why a rule is in quarantine, and what its people can do."""
    times = f"{rule.breaches} times" if rule.breaches > 1 else "once"
    done = _DONE[Fault(rule.fault or Fault.FAILED)]
    cure = "Make it narrower, then save it again" if rule.fault == Fault.SLOW else "Change it, then save it again"
    return f"This query {done} {times} and no longer runs. {cure}"


def reason_for(session: Session, rule_key: str) -> str | None:
    """Say why a rule does not run; `None` if it does.

    Ask after logging a change: nobody can put the rule away before that change is committed.
    """
    rule = session.get(Rule, rule_key, populate_existing=True)
    return None if rule is None or rule.quarantined_at is None else why(rule)


def release(session: Session, rule_key: str, now: datetime) -> Rule:
    """Let a rule run again from the next article on, with no breach counted, and its subscriptions with it."""
    serialise(session, _LOCK)
    rule = session.get(Rule, rule_key, populate_existing=True)
    if rule is None:
        raise NotFoundError(f'There is no rule "{rule_key}" that broke its budget', field="/id")
    if rule.quarantined_at is None:
        raise ConflictError(f'The rule "{rule_key}" is not in quarantine', field="/id")
    rule.quarantined_at, rule.told_to = None, ""
    rule.breaches, rule.article, rule.released_at = 0, None, now
    session.add(rule)
    session.flush()
    log_change(session, [rule_key], now)
    _mark(session, rule, SubscriptionState.QUARANTINED, SubscriptionState.ACTIVE, None, now)
    return rule


def _mark(
    session: Session, rule: Rule, old: SubscriptionState, new: SubscriptionState, reason: str | None, now: datetime
) -> None:
    mine = col(Subscription.rule_key) == rule.rule_key, col(Subscription.state) == old
    changed = {"state": new, "reason": reason, "changed_at": now, "version": Subscription.version + 1}
    session.execute(update(Subscription).where(*mine).values(**changed))


# ---- rules tried on every article ----


def tried_anyway(session: Session) -> list[str]:
    """Give the rules that were noted as tried on every article."""
    return list(session.scalars(select(col(Rule.rule_key)).where(col(Rule.anyway).is_not(None))))


def note_anyway(session: Session, new: Mapping[str, str], over: Sequence[str]) -> None:
    """Note why rules are tried on every article, and which no longer are. Twice or at once is the same as once."""
    for key, why_ in sorted(new.items()):
        row = insert_into(session, Rule).values(rule_key=key, breaches=0, anyway=why_)
        session.execute(row.on_conflict_do_update(index_elements=["rule_key"], set_={"anyway": why_}))
    session.execute(update(Rule).where(col(Rule.rule_key).in_(sorted(over))).values(anyway=None))


# ---- telling ----


def next_untold(session: Session) -> Rule | None:
    """Give the rule whose people wait longest to be told that it went into quarantine, or runs again."""
    waits = select(Rule).where(col(Rule.told_to).is_not(None)).order_by(col(Rule.broke_at), col(Rule.rule_key))
    return session.scalars(waits.limit(1).with_for_update(skip_locked=True)).first()


def untold_of(session: Session, rule: Rule, limit: int) -> list[Subscription]:
    """Give the next of its subscriptions whose people are to be told."""
    state = SubscriptionState.ACTIVE if rule.quarantined_at is None else SubscriptionState.QUARANTINED
    mine = col(Subscription.rule_key) == rule.rule_key, col(Subscription.state) == state
    query = select(Subscription).where(*mine, col(Subscription.id) > (rule.told_to or ""))
    return list(session.scalars(query.order_by(col(Subscription.id)).limit(limit)))


# ---- lists and counts ----


def page(session: Session, *, after: str = "", limit: int = 50, quarantined: bool | None = None) -> list[Asked]:
    """Give rules that broke their budget or are tried on every article, in the order of their keys."""
    if quarantined:
        wanted: ColumnElement[bool] = col(Rule.quarantined_at).is_not(None)
    else:
        wanted = (col(Rule.breaches) > 0) | col(Rule.anyway).is_not(None)
    query = select(Rule).where(wanted, col(Rule.rule_key) > after).order_by(col(Rule.rule_key)).limit(limit)
    return with_queries(session, session.scalars(query).all())


def with_queries(session: Session, rules: Sequence[Rule]) -> list[Asked]:
    """Give each rule with its query and who asks for it."""
    asked = (
        select(
            col(Subscription.rule_key), func.min(col(Subscription.query)), func.count(),
            func.count(col(Subscription.person).distinct()),
        )
        .where(col(Subscription.rule_key).in_([rule.rule_key for rule in rules]))
        .where(col(Subscription.state) != SubscriptionState.PAUSED)
        .group_by(col(Subscription.rule_key))
    )  # fmt: skip
    known = {key: (query, number, people) for key, query, number, people in session.execute(asked)}
    return [Asked(rule, *known.get(rule.rule_key, (None, 0, 0))) for rule in rules]


def count(session: Session) -> int:
    """Count the rules in quarantine."""
    return _count(session, col(Rule.quarantined_at).is_not(None))


def count_anyway(session: Session) -> int:
    """Count the rules that somebody asks for and that are tried on every article."""
    asked = select(col(Subscription.rule_key)).where(col(Subscription.state) == SubscriptionState.ACTIVE)
    return _count(session, col(Rule.anyway).is_not(None) & col(Rule.rule_key).in_(asked))


def _count(session: Session, wanted: ColumnElement[bool]) -> int:
    return int(session.scalar(select(func.count()).select_from(Rule).where(wanted)) or 0)
