"""Copies: an article most of whose runs of words stand in an earlier one, or the other way round.

What counts is the share of the shorter one, so that neither a cut nor added paragraphs hide a copy. Runs that stand in
many stories are furniture and count on neither side. An article that fills the wording of another with other facts is
none of its copies: it was written from the same frame.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from services.stories.decision import COPY_SHARE, FEWEST_RUNS, FEWEST_SAMPLED, MOST_STORIES_OF_A_RUN
from services.stories.facts import FRAME, frame_shared
from services.stories.members import Member, Story
from services.stories.runs import RunTable
from services.stories.signature import Signature

_SMALLEST_SHARE_OF = 6  # a share of fewer runs says nothing


@dataclass(frozen=True, slots=True)
class Copied:
    """The story that an article copies, the article most like it, and how much is the same."""

    story: Story
    member: int
    share: float


@dataclass(frozen=True, slots=True)
class Hits:
    """Which of an article's runs are known: by article, and which are furniture."""

    by_member: Mapping[int, frozenset[int]]
    furniture: frozenset[int]


def look_up(table: RunTable, members: Mapping[int, Member], new: Signature) -> Hits:
    """Look up the runs of an article among those of open stories."""
    by_member: dict[int, set[int]] = {}
    furniture = set()
    for run in new.runs:
        owners = [owner for owner in table.owners(run) if owner in members]
        if not owners:
            continue
        if len({id(members[owner].story) for owner in owners}) > MOST_STORIES_OF_A_RUN:
            furniture.add(run)
            continue
        for owner in owners:
            by_member.setdefault(owner, set()).add(run)
    return Hits({owner: frozenset(runs) for owner, runs in by_member.items()}, frozenset(furniture))


def find_copied(hits: Hits, members: Mapping[int, Member], new: Signature) -> Copied | None:
    """Find the story that the article is a copy of, if there is one."""
    if new.all_runs < FEWEST_RUNS:
        return None
    stories: dict[int, set[int]] = {}
    best: Counter[int] = Counter()
    for owner, runs in hits.by_member.items():
        stories.setdefault(id(members[owner].story), set()).update(runs)
        best[owner] = len(runs)
    found: list[Copied] = []
    done = set()
    for owner, _ in sorted(best.items(), key=lambda item: (-item[1], item[0])):
        member = members[owner]
        if id(member.story) in done:
            continue
        done.add(id(member.story))
        share = _share(stories[id(member.story)], hits.furniture, member, new)
        if share is not None and frame_shared(new.facts, member.facts) < FRAME:
            found.append(Copied(member.story, owner, share))
    return max(found, key=lambda one: (one.share, -one.member), default=None)


def _share(runs: set[int], furniture: frozenset[int], member: Member, new: Signature) -> float | None:
    every = max(new.every, member.every)
    common = sum(run % every == 0 for run in runs) if every > 1 else len(runs)
    mine = sum(run % every == 0 and run not in furniture for run in new.runs)
    shorter = max(_SMALLEST_SHARE_OF, min(mine, member.all_runs / every))
    share = min(1.0, common / shorter)
    fewest = FEWEST_SAMPLED if every > 1 else FEWEST_RUNS
    return share if common >= fewest and share >= COPY_SHARE else None
