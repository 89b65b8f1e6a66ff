"""Texts and addresses from outside, made harmless before a renderer escapes them for where they are shown."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

from services.alerts.message import Evidence

MOST_SENTENCE = 600

# Signs that turn the direction of the text after them, and so can make one address look like another.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])


def plain(text: str) -> str:
    """Make a text from outside one line without control characters."""
    line = "".join(sign if unicodedata.category(sign) not in {"Cc", "Cs"} else " " for sign in text)
    return " ".join(line.translate(_TURNING).split())


def clip(text: str, limit: int) -> str:
    """Cut at a word so that at most `limit` characters stay, the last of them "…"."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > limit // 2 else cut).rstrip(" ,;:.–—-") + "…"


def web_link(url: str | None) -> str | None:
    """Give an http or https address that is safe in any markup, without credentials; `None` for any other."""
    try:
        parts = urlsplit((url or "").strip())
        host, port = parts.hostname, parts.port
        parts.geturl().encode()  # half a character is of no address
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    host = f"[{host}]" if ":" in host else quote(host.encode("idna").decode() if _fits(host) else host, safe=".-")
    safe = "/%:@!$&'*+,;=~-._"
    place = host if port is None else f"{host}:{port}"
    path, query = quote(parts.path, safe=safe), quote(parts.query, safe=safe + "?")
    return urlunsplit((parts.scheme, place, path, query, quote(parts.fragment, safe=safe + "?")))


def _fits(host: str) -> bool:
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


def cut_evidence(evidence: Evidence, limit: int = MOST_SENTENCE) -> list[tuple[str, bool]]:
    """Give the sentence in pieces, each with whether it is marked, at most `limit` characters around the first mark."""
    text = evidence.sentence
    marks = _merged(evidence.marks, len(text))
    low, high = _window(marks, len(text), limit)
    low = 0 if low == 0 else _next_word(text, low)
    pieces: list[tuple[str, bool]] = [("…", False)] if low else []
    at = low
    for start, end in marks:
        if start < at or end > high:
            continue
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    rest = text[at:] if high >= len(text) else clip(text[at : high + 1], max(high - at, 1))
    pieces.append((rest, False))
    return [(clean, hit) for piece, hit in pieces if (clean := _spaced(piece))]


def _window(marks: list[tuple[int, int]], length: int, limit: int) -> tuple[int, int]:
    if length <= limit:
        return 0, length
    first, last = marks[0] if marks else (0, 0)
    if last <= limit - 1:
        return 0, limit
    low = max(0, first - limit // 3)
    return low, min(length, low + limit)


def _next_word(text: str, at: int) -> int:
    space = text.find(" ", at)
    return at if space < 0 or space - at > 30 else space + 1


def _merged(marks: tuple[tuple[int, int], ...], length: int) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted((max(0, start), min(end, length)) for start, end in marks):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _spaced(piece: str) -> str:
    """Clean one piece and keep one space where it meets its neighbours."""
    inner = plain(piece)
    if not inner:
        return " " if piece else ""
    return (" " if piece[0].isspace() else "") + inner + (" " if piece[-1].isspace() else "")
