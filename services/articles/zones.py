"""Read plain text as an article: its title, and its passages by zone.

    first line, short, no sentence, a blank line after it    title (only if none was given, or it is the one given)
    "CHICAGO (AP) —" before the first paragraph              dateline
    first paragraph after the dateline                       lead
    READ MORE, credits, copyright, bylines, stamps           teaser, wherever they stand
    "Photo: …", "… (AP Photo/…)"                             caption
    everything else                                          body

Title and passages together cover all that is not white space. Offsets point into the text as it was given; NUL and
lone surrogates, which no database keeps, become a space and U+FFFD in place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.articles.article import Article, Passage, Zone
from services.articles.bylines import authors_in, is_byline
from services.articles.captions import is_caption, is_picture_credit
from services.articles.dateline import dateline_at
from services.articles.paragraphs import Span, blank_between, lines, paragraphs, stripped
from services.articles.pieces import cut_paragraph
from services.articles.teasers import is_stamp, is_teaser, may_be_title, opens_list
from services.text import sentences

_LONGEST_TITLE = 150
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BETWEEN_BLOCKS = "\n\n"
_LONGEST_STANDFIRST = 250  # a summary between title and dateline


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of a page, its zone where the page's markup names one, and whether it is a heading."""

    text: str
    zone: Zone | None = None
    heading: bool = False


@dataclass(frozen=True, slots=True)
class _Title:
    text: str | None
    start: int | None
    end: int


def read_text(
    text: str,
    *,
    title: str | None = None,
    language: str | None = None,
    url: str | None = None,
    source: str = "",
    authors: Sequence[str] = (),
    published: datetime | None = None,
) -> Article:
    """Cut a text into zones. Authors are read from bylines unless they are given; no language means English."""
    text = storable(text)
    found = _find_title(text, title)
    spans = [(span, None) for span in paragraphs(text, _stands_alone)]
    facts = Article(text, (), found.text, found.start, language or "en", url, source, tuple(authors), published)
    return _cut(facts, found, spans)


def read_blocks(
    blocks: Sequence[Block],
    *,
    title: str | None = None,
    language: str | None = None,
    url: str | None = None,
    source: str = "",
    authors: Sequence[str] = (),
    published: datetime | None = None,
) -> Article:
    """The same for the blocks of a page: its zones are kept where it names them, the others are told by their words."""
    spans: list[tuple[Span, Zone | None]] = []
    texts = [storable(block.text) for block in blocks]
    at = 0
    for block, text in zip(blocks, texts, strict=True):
        spans += [((at + start, at + end), block.zone) for start, end in paragraphs(text, _stands_alone)]
        at += len(text) + len(_BETWEEN_BLOCKS)
    whole = _BETWEEN_BLOCKS.join(texts)
    found = _find_title(whole, title)
    facts = Article(whole, (), found.text, found.start, language or "en", url, source, tuple(authors), published)
    return _cut(facts, found, spans)


def storable(text: str) -> str:
    """Replace what no database keeps, sign for sign: NUL by a space, a lone surrogate by U+FFFD."""
    return _SURROGATE.sub("\ufffd", text.replace("\0", " "))


def _cut(facts: Article, found: _Title, named: Sequence[tuple[Span, Zone | None]]) -> Article:
    text = facts.text
    left = [(stripped(text, max(low, found.end), high), zone) for (low, high), zone in named if high > found.end]
    spans = [span for span, _ in left if span[1] > span[0]]
    zones = _zones(text, spans, [zone for span, zone in left if span[1] > span[0]])
    passages = tuple(_passages(text, spans, zones))
    return replace(facts, passages=passages, authors=facts.authors or _authors(text, passages))


def _find_title(text: str, given: str | None) -> _Title:
    given = " ".join((given or "").split()) or None
    found = lines(text)
    if not found:
        return _Title(given, None, 0)
    start, end = found[0]
    if given is not None:
        return _title_given(given, text, start, end)
    followed = len(found) > 1 and blank_between(text, end, found[1][0])
    if followed and _is_title(text, start, end):
        return _Title(text[start:end], start, end)
    return _Title(None, None, 0)


