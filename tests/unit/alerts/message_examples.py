"""A story and a digest as messages tell them, for the tests of the renderers. All names are invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.alerts import message
from services.alerts.change import Change, Changed

LOS_ANGELES = "America/Los_Angeles"
SENT = datetime(2026, 11, 19, 17, 13, 34, tzinfo=UTC)
SITE = "https://news-alerts.example"

SENTENCE = (
    "After four hours of comment the council made San Bernardino the county’s first sanctuary city early Thursday, "
    "barring police from honouring detainers without a judge’s warrant."
)


def marked(sentence: str, *words: str, clause: str = "", zone: str = "lead") -> message.Evidence:
    """Mark the first place of each word."""
    spans = tuple((sentence.index(word), sentence.index(word) + len(word)) for word in words)
    return message.Evidence(sentence, spans, clause=clause, zone=zone)


COUNCIL = message.AlertFacts(
    story="st1",
    kind="new",
    title="San Bernardino council votes 5–2 to limit work with immigration officers",
    url="https://inlandcourier.example/2026/11/19/council-vote",
    outlet="Inland Courier",
    clock=message.Clock(
        published=SENT - timedelta(seconds=90),
        seen=SENT - timedelta(seconds=3),
        matched=SENT - timedelta(seconds=2),
        sent=SENT,
    ),
    asked=(
        message.Asked("7", "Sanctuary city, San Bernardino", "a1k9"),
        message.Asked("4", "Detainers, California", "a1ka"),
    ),
    evidence=marked(SENTENCE, "sanctuary city", "detainers", clause='"sanctuary city"'),
    clauses=(
        message.Clause("Topic", "first sentence of the lead", "Sanctuary city"),
        message.Clause("Place", "the city: in the title and 6 times in the text", "San Bernardino, California"),
        message.Clause("Leaves out", "animal*: not found"),
    ),
    places=("San Bernardino, California (city)",),
    copies=14,
    note="For the council memo, due 4 December",
    article="ar1",
    links=message.Links(
        why=f"{SITE}/alerts/a1k9",
        mute=f"{SITE}/alerts/a1k9/mute",
        copies=f"{SITE}/alerts/a1k9#copies",
        feedback=(("Relevant", f"{SITE}/f/9Qe/relevant"), ("Wrong place", f"{SITE}/f/9Qe/place")),
    ),
)

DESK = replace(
    COUNCIL,
    story="st2",
    title="San Joaquin sheriff ends walk-in detainer desk",
    url="https://valleyregister.example/desk",
    outlet="Valley Register",
    copies=0,
    asked=(message.Asked("4", "Detainers, California", "a2"),),
    evidence=marked("The desk, where officers could file a detainer in person, closes on 1 December.", "detainer"),
    clauses=(message.Clause("Place", "in the title", "Stockton, California"),),
    clock=replace(COUNCIL.clock, published=SENT - timedelta(hours=12)),
    links=message.Links(why=f"{SITE}/alerts/a2", mute=f"{SITE}/alerts/a2/mute"),
    note="",
)

RENT = replace(
    DESK,
    story="st3",
    kind="correction:1",
    title="Pasadena board raises the rent cap to 3 per cent",
    outlet="Bay Herald",
    url="https://bayherald.example/rent",
    asked=(message.Asked("9", "Rent control, Los Angeles County", "a4"),),
    evidence=marked(
        "An earlier version said 5 per cent. The board voted for rent increases of up to 3 per cent.", "rent"
    ),
    told_at=SENT - timedelta(days=2),
    links=message.Links(why=f"{SITE}/alerts/a4"),
    changed=Changed(
        Change.CORRECTION,
        since="ar0",
        added=(
            "Correction: An earlier version said 5 per cent.",
            "The board voted for rent increases of up to 3 per cent.",
        ),
        gone=("The board voted for rent increases of up to 5 per cent.",),
        title=("Pasadena board raises the rent cap to 5 per cent", "Pasadena board raises the rent cap to 3 per cent"),
        corrections=("Correction: An earlier version said 5 per cent.",),
        more=2,
    ),
)

LISTENED = message.Listened(
    since=SENT - timedelta(days=1),
    articles=2318,
    sources=48,
    unheard=(
        message.Unheard("Colton Star", SENT - timedelta(hours=9, minutes=20), concerns=("Detainers, California",)),
        message.Unheard("High Desert Mail", SENT - timedelta(hours=29), failing=False, usual_gap=timedelta(hours=4)),
    ),
    longest_gap=timedelta(hours=9, minutes=20),
    longest_gap_source="Colton Star",
)

FOOT = message.Foot(
    message="msg_7h2kq9",
    zone=LOS_ANGELES,
    to="dana@policy-desk.example",
    subscribed=datetime(2026, 10, 2, 18, tzinfo=UTC),
    unsubscribe=f"{SITE}/u/9QeTz",
    change=f"{SITE}/subscriptions/7",
    sources=f"{SITE}/sources",
    listened=LISTENED,
)

DAILY = message.DigestFacts(
    cadence="daily",
    since=SENT - timedelta(days=1),
    now=SENT,
    sections=(
        message.Section("Detainers, California", (DESK, COUNCIL)),
        message.Section("Rent control, Los Angeles County", (RENT,)),
    ),
    next_at=SENT + timedelta(days=1),
)
