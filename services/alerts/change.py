"""Whether a new text of a story already told is a correction, an update, or nothing new; and what changed.

A correction says that it is one. An update brings words that were not there, in sentences of their own or as another
number, name or negation within a sentence. All else (spelling, order, white space, a stamp of the time) is cosmetic.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.articles.article import Article
from services.stories.wording import Sentence, exchanged, figures, pairs, sentence, told

MATERIAL = 0.2
"""An update is material when so much of its words was not there before."""
MOST_KEPT = 12
LONGEST_KEPT = 400

_CORRECTS = re.compile(
    r"^\W*(?:corrections?|clarification|corrected|editor[’']s note)\b|"
    r"\b(?:an earlier|a previous) version of this (?:article|story|report|post)\b|"
    r"\bthis (?:article|story|report|post) has been corrected\b",
    re.IGNORECASE,
)
_STAMP = re.compile(
    r"^\W*(?:(?:last )?updated|published|posted|modified)\b|\b\d{1,2}[:.]\d\d\b|\b[ap]\.?m\.?\b|"
    r"\b\d+ (?:second|minute|hour|day)s? ago\b|\b\d+[- ]min(?:ute)?s? read\b",
    re.IGNORECASE,
)


class Change(StrEnum):
    """What a later text does to an earlier one."""

    CORRECTION = "correction"
    UPDATE = "update"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed: sentences that came and went, the headlines if they differ, the lines that say what is corrected.

    `since` is the id of the text before. `more` counts sentences that are not kept here.
    """

    kind: Change
    since: str = ""
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    title: tuple[str, str] | None = None
    corrections: tuple[str, ...] = ()
    more: int = 0

    def to_json(self) -> dict[str, Any]:  # Any: JSON
        """Give what is stored."""
        return {
            "kind": "cosmetic" if self.kind is Change.NONE else self.kind.value, "since": self.since,
            "added": list(self.added), "gone": list(self.gone), "title": list(self.title) if self.title else None,
            "corrections": list(self.corrections), "more": self.more,
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Changed:  # Any: JSON
        """Read what `to_json` gave."""
        title = kept["title"]
        return cls(
            kind=Change.NONE if kept["kind"] == "cosmetic" else Change(kept["kind"]), since=kept["since"],
            added=tuple(kept["added"]), gone=tuple(kept["gone"]), title=(title[0], title[1]) if title else None,
            corrections=tuple(kept["corrections"]), more=kept["more"],
        )  # fmt: skip


def compare(before: Article, after: Article, since: str = "") -> Changed:
    """Compare two texts of one story. `since` is the id of the one before; if its text was let go nothing is new."""
    if not before.text:
        return Changed(Change.NONE, since)
    old, new = list(told(before)), list(told(after))
    known, still = {one.words for one in old}, {one.words for one in new}
    fresh = [one for one in new if one.words not in known]
    lost = [one for one in old if one.words not in still]
    earlier = _correction_lines(before)
    said = [line for line in _correction_lines(after) if line not in earlier]
    heads = " ".join((before.title or "").split()), " ".join((after.title or "").split())
    kind = Change.UPDATE if _figures(heads[0]) != _figures(heads[1]) else _weigh(fresh, lost, new)
    return Changed(
        kind=Change.CORRECTION if said else kind,
        since=since, added=_kept(fresh), gone=_kept(lost), title=heads if heads[0] != heads[1] else None,
        corrections=tuple(line[:LONGEST_KEPT] for line in said[:MOST_KEPT]),
        more=max(0, len(fresh) - MOST_KEPT) + max(0, len(lost) - MOST_KEPT),
    )  # fmt: skip


def _kept(lines: Sequence[Sentence]) -> tuple[str, ...]:
    return tuple(one.text[:LONGEST_KEPT] for one in lines[:MOST_KEPT])


def _weigh(fresh: Sequence[Sentence], lost: Sequence[Sentence], new: Sequence[Sentence]) -> Change:
    """Count words that were not there: all of a new sentence, of one that was reworked only those that are new."""
    unheard = 0
    for one, origin in pairs(fresh, lost):
        if _STAMP.search(one.text):
            continue
        if origin is None:
            unheard += len(one.words)
        elif _tells_otherwise(origin, one):
            return Change.UPDATE
        else:
            unheard += sum((Counter(one.words) - Counter(origin.words)).values())
    total = sum(len(one.words) for one in new) or 1
    return Change.UPDATE if unheard / total >= MATERIAL else Change.NONE


def _tells_otherwise(before: Sentence, after: Sentence) -> bool:
    """Say whether a sentence has another number, another name or another negation than the one it was made of."""
    if _STAMP.search(before.text):
        return False
    return figures(before.words) != figures(after.words) or bool(exchanged(before, after).names)


def _figures(headline: str) -> Counter[str]:
    return Counter() if _STAMP.search(headline) else figures(sentence(headline).words)


def _correction_lines(article: Article) -> list[str]:
    texts = [article.title or "", *(article.text[p.start : p.end] for p in article.passages)]
    return [" ".join(text.split()) for text in texts if _CORRECTS.search(text)]
