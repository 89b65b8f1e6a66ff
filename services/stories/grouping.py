"""Which story an article belongs to: a memory of the open stories that is asked, and told what was decided.

    decide()   compares a signature with the open stories; changes nothing
    join()     takes in what was decided, here or elsewhere, in the order in which it was decided
    close()    forgets the stories whose last article is older than the window

    copy       most of its wording stands in an article of the story
    retelling  its terms are those of the story, and of no other
    related    its terms are near those of a story, not near enough to be sure: its own story, in the other's thread

The likeness of an article and a story is the cosine with the story's nearest article and with the story's sum, and how
far each headline is covered by the other's terms, less what the next-nearest stories of other threads reach
(*density*): where many stories are alike, being alike says little. What comes from one frame with other facts (this
week's police log, last week's) is neither a copy nor a retelling. One thread at a time.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence

from services.stories.copies import Hits, find_copied, look_up
from services.stories.decision import Decision, Relation
from services.stories.frequencies import Frequencies
from services.stories.likeness import judge, likenesses
from services.stories.members import Member, Story, take_in
from services.stories.runs import RunTable
from services.stories.signature import Signature

QUERY_TERMS = 20
POSTED_TERMS = 40
MOST_POSTED = 150  # articles of a term, the latest
CANDIDATES = 24
OF_ONE_STORY = 4


class Groups:
    """The open stories. `frequencies` learns the first article of every story."""

    def __init__(self, frequencies: Frequencies) -> None:
        self.frequencies = frequencies
        self._members: dict[int, Member] = {}
        self._stories: dict[str, Story] = {}
        self._posted: dict[int, array[int]] = {}
        self._runs = RunTable(self._members.__contains__)
        self._next = 1
        self._looked_up: tuple[Signature, Hits] | None = None

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, story: str) -> bool:
        return story in self._stories

    def decide(self, new: Signature, at: float | None = None) -> Decision:
        """Say what an article is to the open stories. `at`: when it came, in seconds, if that is known."""
        hits = self._look_up(new)
        copied = find_copied(hits, self._members, new)
        if copied is not None:
            near = self._members[copied.member]
            said = f"{copied.share:.0%} of its wording stands in {near.id}"
            return Decision(Relation.COPY, said, copied.story.id, copied.story.thread, near.id, copied.share)
        found = likenesses(self._candidates(new), self._members, new)
        return judge(found, new, at)

    def thread_of(self, story: str) -> str | None:
        """Give the thread of an open story."""
        known = self._stories.get(story)
        return None if known is None else known.thread

    def join(self, id_: str, new: Signature, *, story: str, thread: str, at: float, relation: Relation) -> None:
        """Take an article into a story, which begins with it if it is not open. `at` is in seconds."""
        home = self._stories.get(story)
        if home is None:
            home = self._stories[story] = Story(story, thread, at)
            self.frequencies.learn(new.terms)
        number, self._next = self._next, self._next + 1
        member = Member(id_, home, new.every, new.all_runs, new.words, new.facts, new.named)
        self._members[number] = member
        if relation is not Relation.COPY or not home.members:
            member.terms, member.weights = new.terms, new.weights
            member.title, member.title_weights = new.title, new.title_weights
            self._post(number, new)
        home.members.append(number)
        home.last = max(home.last, at)
        take_in(home, self._members[home.members[0]], new)
        self._enter(number, home, new)

    def close(self, before: float) -> int:
        """Forget the stories whose last article came before; give how many."""
        gone = [story for story in self._stories.values() if story.last < before]
        for story in gone:
            self.drop(story.id)
        return len(gone)

    def drop(self, story: str) -> None:
        """Forget one story."""
        known = self._stories.pop(story, None)
        for number in known.members if known else ():
            del self._members[number]
        self._looked_up = None

    # ---- terms ----

    def _post(self, number: int, new: Signature) -> None:
        for term in new.terms[:POSTED_TERMS]:
            posted = self._posted.get(term)
            if posted is None:
                posted = self._posted[term] = array("I")
            elif len(posted) >= 2 * MOST_POSTED:
                del posted[:-MOST_POSTED]
            posted.append(number)

    def _candidates(self, new: Signature) -> Sequence[int]:
        """Give the articles that share most of the heaviest terms, a few of one story."""
        members = self._members
        reached: dict[int, int] = {}
        weighed = reached.get
        for term, weight in zip(new.terms[:QUERY_TERMS], new.weights, strict=False):
            for number in self._posted.get(term, ())[-MOST_POSTED:]:
                reached[number] = weighed(number, 0) + weight
        taken: list[int] = []
        per_story: Counter[int] = Counter()
        for number in sorted(sorted(reached), key=reached.__getitem__, reverse=True):  # among equals the older one
            member = members.get(number)
            if member is None or per_story[id(member.story)] >= OF_ONE_STORY:
                continue
            per_story[id(member.story)] += 1
            taken.append(number)
            if len(taken) >= CANDIDATES:
                break
        return taken

    # ---- runs ----

    def _look_up(self, new: Signature) -> Hits:
        """Look up an article's runs, once for deciding and joining if nothing happened in between."""
        if self._looked_up is None or self._looked_up[0] is not new:
            self._looked_up = (new, look_up(self._runs, self._members, new))
        return self._looked_up[1]

    def _enter(self, number: int, home: Story, new: Signature) -> None:
        """Enter the runs that the story lacks; a run of many stories is furniture and is not entered again."""
        hits = self._look_up(new)
        known = hits.stories.get
        lacking = (run for run in new.runs if run not in hits.furniture and id(home) not in known(run, ()))
        self._runs.add(lacking, number)
        self._looked_up = None
