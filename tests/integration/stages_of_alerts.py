"""What stops an alert on its way to its reader: one function a cause, from the settings to the delivery."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete, select

from services.addressing import Options
from services.alerts.retry import Outcome
from services.channels.outgoing import SendError
from services.store import subscriptions
from services.store.reader_tables import StoryMute
from services.store.states import ChannelState, DeliveryState
from services.store.tables import Alert, Channel, Delivery, DeliveryAlert, Person, Story, Subscription
from tests.integration.stages_of_articles import OTHER, QUERY, TEXT, URL, change, mine, pushed, queried, told
from tests.town import Town


def muted(town: Town) -> None:
    change(town, Subscription, muted=True)
    pushed(town)
    town.run()


def held_by_quiet_hours(town: Town) -> None:
    change(town, Person, quiet_from="08:00", quiet_until="11:00")
    pushed(town)
    town.run()


def snoozed(town: Town) -> None:
    change(town, Subscription, muted_until=town.now + timedelta(hours=3), muted_at=town.now)
    pushed(town)
    town.run()


def in_a_digest(town: Town) -> None:
    change(town, Subscription, cadence="daily")
    pushed(town)
    town.run()


def grouped(town: Town) -> None:
    pushed(town, "before", OTHER.replace("fair", "sanctuary city"), url="https://paper.example/before")
    town.run()
    town.later(minutes=1)
    pushed(town)
    town.run()


def told_through_another(town: Town) -> None:
    """Another subscription on the same channel hears at once; then ours comes to hold by an updated text."""
    queried(town, "goats")
    with town.store.read() as session:
        [[channel]] = subscriptions.channels_of(session, [mine(session).id]).values()
    town.subscribe("council", channel, name="Council")
    pushed(town, "first", url="https://paper.example/first")
    town.run()
    town.later(minutes=9)
    queried(town, QUERY)
    town.push("second", TEXT, url=URL, source="Courier")
    town.run()


def no_channel(town: Town) -> None:
    change(town, Channel, state=ChannelState.DISABLED)
    pushed(town)
    town.run()


def waits_to_be_sent(town: Town) -> None:
    pushed(town)
    told(town)


def retrying(town: Town) -> None:
    town.post.refuse = SendError("busy", outcome=Outcome.RETRY, code="http_503")
    pushed(town)
    town.run()


def dead(town: Town) -> None:
    town.post.refuse = SendError("no", outcome=Outcome.PERMANENT, code="550", detail="550 no such mailbox")
    pushed(town)
    town.run()


def uncertain(town: Town) -> None:
    pushed(town)
    told(town)
    change(town, Delivery, state=DeliveryState.UNCERTAIN)


def suppressed(town: Town) -> None:
    pushed(town)
    told(town)
    change(town, Delivery, state=DeliveryState.SUPPRESSED, reason="unsubscribed")


def no_alert(town: Town) -> None:
    arrived(town)
    with town.store.write() as work:
        for table in (DeliveryAlert, Alert):
            work.session.execute(delete(table))


def story_muted(town: Town) -> None:
    """The story comes first without holding; it is muted, and then the query comes to hold by a copy."""
    queried(town, "goats")
    pushed(town, "first", url="https://paper.example/first")
    town.run()
    with town.store.write() as work:
        story = work.session.scalars(select(Story.id)).one()
        work.session.add(StoryMute(person=mine(work.session).person, story=story, at=town.now))
    queried(town, QUERY)
    town.push("second", TEXT, url=URL, source="Courier")
    town.run()


def in_a_flood(town: Town) -> None:
    for number in range(2):
        pushed(town, f"before {number}", OTHER.replace("fair", f"sanctuary city {number}"), url=f"{URL}/{number}")
        told(town, Options(timedelta(0), flood_most=2))
        town.later(seconds=30)
    pushed(town)
    told(town, Options(timedelta(0), flood_most=2))


def arrived(town: Town) -> None:
    pushed(town)
    town.run()


CASES: tuple[tuple[Callable[[Town], None], str | None, str | None], ...] = (
    (no_alert, "subscription", "no_alert"),
    (muted, "settings", "muted"),
    (story_muted, "settings", "story_muted"),
    (in_a_flood, "settings", "flood"),
    (held_by_quiet_hours, "settings", "quiet_hours"),
    (snoozed, "settings", "snoozed"),
    (in_a_digest, "settings", "digest"),
    (grouped, "settings", "grouped"),
    (told_through_another, "settings", "told_through"),
    (no_channel, "settings", "no_channel"),
    (waits_to_be_sent, "delivery", "waiting"),
    (retrying, "delivery", "retrying"),
    (dead, "delivery", "dead"),
    (uncertain, "delivery", "uncertain"),
    (suppressed, "delivery", "suppressed"),
    (arrived, None, None),
)
"""Each cause, with the stage that stops it and the word for it."""
