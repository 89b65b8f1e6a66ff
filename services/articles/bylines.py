"""Read who wrote an article from the lines that say it: "By Jane Doe and John Roe, Staff Writers"."""

from __future__ import annotations

import re

_WORD = r"(?:[A-ZÀ-ÖØ-Þ][\w'’.\-]*|de|la|del|van|von|der|bin|al)"
_PERSON = rf"{_WORD}(?: {_WORD}){{1,4}}"
_BYLINE = re.compile(
    r"(?i:(?:written |story |posted |reported |words )?by)\b:? "
    rf"(?P<people>{_PERSON}(?:(?:,? and |, | & ){_PERSON})*)"
    r"(?:\s*(?:[,|•·/(–—-]|"
    r"(?i:for the|of the|staff|special|associated|the associated|contribut|updated|published)\b|\S+@\S).*)?$"
)
_AND_POST = re.compile(
    rf"(?P<people>{_PERSON})\s*[,|–—•]\s*(?i:(?:[\w ]{{1,25}} )?(?:staff writer|staff reporter|reporter|"
    rf"correspondent|columnist|"
    r"contributor|contributing writer|(?:the )?associated press|city news service|bay city news|staff))$"
)
_BETWEEN = re.compile(r",? and | & |, ")
# What stands after a comma and is no person: a post, an agency, a newspaper.
_NO_PERSON = re.compile(
    r"(?i)\b(?:staff|writers?|reporters?|editors?|correspondents?|columnists?|press|news|service|times|contributors?|"
    r"special|daily|reuters|bureau|wire|tribune|post|media|associated|the|bee|chronicle|herald|register|journal|"
    r"gazette|"
    r"sun|star|examiner|observer|dispatch|sentinel|record|enterprise|mercury|globe|telegraph|guardian|standard|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
)
# "By JANE DOE Associated Press", where a line break between the two was lost.
_WITHOUT_POST = re.compile(
    r"(?<=\w) (?i:the associated press|associated press|staff (?:writer|reporter)s?|city news service|"
    r"of the [\w ]{3,30}staff)$"
)
_BY_AGENCY = re.compile(
    r"(?i)by:?\s+(?:the\s+)?(?:associated press|reuters|(?:city|bay city) news service|afp|upi|cnn|staff)\b[^.]*$"
)
_LONGEST = 150


def is_byline(line: str) -> bool:
    """Say whether a line tells who wrote the article, and nothing else."""
    return bool(authors_in(line)) or (len(line) < 60 and _BY_AGENCY.match(line) is not None)


def authors_in(line: str) -> tuple[str, ...]:
    """Give the people a byline names; nothing for a line that is no byline."""
    line = " ".join(line.split()) if len(line) <= _LONGEST else ""
    match = _BYLINE.match(_WITHOUT_POST.sub("", line)) or _AND_POST.match(line)
    if match is None:
        return ()
    people = (name for name in _BETWEEN.split(match["people"]) if not _NO_PERSON.search(name))
    return tuple(name.title() if name.isupper() else name for name in people if name[:1].isupper())
