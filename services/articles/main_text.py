"""Say which blocks of a page are the article's own.

trafilatura finds paragraphs that are; they are found again among the page's blocks, in its order. Then what it missed
is filled in: the other parts of an article that is cut into several elements of one kind, headings and quotes between
its own paragraphs. What only repeats the title, and headings behind the last paragraph, are left out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

from lxml import html

from services.articles.article import Zone
from services.articles.html_blocks import Placed

_SIGNS = re.compile(r"[\W_]+")
_LONG = 25  # signs of a block that may be any part of a paragraph found; a shorter one begins or ends one
_SHORTEST = 3
_MOST_PLACES = 50  # at which a block's text may stand in what was found
_MOST_SEARCHED = 200_000_000  # signs looked through in all; real pages need a hundredth
_ENOUGH = 0.9  # of the signs found by trafilatura must be found in the page's blocks
_SENTENCE = re.compile(r"[.!?…。！？:][\"'”’»)\]]*(?:\s|$)")
_HEADINGS = ("h2", "h3", "h4", "h5")
_QUOTES = ("blockquote",)


def own_blocks(blocks: Sequence[Placed], found: Sequence[str], title: str | None = None) -> set[int]:
    """Give the numbers of the blocks that are the article's own; none where too little of what was found is there."""
    ours = _found_again(blocks, found)
    told = sum(len(_key(blocks[number].block.text)) for number in ours)
    if told < _ENOUGH * sum(len(_key(text)) for text in found):
        return set()
    ours = _of_one_article(blocks, ours)
    ours |= _other_parts(blocks, ours)
    ours |= _between(blocks, ours)
    return ours - _titles(blocks, ours, title) - _at_the_end(blocks, ours)


def _key(text: str) -> str:
    return _SIGNS.sub("", text).casefold()


def _found_again(blocks: Sequence[Placed], found: Sequence[str]) -> set[int]:
    """Give the chain of blocks, in order, that covers most of the text found."""
    keys = [_key(text) for text in found]
    signs = "".join(keys)
    starts = list(accumulate(map(len, keys), initial=0))
    whole: dict[str, list[int]] = {}
    for key, start in zip(keys, starts, strict=False):
        if len(known := whole.setdefault(key, [])) < _MOST_PLACES:
            known.append(start)
    edges = set(starts)
    searches = _MOST_SEARCHED // max(1, len(signs))
    places: list[tuple[int, int, int]] = []  # start, end, block
    for number, placed in enumerate(blocks):
        key = _key(placed.block.text)
        if len(key) < _SHORTEST:
            continue
        at = whole.get(key)
        if at is None and searches > 0:
            searches -= 1
            at = _all(signs, key)
            if len(key) < _LONG:
                at = [start for start in at if start in edges or start + len(key) in edges]
        places += [(start, start + len(key), number) for start in at or ()]
    return _best_chain(places, blocks)


def _all(signs: str, key: str) -> list[int]:
    found: list[int] = []
    at = signs.find(key)
    while at >= 0 and len(found) < _MOST_PLACES:
        found.append(at)
        at = signs.find(key, at + 1)
    return found


def _best_chain(places: list[tuple[int, int, int]], blocks: Sequence[Placed]) -> set[int]:
    """Give the blocks of the chain with the most signs, in which places and numbers rise. Unnamed blocks win a tie."""
    by_block: dict[int, list[tuple[int, int]]] = {}
    for start, end, number in places:
        by_block.setdefault(number, []).append((start, end))
    ends: list[int] = []  # rising ends, each with the best chain that ends there or before
    best: list[tuple[float, int]] = []
    steps: list[tuple[int, int]] = []  # block, step before
    for number, spans in by_block.items():
        added = []
        for start, end in spans:
            before = bisect_right(ends, start) - 1
            score, step = best[before] if before >= 0 else (0.0, -1)
            weight = end - start + (0.5 if blocks[number].block.zone is None else 0.0)
            added.append((end, score + weight, step))
        for end, score, step in added:
            at = bisect_right(ends, end)
            if at > 0 and best[at - 1][0] >= score:
                continue
            steps.append((number, step))
            while at < len(ends) and best[at][0] <= score:
                del ends[at], best[at]
            ends.insert(at, end)
            best.insert(at, (score, len(steps) - 1))
    chain, at = set(), best[-1][1] if best else -1
    while at >= 0:
        number, at = steps[at]
        chain.add(number)
    return chain


def _of_one_article(blocks: Sequence[Placed], ours: set[int]) -> set[int]:
    """Leave out what stands in another `<article>` than most of the text: pages go on with the next article."""
    inside = {number: _article_of(blocks[number].element) for number in ours}
    length: Counter[html.HtmlElement] = Counter()
    for number, article in inside.items():
        if article is not None:
            length[article] += len(blocks[number].block.text)
    if len(length) < 2:
        return ours
    (most, its), *_ = length.most_common(1)
    if its * 5 < sum(length.values()) * 3:
        return ours
    return {number for number, article in inside.items() if article is None or article is most}


