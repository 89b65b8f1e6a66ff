"""What a query's tree needs of a document: branches of clauses and bars, over numbers that stand for features.

A *feature* is something that a document has or has not: a word, a pair of neighbouring words, a longer run of words, a
word that fits a wildcard, a source's name, a site. A *clause* holds when the document has one of its features; a *bar*
is a feature that the document must not have. A *branch* asks for all its clauses and none of its bars; a query holds
only if one of its branches does. `decided` says that the branch asks for everything: if it holds, the query holds.
What features cannot say (distance, sentences, counts, capitals) leaves a branch undecided and never asks too much.

    (A OR B) AND "c d" AND NOT e    →  [(A, B), (cd,)] bars (e,), decided
    A NEAR/5 (b OR c)               →  [(A,), (b, c)], undecided
    A OR ("b c" AND d)              →  [(A,)] and [(bc,), (d,)]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

from services.articles.article import Zone
from services.queries import tree as nodes
from services.rules.lexicon import Lexicon
from services.rules.runs import Clause, Feature

_MOST_BRANCHES = 16  # more are drawn together into one undecided branch: memory matters more than a rare rule's speed
_MOST_DENIED = 4
_TEXTS = (
    nodes.Term,
    nodes.Phrase,
    nodes.Wildcard,
)  # made once: writing `Term | Phrase` at each call takes longer than the test


class Branch(NamedTuple):
    """One way for a query to hold."""

    clauses: tuple[Clause, ...]
    bars: Clause
    decided: bool


_UNKNOWN = Branch((), (), decided=False)


def branches(tree: nodes.Node, lexicon: Lexicon) -> list[Branch]:
    """Read a tree. A branch without clauses cannot be found by what a document has."""
    return _read(tree, lexicon, Zone.BODY)


def _read(node: nodes.Node, lexicon: Lexicon, zone: Zone) -> list[Branch]:  # one return a kind of node
    if isinstance(node, _TEXTS):
        return [_text(node, lexicon, zone)]
    if isinstance(node, nodes.And):
        return _all([_read(child, lexicon, zone) for child in node.children])
    if isinstance(node, nodes.Or):
        return _any([_read(child, lexicon, zone) for child in node.children])
    if isinstance(node, nodes.Not):
        return _denied(_read(node.child, lexicon, zone))
    match node:
        case nodes.Near() | nodes.Same():
            return [_meeting(node.left, node.right, lexicon, zone)]
        case nodes.AtLeast():
            return [_operand(node.child, lexicon, zone)._replace(decided=False)]
        case nodes.ZoneField():
            return [_undecided(branch) for branch in _read(node.child, lexicon, node.zone)]
    return [_fact(node, lexicon)]


def _undecided(branch: Branch) -> Branch:
    """What one zone must have, the article has; what one zone must not have, the article may."""
    return Branch(branch.clauses, (), decided=False)


def _fact(node: nodes.Node, lexicon: Lexicon) -> Branch:
    match node:
        case (
            nodes.Source()
            | nodes.Author()
            | nodes.Site()
            | nodes.Lang()
            | nodes.Length()
            | nodes.Topic()
            | nodes.Place()
        ):
            known = lexicon.fact(node)
            return _UNKNOWN if known is None else Branch(((known,),), (), decided=True)
    raise TypeError(f"expected a node of a query's tree, found {type(node).__name__}")


# ---- words ----


def _text(node: nodes.Text, lexicon: Lexicon, zone: Zone) -> Branch:
    if isinstance(node, nodes.Term):
        return Branch(((lexicon.term(node, zone),),), (), not node.exact)
    if isinstance(node, nodes.Wildcard):
        return Branch(((lexicon.wildcard(node, zone),),), (), decided=True)
    numbers = [lexicon.term(word, zone) for word in node.words if isinstance(word, nodes.Term)]
    if len(numbers) == len(node.words):
        return Branch(((lexicon.run(numbers),),), (), not node.exact)
    return Branch(tuple(_text(word, lexicon, zone).clauses[0] for word in node.words), (), decided=False)


def _meeting(left: nodes.Operand, right: nodes.Operand, lexicon: Lexicon, zone: Zone) -> Branch:
    clauses = (*_operand(left, lexicon, zone).clauses, *_operand(right, lexicon, zone).clauses)
    return Branch(tuple(dict.fromkeys(clauses)), (), decided=False)


def _operand(operand: nodes.Operand, lexicon: Lexicon, zone: Zone) -> Branch:
    """Read an operand into one branch; of a phrase with wildcards in an OR, its first word is asked for."""
    found = [_text(text, lexicon, zone) for text in nodes.texts(operand)]
    return found[0] if len(found) == 1 else _joined(found)


# ---- and, or, not ----


def _all(children: Sequence[list[Branch]]) -> list[Branch]:
    if max(map(len, children)) == 1:
        return [_together([branch for (branch,) in children])]
    ways = 1
    drawn: list[list[Branch]] = []
    for child in children:
        ways *= len(child)
        drawn.append(child if ways <= _MOST_BRANCHES else [_joined(child)])
        ways = min(ways, _MOST_BRANCHES)
    return [_together(way) for way in product(*drawn)]


def _together(way: Iterable[Branch]) -> Branch:
    clauses: list[Clause] = []
    bars: list[Feature] = []
    decided = True
    for branch in way:
        clauses += branch.clauses
        bars += branch.bars
        decided = decided and branch.decided
    return Branch(tuple(dict.fromkeys(clauses)), tuple(dict.fromkeys(bars)), decided)


def _any(children: Sequence[list[Branch]]) -> list[Branch]:
    """Keep the ways apart, but join those of one clause each: (A OR B) is one clause of two."""
    found = [branch for child in children for branch in child]
    plain = [branch for branch in found if len(branch.clauses) == 1 and not branch.bars and branch.decided]
    if len(plain) > 1:
        found = [_joined(plain), *(branch for branch in found if branch not in plain)]
    return found if len(found) <= _MOST_BRANCHES else [_joined(found)]


def _joined(found: Sequence[Branch]) -> Branch:
    """Draw ways together into one clause: a clause of each way, of which at least one must hold."""
    if any(not branch.clauses for branch in found):
        return _UNKNOWN
    exact = all(len(branch.clauses) == 1 and not branch.bars and branch.decided for branch in found)
    chosen = [min(branch.clauses, key=len) for branch in found]
    return Branch((tuple(dict.fromkeys(feature for clause in chosen for feature in clause)),), (), exact)


def _denied(found: list[Branch]) -> list[Branch]:
    """Negate: what is decided becomes bars; of what is not, nothing can be asked."""
    if len(found) != 1 or not found[0].decided:
        return [_UNKNOWN]
    branch = found[0]
    if not branch.bars and len(branch.clauses) == 1:
        return [Branch((), branch.clauses[0], decided=True)]
    if len(branch.clauses) + len(branch.bars) > _MOST_DENIED:
        return [_UNKNOWN]
    ways = [Branch((), clause, decided=True) for clause in branch.clauses]
    ways += [Branch(((feature,),), (), decided=True) for feature in branch.bars]
    return ways or [_UNKNOWN]
