"""Copies of articles as other outlets print them, and texts that are none: each kind made with a fixed seed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Text:
    """An article of the benchmark; `event` is what it truly tells."""

    id: str
    title: str
    text: str
    event: str


LOCAL = (
    "Residents of {town} followed the news closely on Tuesday, said {name}, who runs the bakery on Station Road.",
    "In {town}, council leader {name} told a meeting that the town would draw its own lessons from what had happened.",
    "{name}, a retired teacher from {town}, has relatives there and spent the evening on the phone with them.",
    "The {town} branch of the county association will discuss the matter on Thursday at seven in the library hall.",
    "Nobody from {town} is thought to be affected, according to {name} of the district office.",
)
TOWNS = ("Elmstead", "Harrow Falls", "Little Creek", "Norbridge", "Santa Vera", "Westmark", "Oxley", "Pine Junction")
NAMES = ("Martha Quill", "Ed Soames", "Priya Nand", "Oleg Baran", "Lucy Trent", "Hugo Marsh", "Ines Calvo", "Sam Orr")
FURNITURE = (
    "Sign up for our morning newsletter and get the day's headlines in your inbox before breakfast, free of charge.",
    "Support independent local journalism: subscribe today from two dollars a week and read every story without limits.",
    "This article first appeared in our print edition. Comments are moderated and may take some time to be shown here.",
    "Follow us for breaking news as it happens, and download our app to be told first wherever you are today.",
)
HEADLINES = ("What we know so far", "Report: details emerge", "Morning briefing", "The latest from our wire desk")
FILLERS = ("notably", "broadly", "earlier", "partly", "mostly", "locally", "recently", "formally", "quietly", "jointly")


def paragraphs(text: str) -> list[str]:
    """Cut a text into paragraphs of two sentences where it has none."""
    found = [part.strip() for part in re.split(r"\n+", text) if part.strip()]
    if len(found) >= 4:
        return found
    lines = re.split(r"(?<=[.!?][\"” ])\s*(?=[A-Z\"“])", text)
    return [" ".join(lines[at : at + 2]).strip() for at in range(0, len(lines), 2)]


def headline(one: Text, chance: random.Random) -> Text:
    """Another headline."""
    return replace(one, title=chance.choice(HEADLINES))


def dropped(one: Text, chance: random.Random) -> Text:
    """Three paragraphs in ten left out."""
    parts = paragraphs(one.text)
    gone = set(chance.sample(range(len(parts)), int(len(parts) * 0.3)))
    return replace(one, text="\n\n".join(part for at, part in enumerate(parts) if at not in gone))


def cut(one: Text, chance: random.Random) -> Text:  # all kinds are called alike
    """Only the first two fifths."""
    words = one.text.split(" ")
    return replace(one, text=" ".join(words[: max(40, int(len(words) * 0.4))]))


def local(one: Text, chance: random.Random) -> Text:
    """Local paragraphs added, three in ten of the words."""
    parts, want = paragraphs(one.text), 0.3 * len(one.text.split())
    added = 0
    while added < want:
        line = chance.choice(LOCAL).format(town=chance.choice(TOWNS), name=chance.choice(NAMES))
        parts.insert(chance.randrange(1, len(parts) + 1), line)
        added += len(line.split())
    return replace(one, text="\n\n".join(parts))


def furniture(one: Text, chance: random.Random) -> Text:
    """Another outlet's furniture around and between."""
    parts = paragraphs(one.text)
    for line in chance.sample(FURNITURE, 3):
        parts.insert(chance.randrange(0, len(parts) + 1), line)
    return replace(one, text="\n\n".join(parts))


def changed(one: Text, chance: random.Random) -> Text:
    """One word in twenty changed."""
    words = one.text.split(" ")
    for at in chance.sample(range(len(words)), len(words) // 20):
        words[at] = chance.choice(FILLERS)
    return replace(one, text=" ".join(words))


def all_at_once(one: Text, chance: random.Random) -> Text:
    """Half of it, under another headline, with local paragraphs and furniture, one word in twenty changed."""
    half = " ".join(one.text.split(" ")[: max(60, len(one.text.split(" ")) // 2)])
    return furniture(local(changed(headline(replace(one, text=half), chance), chance), chance), chance)


KINDS: dict[str, Callable[[Text, random.Random], Text]] = {
    "headline": headline, "dropped": dropped, "cut": cut, "local": local, "furniture": furniture, "changed": changed,
    "all at once": all_at_once,
}  # fmt: skip


def strangers(texts: list[Text], count: int, chance: random.Random) -> list[Text]:
    """Give texts that copy nothing: mixed sentences of many articles, one each, with furniture that others have too."""
    lines = [line for one in texts for line in re.split(r"(?<=[.!?])\s+", one.text) if 8 <= len(line.split()) <= 40]
    chance.shuffle(lines)
    found = []
    for number in range(count):
        body = " ".join(chance.sample(lines, 12))
        found.append(furniture(Text(f"none-{number}", chance.choice(HEADLINES), body, f"none-{number}"), chance))
    return found
