"""A passage with its matched words in brackets, cut to the line around the first of them."""

from __future__ import annotations

from collections.abc import Sequence

from services.cli.terminal import WIDTH, Screen, Text, bold, clean, columns

_PLACE = 18
"""Columns of what says where a passage stands."""
_INDENT = 6


def place(zone: str | None, sentence: int | None) -> str:
    """Say where a passage stands: "lead, sentence 1", "title", "teaser"."""
    if not zone:
        return ""
    return f"{zone}, sentence {sentence}" if sentence and zone in ("lead", "body") else zone


def passage(screen: Screen, where: str, sentence: str, marks: Sequence[Sequence[int]]) -> list[Text]:
    """Give the parts of one line: where it stands, then the passage, short enough where people look."""
    room = WIDTH - _INDENT - max(_PLACE, columns(where)) - 1
    pieces = _pieces(sentence, marks)
    return [f"{where:<{_PLACE}} ", *(_cut(pieces, room) if screen.lined else pieces)]


def _pieces(sentence: str, marks: Sequence[Sequence[int]]) -> list[Text]:
    parts: list[Text] = []
    at = 0
    for low, high in sorted((int(low), int(high)) for low, high in marks):
        if at <= low < high <= len(sentence):
            parts += [_flat(sentence[at:low]), bold(f"[{_flat(sentence[low:high])}]")]
            at = high
    return [part for part in [*parts, _flat(sentence[at:])] if str(part)]


def _flat(text: str) -> str:
    flat = " ".join(clean(text).split())
    before = " " if text[:1].isspace() and flat else ""
    after = " " if text[-1:].isspace() else ""
    return before + flat + after


def _cut(pieces: list[Text], room: int) -> list[Text]:
    """Keep the first marked words and what stands around them, within the room."""
    if sum(columns(str(piece)) for piece in pieces) <= room:
        return pieces
    first = next((at for at, piece in enumerate(pieces) if not isinstance(piece, str)), 0)
    before = "".join(str(piece) for piece in pieces[:first])
    marked = columns(str(pieces[first]))
    after = sum(columns(str(piece)) for piece in pieces[first + 1 :])
    left_room = max(0, room - marked - min(after, (room - marked) // 3))
    kept: list[Text] = [_tail(before, left_room)] if before else []
    used = sum(columns(str(piece)) for piece in kept)
    for piece in pieces[first:]:
        if columns(str(piece)) <= room - used:
            kept.append(piece)
            used += columns(str(piece))
            continue
        kept.append(_head(str(piece), room - used))
        break
    return kept


def _tail(text: str, room: int) -> str:
    """Give the last whole words that fit."""
    if columns(text) <= room:
        return text
    words: list[str] = []
    for word in reversed(text.split()):
        if columns(" ".join([word, *words])) + 3 > room:
            break
        words.insert(0, word)
    return f"… {' '.join(words)}".rstrip() + " "


def _head(text: str, room: int) -> str:
    """Give the first whole words that fit."""
    before = " " if text.startswith(" ") else ""
    words: list[str] = []
    for word in text.split():
        if columns(before + " ".join([*words, word])) + 2 > room:
            break
        words.append(word)
    return f"{before}{' '.join(words)} …" if words else " …"[: max(0, room)]
