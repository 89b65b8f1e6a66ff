"""Teams are made, renamed, joined, left, given subscriptions and channels, and removed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.errors import ConflictError
from services.store import audit, channels, people, subscriptions, teams
from services.store.people import PersonChange
from services.store.tables import Channel, Person, Subscription
from services.store.work import Work


def add_team(work: Work, actor: str, *, name: str, timezone: str, members: Sequence[str] = (), now: datetime) -> Person:
    """Add a team with its first members, named by id or address."""
    row = teams.add(work.session, name=name, timezone=people.known_zone(timezone), now=now)
    audit.record(work.session, now, actor, "team added", row.id, after=row.name)
    for number, who in enumerate(members):
        join_team(work, actor, row, people.one(work.session, who, f"/members/{number}"), now)
    return row


def change_team(work: Work, actor: str, row: Person, wanted: PersonChange, now: datetime) -> None:
    """Change what a team is called, and how it is told: time zone, quiet hours, when digests leave."""
    before = row.name
    if wanted.name is not None:
        teams.rename(work.session, row, wanted.name)
    kept = PersonChange(
        timezone=wanted.timezone, quiet=wanted.quiet, digest_at=wanted.digest_at, digest_day=wanted.digest_day,
        empty_digests=wanted.empty_digests,
    )  # fmt: skip
    people.change(work.session, row, kept)
    audit.record(work.session, now, actor, "team changed", row.id, before=before, after=row.name)


def join_team(work: Work, actor: str, row: Person, person: Person, now: datetime) -> None:
    """Let a person share what is the team's, from their next request on."""
    if teams.join(work.session, row.id, person.id, now):
        audit.record(work.session, now, actor, "team joined", row.id, after=person.email)


def leave_team(work: Work, actor: str, row: Person, person: Person, now: datetime) -> None:
    """Let a person share what is the team's no longer; what they added stays the team's."""
    if teams.leave(work.session, row.id, person.id):
        audit.record(work.session, now, actor, "team left", row.id, before=person.email)


def remove_team(work: Work, actor: str, row: Person, now: datetime) -> None:
    """Remove a team that owns nothing."""
    teams.remove(work.session, row)
    audit.record(work.session, now, actor, "team removed", row.id, before=row.name)


def hand_over_channel(work: Work, actor: str, row: Channel, owner: Person, now: datetime) -> None:
    """Give a channel that no subscription uses to another person or team."""
    if used := channels.used_by(work.session, [row.id])[row.id]:
        text = f'The subscription "{used[0]}" uses this channel. Give it another channel first'
        raise ConflictError(text, field="/team")
    before, row.person, row.fallback = row.person, owner.id, None
    channels.forget_fallback(work.session, row.id)
    work.session.add(row)
    work.session.flush()
    audit.record(work.session, now, actor, "channel handed over", row.id, before=before, after=owner.id)


def hand_over_subscription(
    work: Work, actor: str, row: Subscription, owner: Person, its_channels: Sequence[str], now: datetime
) -> None:
    """Give a subscription to another person or team; its alerts go to channels of theirs from then on."""
    before = row.person
    subscriptions.hand_over(work.session, row, owner.id, its_channels, now)
    audit.record(work.session, now, actor, "subscription handed over", row.id, before=before, after=owner.id)
