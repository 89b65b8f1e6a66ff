"""How one stream looks: signs and colours on a terminal, plain words in a pipe, ASCII where the locale has no more.

    screen = terminal.out()
    screen.line(GOOD, " matches   ", bold(title))

Text from outside is made harmless here: whatever could steer a terminal is shown as a space or left out. Colour never
stands alone; every sign has its word beside it. Does not decide what is said.
"""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TextIO

WIDTH = 80
"""Columns that everything fits in."""


class Style(StrEnum):
    """How a text is set off on a terminal: the number of its escape sequence."""

    BOLD = "1"
    DIM = "2"
    RED = "31"
    GREEN = "32"
    YELLOW = "33"


@dataclass(frozen=True, slots=True)
class Styled:
    """A text with its style. Without colours it is the text."""

    text: str
    style: Style

    def __str__(self) -> str:
        return self.text


Text = str | Styled

GOOD = Styled("✓", Style.GREEN)
LOOK = Styled("!", Style.YELLOW)
BAD = Styled("x", Style.RED)
NOT_COUNTED = Styled("–", Style.DIM)
NOT_REACHED = Styled("·", Style.DIM)

_ASCII = str.maketrans(
    {"✓": "ok", "–": "-", "—": "-", "·": ".", "…": "...", "’": "'", "‘": "'", "“": '"', "”": '"', "─": "-"}
    | dict(zip("▁▂▃▄▅▆▇█", "_.,-=+*#", strict=True))
)


def bold(text: str) -> Styled:
    """Set off what to act on."""
    return Styled(text, Style.BOLD)


def dim(text: str) -> Styled:
    """Take back what is secondary."""
    return Styled(text, Style.DIM)


@dataclass(frozen=True, slots=True)
class Screen:
    """One stream. `lined`: people look at it, so lines are drawn and long texts cut; else a program reads it."""

    stream: TextIO
    lined: bool
    coloured: bool
    unicode: bool

    def line(self, *parts: Text) -> None:
        """Write one line."""
        self.stream.write("".join(self._shown(part) for part in parts).rstrip() + "\n")

    def block(self, text: str, indent: str = "  ") -> None:
        """Write lines that belong together, such as a query and its caret, indented. Columns stay under each other."""
        for line in text.split("\n"):
            self.line(indent, line if self.unicode else line.replace("…", "."))

    def record(self, cells: Sequence[str]) -> None:
        """Write a row for programs: its cells with tabs between, as they are."""
        self.stream.write(self._encodable("\t".join(clean(cell) for cell in cells)) + "\n")

    def json(self, value: Mapping[str, Any]) -> None:  # Any: JSON
        """Write one JSON object on one line."""
        self.stream.write(self._encodable(json.dumps(value, ensure_ascii=not self.unicode)) + "\n")

    def cut(self, text: str, most: int) -> str:
        """Cut a text to a number of columns where people look; a program gets all of it."""
        return cut(text, most) if self.lined else clean(text)

    def flush(self) -> None:
        """Let it be seen now."""
        self.stream.flush()

    def _shown(self, part: Text) -> str:
        text = clean(str(part))
        if not self.unicode:
            text = text.translate(_ASCII)
        text = self._encodable(text)
        if isinstance(part, Styled) and self.coloured and text:
            return f"\x1b[{part.style}m{text}\x1b[0m"
        return text

    def _encodable(self, text: str) -> str:
        """Replace what the stream's encoding has no sign for, such as half a pair."""
        encoding = self.stream.encoding or "utf-8"
        return text.encode(encoding, "replace").decode(encoding)


def out() -> Screen:
    """Give the screen for answers."""
    return of(sys.stdout, os.environ)


def err() -> Screen:
    """Give the screen for errors."""
    return of(sys.stderr, os.environ)


def of(stream: TextIO, environment: Mapping[str, str]) -> Screen:
    """Say how a stream looks. NO_COLOR takes colours away; TERM=dumb and CI make a terminal a pipe."""
    lined = stream.isatty() and environment.get("TERM") != "dumb" and not environment.get("CI")
    return Screen(stream, lined, lined and not environment.get("NO_COLOR"), _is_unicode(stream, environment))


def _is_unicode(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Python writes UTF-8 also under LC_ALL=C, where the terminal need not understand it."""
    said = environment.get("LC_ALL", "")
    return _is_utf8(stream.encoding or "") and (not said or _is_utf8(said.partition(".")[2].partition("@")[0]))


def _is_utf8(name: str) -> bool:
    return name.lower().replace("-", "") == "utf8"


def clean(text: str) -> str:
    """Make a text harmless on one line: white space is a space, what steers a terminal or turns text around is gone."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_harmless(sign) for sign in text)


def _harmless(sign: str) -> str:
    if sign.isspace():
        return " "
    category = unicodedata.category(sign)
    if category == "Cf":
        return sign if sign in "\u200c\u200d" else ""  # joiners belong to words and emoji
    return "\ufffd" if category in ("Cc", "Cs", "Co", "Cn") else sign


def columns(text: str) -> int:
    """Count the columns that a terminal gives a text."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(sign) for sign in text)


def _columns_of(sign: str) -> int:
    if unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def cut(text: str, most: int) -> str:
    """Cut a text at a word to at most so many columns; what is left out is three dots."""
    text = " ".join(clean(text).split())
    if columns(text) <= most:
        return text
    kept = _first_columns(text, most - 2)
    whole_words = kept.rpartition(" ")[0] if not text[len(kept) :].startswith(" ") else kept
    return f"{(whole_words if len(whole_words) > most // 2 else kept).rstrip()} …"


def _first_columns(text: str, most: int) -> str:
    taken = 0
    for at, sign in enumerate(text):
        taken += _columns_of(sign)
        if taken > most:
            return text[:at]
    return text


def folded(text: str, most: int) -> list[str]:
    """Break a text at spaces into lines of at most so many columns; a longer word has a line of its own."""
    lines: list[str] = []
    for word in clean(text).split():
        if lines and columns(lines[-1]) + 1 + columns(word) <= most:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines or [""]


def padded(text: str, most: int, *, right: bool = False) -> str:
    """Fill a text up to a number of columns."""
    gap = " " * max(0, most - columns(text))
    return gap + text if right else text + gap
