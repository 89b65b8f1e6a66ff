"""From what a reader said of alerts to a change of the query: words to leave out, tried on what was told before.

    wrong sense, wrong place     a word of these articles that stands in no article said to be relevant
    the proposal                 QUERY NOT WORD …, with what it would have lost and kept

Nothing changes by itself: a person sees the proposal and takes it, or does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.articles.article import Article, Zone
from services.queries.canonical import to_text
from services.queries.document import document
from services.queries.evaluate import holds
from services.queries.tree import Node, both, without
from services.queries.words import leaf
from services.text import cut, stem

MOST_WORDS = 3
LEAST_LETTERS = 4
_COUNTED = (Zone.TITLE, Zone.LEAD, Zone.BODY)


@dataclass(frozen=True, slots=True)
class Judged:
    """An article that was told, and what the reader said: it was wrong, it was relevant, or nothing."""

    id: str
    article: Article
    wrong: bool = False
    relevant: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """A changed query: the words it leaves out, and the ids of the articles that it would lose and keep."""

    query: str
    leaves_out: tuple[str, ...]
    lost: tuple[str, ...]
    kept: tuple[str, ...]


def propose(tree: Node, judged: Sequence[Judged], topics: Mapping[str, Node]) -> Proposal | None:
    """Propose a query that lets go what was wrong and keeps what was relevant; `None` if no word tells them apart."""
    wrong = [one for one in judged if one.wrong]
    if not wrong:
        return None
    words = _choose(tree, judged, topics)
    leaves = [found for word in words if (found := leaf(word, 0)) is not None]
    # All of these matched, so what the changed query loses is what holds one of the words.
    lost = [one.id for one in judged if any(holds(found, document(one.article)) for found in leaves)]
    kept = [one.id for one in judged if one.id not in lost]
    if not words or any(one.id in lost for one in judged if one.relevant) or not any(w.id in lost for w in wrong):
        return None
    changed = both([tree, *map(without, leaves)])
    return Proposal(to_text(changed), tuple(words), tuple(lost), tuple(kept))


def _choose(tree: Node, judged: Sequence[Judged], topics: Mapping[str, Node]) -> list[str]:
    """Take the words that let go most of what was wrong, and of these what costs least of what was not judged."""
    text = " ".join([to_text(tree), *(to_text(pack) for name, pack in topics.items() if name in to_text(tree))])
    asked = {stem(folded, "en") for _, _, folded, _ in cut(text)}
    seen = {one.id: _words(one.article) for one in judged}
    never = {key for one in judged if one.relevant for key in seen[one.id]} | asked
    left = {one.id for one in judged if one.wrong}
    unjudged = [one.id for one in judged if not one.wrong and not one.relevant]
    chosen: list[str] = []
    while left and len(chosen) < MOST_WORDS:
        ranked = [
            (
                -sum(key in seen[id_] for id_ in left),
                sum(key in seen[id_] for id_ in unjudged),
                -sum(seen[id_][key][1] for id_ in left if key in seen[id_]),
                word,
                key,
            )
            for key, word in {k: w for id_ in left for k, (w, _) in seen[id_].items()}.items()
            if key not in never
        ]
        if not ranked:
            break
        *_, word, key = min(ranked)
        chosen.append(word)
        left = {id_ for id_ in left if key not in seen[id_]}
    return chosen


def _words(article: Article) -> dict[str, tuple[str, int]]:
    """Give the stems of an article with a spelling of each and its weight: words of the title tell most."""
    found: dict[str, tuple[str, int]] = {}
    spans = [(article.text[p.start : p.end], 1) for p in article.passages if p.zone in _COUNTED]
    for text, weight in [(article.title or "", 5), *spans]:
        for _, _, folded, _ in cut(text):
            if len(folded) < LEAST_LETTERS or not folded.isalpha() or folded in _COMMON:
                continue
            key = stem(folded, article.language or "en")
            word, before = found.get(key, (folded, 0))
            found[key] = (word, before + weight)
    return found


_COMMON = frozenset(
    """
    about above after again against also although among another around because been before being below between
    both came come could does doing done down during each even every felt first from further gave give given going
    have having here hers herself himself however into itself just know last like made make many might more most
    much must never next none nothing once only other ours over said same says seen several shall should since
    some still such take than that their theirs them then there these they thing this those though three through
    time told took toward under until upon very want week well went were what when where which while whose will
    with within without would year years your monday tuesday wednesday thursday friday saturday sunday people
    """.split()  # noqa: SIM905  # a list of a hundred quoted words reads badly
)
