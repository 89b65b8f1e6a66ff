"""What a later text changed, as messages say it: what it says of itself, the headline before, what went, what came."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.alerts.message import AlertFacts
from services.alerts.message_clean import clip, plain
from services.alerts.message_words import number

MOST = 3  # sentences of each kind
LONGEST = 300
_SAID = re.compile(r"^corrections?\s*[:.—–-]\s*", re.IGNORECASE)  # the label says it


def change_rows(alert: AlertFacts, most: int = MOST, longest: int = LONGEST) -> list[tuple[str, str]]:
    """Give label and text of each line, `Correction`, `Headline was`, `Before`, `Now`; none for a story told first.

    At most so many sentences of each kind and so many characters of each; how many are left out is the last line.
    """
    changed = alert.changed
    if changed is None or alert.change == "new":
        return []
    said = [plain(line) for line in changed.corrections]
    came = [line for line in map(plain, changed.added) if not any(line in one for one in said)]
    went = [plain(line) for line in changed.gone]
    rows = [("Correction", clip(_SAID.sub("", line) or line, longest)) for line in said[:most]]
    if changed.title is not None and plain(changed.title[0]):
        rows.append(("Headline was", clip(plain(changed.title[0]), longest)))
    rows += [("Before", clip(line, longest)) for line in went[:most]]
    rows += [("Now", clip(line, longest)) for line in came[:most]]
    left = changed.more + sum(max(0, len(lines) - most) for lines in (said, went, came))
    return rows + ([("", f"and {number(left, 'more sentence')}")] if left else [])


def labelled_once(rows: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Give the lines with each label where it comes first only, for a table."""
    before = ""
    for label, text in rows:
        yield ("" if label == before else label), text
        before = label


def change_line(alert: AlertFacts, longest: int = 160) -> str:
    """Say what changed most in one line, or nothing: what the text says of itself, else what came, else what went."""
    rows = dict(reversed(change_rows(alert, 1, longest)))
    for label in ("Correction", "Now", "Before", "Headline was"):
        if label in rows:
            return f"{label}: {rows[label]}"
    return ""