def _article_of(element: html.HtmlElement) -> html.HtmlElement | None:
    """Give the outermost `<article>` that an element stands in."""
    found = None
    step: html.HtmlElement | None = element
    while step is not None:
        if step.tag == "article":
            found = step
        step = step.getparent()
    return found


def _other_parts(blocks: Sequence[Placed], ours: set[int]) -> set[int]:
    """Give the blocks of elements like those that hold the article: pages cut long articles by advertisements."""
    held: Counter[html.HtmlElement] = Counter()
    for number in ours:
        parent = blocks[number].element.getparent()
        if parent is not None:
            held[parent] += len(blocks[number].block.text)
    total = sum(held.values())
    articles = {_article_of(blocks[number].element) for number in ours}
    kinds = {_kind(part): part for part, length in held.items() if length * 5 > total and part.get("class")}
    found = set()
    for number, placed in enumerate(blocks):
        parent = placed.element.getparent()
        if number in ours or parent is None or parent in held or not _is_told(placed):
            continue
        if _article_of(placed.element) not in articles:
            continue
        like = kinds.get(_kind(parent))
        if like is not None and _near(parent, like):
            found.add(number)
    return found


def _kind(element: html.HtmlElement) -> tuple[str, str]:
    return str(element.tag), element.get("class") or ""


def _near(one: html.HtmlElement, other: html.HtmlElement) -> bool:
    """Say whether two elements share an ancestor at most three levels up."""
    above = list(_above(one))
    return any(element in above for element in _above(other))


def _above(element: html.HtmlElement) -> list[html.HtmlElement]:
    found = []
    for _ in range(3):
        parent = element.getparent()
        if parent is None or parent.tag in ("body", "html"):
            break
        found.append(parent)
        element = parent
    return found


def _between(blocks: Sequence[Placed], ours: set[int]) -> set[int]:
    """Give headings, quotes and paragraphs that stand among the article's own, in the same elements."""
    if not ours:
        return set()
    homes = {blocks[number].element.getparent() for number in ours}
    first, last = min(ours), max(ours)
    found = set()
    for number in range(first + 1, last):
        placed = blocks[number]
        if number in ours or placed.named:
            continue
        element = placed.element
        parent = element.getparent()
        heading = element.tag in _HEADINGS and parent in homes and any(n in ours for n in (number + 1, number + 2))
        quote = any(step.tag in _QUOTES for step in (element, parent) if step is not None)
        if heading or quote or (parent in homes and _is_told(placed)):
            found.add(number)
    return found


def _is_told(placed: Placed) -> bool:
    """Say whether a block reads like a paragraph: with a sentence, and hardly linked."""
    text = placed.block.text
    return (
        placed.block.zone is None and placed.linked * 3 < len(text) and len(text) > 40 and bool(_SENTENCE.search(text))
    )


def _titles(blocks: Sequence[Placed], ours: set[int], title: str | None) -> set[int]:
    """Give the blocks among the first that only repeat the title."""
    known = _key(title or "")
    first = sorted(ours)[:4]
    return {
        number for number in first
        if blocks[number].element.tag == "h1" or (known and _key(blocks[number].block.text) == known)
    }  # fmt: skip


def _at_the_end(blocks: Sequence[Placed], ours: set[int]) -> set[int]:
    """Give headings and links behind the last paragraph: they head what is no part of the article."""
    found: set[int] = set()
    for number in sorted(ours, reverse=True):
        placed = blocks[number]
        if not placed.block.heading and placed.linked * 5 < len(placed.block.text) * 4:
            break
        found.add(number)
    return found if len(found) < len(ours) else set()


def densest(blocks: Sequence[Placed]) -> list[str]:
    """Give the paragraphs of the element that holds the most of them, directly or a level or two further in."""
    score: Counter[html.HtmlElement] = Counter()
    for placed in blocks:
        if _is_told(placed):
            step, share = placed.element.getparent(), 1.0
            for _ in range(3):
                if step is None or step.tag in ("body", "html"):
                    break
                score[step] += int(len(placed.block.text) * share)
                step, share = step.getparent(), share * 0.6
    if not score:
        return []
    (home, _), *_ = score.most_common(1)
    return [one.block.text for one in blocks if _is_told(one) and home in one.element.iterancestors()]


def kept_zones(blocks: Sequence[Placed], ours: set[int], most: int = 40) -> list[int]:
    """Give the captions and teasers that the page's markup names among the article's own blocks, in order."""
    first, last = min(ours), max(ours)
    return [
        number for number, placed in enumerate(blocks)
        if number not in ours and first - 4 <= number <= last + 3 and placed.block.zone in (Zone.CAPTION, Zone.TEASER)
    ][:most]  # fmt: skip
