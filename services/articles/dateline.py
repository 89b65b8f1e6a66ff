"""Find the dateline that opens an article: where it was written, and for which agency.

    CHICAGO (AP) —            SAN BERNARDINO, Calif. —      WASHINGTON, D.C. (Reuters) -
    CHICAGO ( —               Sacramento —                  DENVER, Sept. 15 /PRNewswire/ --
    SAN BERNARDINO >>         (CNN) —                       LOS ANGELES, May 4 (City News Service) --

The names may be mangled, as pages leave them when a link inside is dropped. A name in small letters needs a dash
between spaces and a capital after it, so that "Police — who were told — left" has no dateline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Also dashes as Windows-1252 read wrongly (\x96, \x97) and as UTF-8 read as Windows-1252. A short dash needs spaces.
_LONG_DASH = '(?:--+|[—―\x97]|â€[”"])'
_SHORT_DASH = "(?:(?<=\\s)(?:[–−‒\x96_-]|â€“)(?=\\s|$)|>>|»)"
_DASH = f"(?:{_LONG_DASH}|{_SHORT_DASH})"
_THEN = r"(?=\s*[\"“‘'(\[]*[A-ZÀ-ÖØ-Þ\d]|$)"

_CAPITALS = r"(?:(?:Mc|Mac|De|La|Le|St\. ?)?[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’.\-]+(?<!-)|[A-Z]\.)"
_NAME = r"(?:[A-ZÀ-ÖØ-Þ][\w'’.\-]*\w\.?|[A-Z]\.(?:[A-Z]\.)*)"
_NAMES = rf"{_NAME}(?:(?: (?:de|del|la|las|los|el|of|the|on|upon|and|al|do|da)|,)? {_NAME}){{0,4}}"
_STATE = rf"(?:, ?\(?{_NAME}(?: (?:and )?{_NAME}){{0,3}}\)?)"
_DAY = r"(?:,? (?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.? \d{1,2}(?:, \d{4})?,?)"
# "(AP)", "()" and the lone "(" that a dropped link leaves; "/PRNewswire/".
_AGENCY = r"(?: ?\([^()\n]{0,40}\)| ?\((?=\s)| /[A-Z][\w ]{2,24}/)"
_KNOWN = r"\((?:AP|Reuters|AFP|UPI|CNN|Xinhua|Bloomberg|Tribune News Service|City News Service|Bay City News)\)"

_IN_CAPITALS = re.compile(
    rf"{_CAPITALS}(?:(?:,? | and |/){_CAPITALS}){{0,5}}{_STATE}?{_DAY}?{_AGENCY}{{0,2}},?\s*{_DASH}"
)
_IN_SMALL = re.compile(rf"{_NAMES}{_DAY}?{_AGENCY}?,?\s+{_DASH}(?=\s|$){_THEN}")
_WITH_AGENCY = re.compile(rf"{_NAMES}{_DAY}? {_KNOWN}(?:\s*[:–—―-]+)?(?=\s|$)")
_AGENCY_ALONE = re.compile(rf"(?:{_KNOWN}|\([A-Z]{{2,6}}(?:LA|\.com)?\))(?:\s*{_DASH})?(?=\s+[\"“A-Z])")
# A mangled dash that only a name in capitals makes believable: RICHLAND ” A one-vehicle accident
_MANGLED = re.compile(rf"{_CAPITALS}(?: {_CAPITALS}){{0,3}}{_STATE}? [”“\"](?= [A-Z])")

_INNER = re.compile(_IN_CAPITALS.pattern + _THEN)

# Words that open a label, a remark or a sentence, never a place.
_NO_PLACE = re.compile(
    r"(?:breaking|updated?|watch|live(?! oak)|listen|read|more|see|video|photos?|file|analysis|opinion|editorial|"
    r"exclusive|correction|clarification|note|editor|review|column|commentary|letter|podcast|explainer|related|latest|"
    r"news|advertisement|alert|just in|developing|by|copyright|image|caption|q|this|that|it|he|she|they|we|i|mr|mrs|ms|"
    r"dr|police|officials|residents|monday|tuesday|wednesday|thursday|friday(?! harbor)|saturday|sunday|january|"
    r"february|april|june|july|august|september|october|november|december|yes|no|but|and|so|step|part|chapter|day|"
    r"lap|host|timeline|narrator|question|answer|warning|summary|background|faq|tl;dr|getty|reuters|handout|staff|"
    r"the(?! (?:dalles|woodlands|hague|bronx|villages|colony|acreage|plains|rock)\b))\b",
    re.IGNORECASE,
)
_LONGEST = 100


def dateline_at(text: str, start: int, end: int) -> int | None:
    """Give where the dateline that begins at `start` ends, or None. Its dash belongs to it."""
    return _end((_AGENCY_ALONE, _IN_CAPITALS, _WITH_AGENCY, _IN_SMALL, _MANGLED), text, start, end)


def inner_dateline_at(text: str, start: int, end: int) -> int | None:
    """The same inside a paragraph, where a dash with a capital after it is needed in any case."""
    return _end((_INNER, _IN_SMALL), text, start, end)


def _end(patterns: Iterable[re.Pattern[str]], text: str, start: int, end: int) -> int | None:
    for pattern in patterns:
        match = pattern.match(text, start, end)
        if match is not None and match.end() - start <= _LONGEST and not _NO_PLACE.match(text, start, match.end()):
            return match.end()
    return None
