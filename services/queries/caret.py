"""Draw a caret under the spot of a mistake, the same lines in the terminal, the API and the dashboard.

"sanctuary city" ordinance OR detainer*
                           ^^ character 28
"""

from __future__ import annotations

import unicodedata

BESIDE = 30
"""Characters shown on either side of the spot."""


def draw(text: str, position: int, length: int = 1) -> str:
    """Give two lines: the query, or what stands beside the spot, and the caret. `position` counts from 1."""
    shown = [_shown(sign) for sign in text]
    start = min(max(position - 1, 0), len(shown))
    end = min(start + max(length, 1), len(shown), start + BESIDE)
    low, high = max(0, start - BESIDE), min(len(shown), max(end, start) + BESIDE)
    before = ("…" if low else "") + "".join(shown[low:start])
    line = before + "".join(shown[start:high]) + ("…" if high < len(shown) else "")
    carets = "^" * max(1, _width("".join(shown[start:end])))
    return f"{line}\n{' ' * _width(before)}{carets} character {position:,}"


def _shown(sign: str) -> str:
    if sign.isspace():
        return " "
    return "\ufffd" if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn") else sign


def _width(text: str) -> int:
    """Count the columns that a terminal gives a text."""
    return sum(_columns(sign) for sign in text)


def _columns(sign: str) -> int:
    if unicodedata.category(sign) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1