def _title_given(given: str, text: str, start: int, end: int) -> _Title:
    """Find a given title where the text repeats it, alone in its line or with the stamp that pages put behind it."""
    spelled = r"\s+".join(re.escape(word) for word in given.split())
    repeated = re.compile(spelled, re.IGNORECASE).match(text, start, end)
    if repeated is None or not (rest := text[repeated.end() : end].strip()) or is_stamp(rest):
        return _Title(given, None if repeated is None else start, 0 if repeated is None else repeated.end())
    return _Title(given, None, 0)


def _is_title(text: str, start: int, end: int) -> bool:
    line = text[start:end]
    return (
        end - start <= _LONGEST_TITLE
        and not _SENTENCE_END.search(line)
        and len(sentences(text, start, end)) == 1
        and may_be_title(line)
        and not is_caption(line)
        and not is_byline(line)
        and dateline_at(text, start, end) is None
    )


def _stands_alone(line: str) -> bool:
    return is_byline(line) or is_teaser(line) or is_caption(line)


def _passages(text: str, spans: Sequence[Span], zones: Sequence[Zone]) -> list[Passage]:
    counted = [number for number, zone in enumerate(zones) if zone is Zone.BODY]
    lead = opening = _opening(text, spans, counted)
    passages: list[Passage] = []
    for number, (zone, (start, end)) in enumerate(zip(zones, spans, strict=True)):
        begin = start
        if number == opening and (stop := dateline_at(text, start, end)) is not None:
            passages.append(Passage(Zone.DATELINE, start, stop))
            begin, _ = stripped(text, stop, end)
            if begin == end:  # a line of its own: the next paragraph leads
                lead = next((n for n in counted if n > number), None)
                continue
        if zone is Zone.BODY:
            passages += cut_paragraph(text, (begin, end), Zone.LEAD if number == lead else zone)
        else:
            passages.append(Passage(zone, start, end))
    return passages


def _opening(text: str, spans: Sequence[Span], counted: Sequence[int]) -> int | None:
    """Give the paragraph that opens the article: the one with the dateline, which short lines may precede."""
    for number in counted[:3]:
        start, end = spans[number]
        if dateline_at(text, start, end) is not None:
            return number
        if end - start > _LONGEST_STANDFIRST:
            break
    return counted[0] if counted else None


def _zones(text: str, spans: Sequence[Span], named: Sequence[Zone | None]) -> list[Zone]:
    """Give each paragraph its zone, body for all that the article itself tells."""
    zones: list[Zone] = []
    in_list = False
    for (start, end), given in zip(spans, named, strict=True):
        paragraph = text[start:end]
        zone = given or _zone(paragraph)
        if in_list and zone is Zone.BODY and _is_headline(paragraph):
            zone = Zone.TEASER
        else:
            in_list = zone is Zone.TEASER and opens_list(paragraph)
        zones.append(zone)
    return zones


def _zone(paragraph: str) -> Zone:
    if is_picture_credit(paragraph) or is_byline(paragraph):
        return Zone.TEASER
    # "Photo: …" describes, "Photo by …" credits; a teaser that names photos ("More photos: …") is told first.
    if is_teaser(paragraph):
        return Zone.TEASER
    return Zone.CAPTION if is_caption(paragraph) else Zone.BODY


def _is_headline(paragraph: str) -> bool:
    return len(paragraph) <= _LONGEST_TITLE and not paragraph.rstrip("\"'”’)").endswith((".", ":"))


def _authors(text: str, passages: Sequence[Passage]) -> tuple[str, ...]:
    for passage in passages:
        if passage.zone is Zone.TEASER and (people := authors_in(text[passage.start : passage.end])):
            return people
    return ()
