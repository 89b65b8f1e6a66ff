"""Copies: an article most of whose runs of words stand in an earlier one, or the other way round.

What counts is the share of the shorter one, so that neither a cut nor added paragraphs hide a copy. Runs that stand in
many stories are furniture and count on neither side. An article that fills the wording of another with other facts is
none of its copies: it was written from the same frame.
"""

from __future__ import annotations

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
    """Which of an article's runs are known: by article, which of many stories, and the stories of each, by `id`."""

    by_member: Mapping[int, set[int]]
    furniture: set[int]
    stories: Mapping[int, set[int]]


def look_up(table: RunTable, members: Mapping[int, Member], new: Signature) -> Hits:
    """Look up the runs of an article among those of open stories."""
    by_member: dict[int, set[int]] = {}
    furniture: set[int] = set()
    stories: dict[int, set[int]] = {}
    for run, owners in table.look_up(new.runs):
        live = [owner for owner in owners if owner in members]
        if not live:
            continue
        stories[run] = {id(members[owner].story) for owner in live}
        if len(stories[run]) > MOST_STORIES_OF_A_RUN:
            furniture.add(run)
            continue
        for owner in live:
            known = by_member.get(owner)
            if known is None:
                by_member[owner] = {run}
            else:
                known.add(run)
    return Hits(by_member, furniture, stories)


def find_copied(hits: Hits, members: Mapping[int, Member], new: Signature) -> Copied | None:
    """Find the story that the article is a copy of, if there is one."""
    if new.all_runs < FEWEST_RUNS:
        return None
    stories: dict[int, set[int]] = {}
    for owner, runs in hits.by_member.items():
        stories.setdefault(id(members[owner].story), set()).update(runs)
    found: list[Copied] = []
    done = set()
    counted: dict[int, int] = {}  # runs of the article that count, by how deep they are sampled
    for owner, _ in sorted(hits.by_member.items(), key=lambda item: (-len(item[1]), item[0])):
        member = members[owner]
        if id(member.story) in done:
            continue
        done.add(id(member.story))
        every = max(new.every, member.every)
        if every not in counted:
            counted[every] = sum(run % every == 0 and run not in hits.furniture for run in new.runs)
        share = _share(stories[id(member.story)], every, counted[every], member)
        if share is not None and frame_shared(new.facts, member.facts) < FRAME:
            found.append(Copied(member.story, owner, share))
    return max(found, key=lambda one: (one.share, -one.member), default=None)


def _share(runs: set[int], every: int, mine: int, member: Member) -> float | None:
    common = sum(run % every == 0 for run in runs) if every > 1 else len(runs)
    if common < (FEWEST_SAMPLED if every > 1 else FEWEST_RUNS):
        return None
    share = min(1.0, common / max(_SMALLEST_SHARE_OF, min(mine, member.all_runs / every)))
    return share if share >= COPY_SHARE else None
