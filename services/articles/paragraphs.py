"""Cut plain text into paragraphs, however the text parts them.

Blank lines part paragraphs, and any white space counts as blank, no-break spaces too. Between blank lines each line is
a paragraph, as feeds and copied pages have it, unless the lines are wrapped at a fixed width, as mails have it: then
lines are joined again, but for breaks that no wrapping would have made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

Span = tuple[int, int]

_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_BREAK = re.compile(r"\r\n|[\n\r\v\x1c-\x1e\x85\u2028]")
_ALWAYS_PARTS = re.compile(r"[\f\u2029]")
_STOP_AT_END = re.compile(r"[.!?…:;][\"'”’»)\]]*$")

_WIDEST = 110  # wrapped text is rarely wider; unwrapped news paragraphs nearly always are
_NARROWEST = 45


def stripped(text: str, start: int, end: int) -> Span:
    """Give the span without the white space around it; an empty one where nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def lines(text: str) -> list[Span]:
    """Give the lines that hold anything, without the white space around them."""
    spans = (stripped(text, m.start(), m.end()) for m in _LINE.finditer(text))
    return [(start, end) for start, end in spans if end > start]


def blank_between(text: str, end: int, start: int) -> bool:
    """Say whether a blank line stands between the end of one line and the start of a later one."""
    gap = text[end:start]
    return len(_BREAK.findall(gap)) > 1 or _ALWAYS_PARTS.search(gap) is not None


def paragraphs(text: str, stands_alone: Callable[[str], bool]) -> list[Span]:
    """Give the paragraphs as spans; a line of wrapped text that `stands_alone` begins a paragraph of its own."""
    return [span for block in _blocks(text) for span in _cut_block(text, block, stands_alone)]


def _blocks(text: str) -> Iterator[list[Span]]:
    block: list[Span] = []
    for line in lines(text):
        if block and blank_between(text, block[-1][1], line[0]):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _cut_block(text: str, block: list[Span], stands_alone: Callable[[str], bool]) -> Iterator[Span]:
    if not _is_wrapped(text, block):
        yield from block
        return
    width = max(end - start for start, end in block)
    begin, before = block[0][0], block[0]
    for line in block[1:]:
        if stands_alone(text[line[0] : line[1]]) or _is_deliberate(text, before, line, width):
            yield begin, before[1]
            begin = line[0]
        before = line
    yield begin, before[1]


def _is_wrapped(text: str, block: list[Span]) -> bool:
    if len(block) < 2:
        return False
    broken = block[:-1]
    widest = max(end - start for start, end in block)
    if not _NARROWEST <= widest <= _WIDEST:
        return False
    amid = sum(1 for start, end in broken if not _STOP_AT_END.search(text, start, end))
    return 3 * amid >= 2 * len(broken)


def _is_deliberate(text: str, before: Span, line: Span, width: int) -> bool:
    """Say whether `before` ends early: the next line's first word would have fitted on it, with room to spare."""
    length = before[1] - before[0]
    word = text[line[0] : line[1]].split(maxsplit=1)[0]
    return length + 1 + len(word) <= width and 5 * length < 4 * width
