"""Cut one paragraph of an article where a page has let furniture run into it, or a headline into its dateline.

"… he said. The Associated Press contributed to this report."      body, teaser
"… he said READ MORE: Three takeaways"                             body, teaser
"… was freed. A 2009 picture of him. (AP Photo/Jane Doe)"          body, caption
"Hotel reopens. CHARLESTON, W.Va. -- The hotel …"                  lead, dateline, lead
"""

from __future__ import annotations

import re
from itertools import pairwise

from services.articles.article import Passage, Zone
from services.articles.captions import is_caption_sentence
from services.articles.dateline import inner_dateline_at
from services.articles.paragraphs import Span, stripped
from services.articles.teasers import is_teaser_sentence, labels_inside
from services.text import sentences

_MAY_HOLD_FURNITURE = re.compile(
    r"(?i)contribut|reached|contacted|mailed|followed|rights reserved|may not be|inbox|opinions expressed|newsletter|"
    r"read more|"
    r"also read|see also|more |related|coverage|copyright|©|latest|reporting by|editing by|photo|image|getty|reuters|"
    r"picks|watch"
)
_HEADLINE = 250  # characters in which a headline that ran into its dateline ends


def cut_paragraph(text: str, span: Span, zone: Zone) -> list[Passage]:
    """Give a paragraph's passages: `zone`, and between them what is not the article's own."""
    if zone is Zone.LEAD and (at := _inner_dateline(text, span)) is not None:
        head, after = (span[0], at[0]), stripped(text, at[1], span[1])
        return [
            Passage(zone, *stripped(text, *head)),
            Passage(Zone.DATELINE, *stripped(text, *at)),
            *cut_paragraph(text, after, Zone.BODY if after[0] == after[1] else zone),
        ]
    if _MAY_HOLD_FURNITURE.search(text, *span) is None:
        return [Passage(zone, *span)] if span[1] > span[0] else []
    return _merged([Passage(_zone_of(text[start:end], zone), start, end) for start, end in _parts(text, span)])


def _inner_dateline(text: str, span: Span) -> Span | None:
    for start, _ in sentences(text, *span)[1:4]:
        if start - span[0] > _HEADLINE:
            return None
        if (end := inner_dateline_at(text, start, span[1])) is not None:
            return start, end
    return None


def _parts(text: str, span: Span) -> list[Span]:
    """Give the paragraph's sentences; a label in capitals begins one too."""
    labels = labels_inside(text, *span)
    parts = []
    for start, end in sentences(text, *span):
        cuts = [start, *(at for at in labels if start < at < end), end]
        parts += [stripped(text, low, high) for low, high in pairwise(cuts)]
    return [(low, high) for low, high in parts if high > low]


def _zone_of(sentence: str, own: Zone) -> Zone:
    if is_teaser_sentence(sentence):
        return Zone.TEASER
    return Zone.CAPTION if is_caption_sentence(sentence) else own


def _merged(passages: list[Passage]) -> list[Passage]:
    merged: list[Passage] = []
    for passage in passages:
        if merged and merged[-1].zone is passage.zone:
            merged[-1] = Passage(passage.zone, merged[-1].start, passage.end)
        else:
            merged.append(passage)
    return merged
