"""Tell an article's own paragraphs from what pages put between them: teasers, credits, notices, stamps.

A paragraph is told by how it begins ("READ MORE: …", "Sign up for …", "Copyright 2017 …"), by what it is as a whole
(a date, an address, a lone "Advertisement"), and a single sentence by what it says ("… contributed to this report.").
All patterns are bounded, so that no text makes them slow.
"""

from __future__ import annotations

import re

_START = r"[\s►▶▸»>•*·|→➡(\[–—-]*"  # bullets and brackets before a label
_NAMES = r"(?-i:[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,4})"
_WHAT = (
    r"(?:news|coverage|headlines?|stor(?:y|ies)|articles?|updates?|videos?|posts?|content|reports?|reading|links?|"
    r"topics?|columns?|reviews?|photos?|galler(?:y|ies)|podcasts?|events?|information|resources?)"
)
_LABEL = (
    rf"(?:more(?: \w+)? {_WHAT}|related(?: {_WHAT}){{0,2}}|(?:latest|recent|top|other|trending|popular|featured|"
    rf"similar|"
    r"recommended|continuing|full|complete|previous|past|earlier|additional|ongoing|further|must[- ]read|most (?:read|"
    rf"popular|viewed|shared))(?: local| our)? {_WHAT}|most (?:read|popular|viewed|shared)|trending(?: now)?|"
    r"recommended(?: for you)?|up next|next up|editor['’]?s['’]? picks?|live (?:updates|blog)|in case you missed it|"
    r"icymi|"
    r"from the archives?)"
)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(_START + f"(?:{text})", re.IGNORECASE | re.DOTALL)


# Asks the reader to go elsewhere, whatever follows.
_ELSEWHERE = _pattern(
    r"(?:please )?(?:read|see|watch|listen|learn|find out) (?:more|also|next|now|live|the full|the rest|our)\b|"
    r"also (?:read|see|watch)\s*[:|–—-]|also (?:read|see|watch)\b[^.]{0,120}$|(?:click|tap|go) here\b|scroll down\b|"
    r"(?:continue|keep) reading\b|skip to\b|back to top\b|jump to\b|(?:story|article|content|post) continues\b|"
    r"(?:this )?(?:story|article) (?:was )?(?:originally|first) (?:appeared|published|ran)\b|"
    r"(?:read or )?share (?:this|on|via)\b|(?:print|e-?mail) this\b|leave a comment\b|join the (?:conversation|"
    r"discussion)\b|"
    r"advertisement\b|sponsored (?:content|by|message)\b|paid (?:content|post)\b|loading\s*(?:\.|…|$)|"
    r"you (?:may|might) (?:also )?(?:like|enjoy|be interested)\b|do(?:n['’]t| not) miss\b|what to read next\b|"
    r"(?:listen|tune in) to (?:our|this|the) .{0,60}\b(?:podcast|episode|audio|playlist|broadcast)\b|explore further\b|"
    r"(?:check out|explore|browse|discover|visit|view|see) (?:our|more)\b[^.]{0,150}\.?$|"
    r"(?:buy|get|book) (?:your )?tickets\b|sponsored\s*[:|]|(?:from|by) our (?:partners?|sponsors?)\b|"
    r"partner content\b|this (?:story|article|report|piece|post|column|interview) (?:is|was) (?:part of (?:our|an?|"
    r"the)\b.{0,80}\b(?:series|project|collaboration|package|partnership|initiative)\b|(?:produced|published|supported|written|"
    r"made possible) (?:in (?:partnership|collaboration) with|by a grant|with (?:the )?support|thanks to)\b)|"
    r"media playback is\b|(?:get|download) (?:the|our)\b.{0,80}\bapp\b"
)
# "Latest Coverage: The Sanctuary City Debate"; without a colon only what ends like a headline.
_LABELLED = _pattern(
    rf"{_LABEL}\s*(?:[:|»>].*|\s[–—-]\s[^.]*$|[^.]{{0,100}}$)|"
    r"more (?:from|on|about|in|for you|to read)\b[^:|.]{0,60}(?:[:|»>].*|$)"
)
_LINK = r"(?:\s*:|\s+[|»>–—]\s)\s*\S.{0,200}$"
_ONE_WORD = _pattern(rf"(?:more|read|related|see|subscribe|newsletter|flashback|archive){_LINK}")
# The same words also begin an article's own title, which a text's first line may be.
_GENRE = _pattern(
    r"(?:watch|listen|video|gallery|slideshow|podcast|poll|quiz|opinion|editorial|explainer|previously|earlier|"
    rf"trending|interactive|map|live|tickets){_LINK}"
)
_ALONE = _pattern(
    rf"(?:{_LABEL}|read more|see (?:also|more)|also read|more|related|advertisement|ad|video|share|tweet|comments?|"
    rf"print|"
    r"\d+ comments?|e-?mail|facebook|twitter|subscribe|sign up|log ?in|newsletters?|menu|close|live|gallery|"
    r"view (?:gallery|"
    r"comments)|show caption|source: .{1,40}|(?:tags?|topics?|filed under|categories):.{0,200}|"
    r"\d+ min(?:ute)?s? read|[\W_]*|"
    r"(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+\.[\w.]+|@\w+)\s*[:.…»>)]*$"
)
_SOCIAL = re.compile(
    r"(?:(?:facebook|twitter|pinterest|linkedin|reddit|whatsapp|instagram|e-?mail|print|share|tweet|copy link|"
    r"flipboard|"
    r"x|threads|bluesky|telegram|\d+|shares?|comments?|save|listen|a{2,3})\b[\s|,/•·]*){2,12}$",
    re.IGNORECASE,
)
_WISHES = _pattern(
    r"sign[- ]?up (?:for|to|here|now|today|and|below)\b|subscribe (?:to|for|here|now|today)\b|"
    r"get (?:the )?(?:\w+ ){0,4}(?:news|headlines|alerts|stories|updates|newsletter)\b.{0,80}\b(?:inbox|e-?mail|"
    r"phone|app|daily|free)\b|"
    rf"(?:follow|like|find|join|connect with) (?:us|me|him|her|them|@\w+|{_NAMES}) (?:on|at|@)\s*(?:@|(?:twitter|"
    rf"facebook|"
    r"instagram|x|tiktok|youtube|bluesky|threads|mastodon|linkedin|whatsapp|google)\b)|follow (?:us\b|me\b|@)|"
    r"support (?:our|local|independent) (?:journalism|news|work|reporting)\b|become a (?:member|subscriber|"
    r"supporter)\b|"
    r"(?:already|not) a (?:subscriber|member)\b|enter your e-?mail|thank you for (?:subscribing|signing up|reading)\b|"
    r"(?:do you have|have|got) an? (?:news )?(?:tip|story|question|comment)\b.{0,200}[?:]|"
    r"send (?:us )?(?:your )?(?:news )?tips\b|"
    r"join (?:the |our )?(?:more than |over )?(?:\d[\d,.]*\+? |thousands of |millions of )?(?:\w+ ){0,2}(?:readers|"
    r"subscribers|members|people|community)\b.{0,120}\b(?:newsletter|e-?mail|inbox|briefing|for free|today)\b|"
    r"tell us what you think|let us know what you|we pay for your|unlimited (?:digital )?access\b|check us out on\b|"
    r"to (?:read|continue reading|comment)\b.{0,60}\b(?:subscribe|sign in|log in)\b|stay (?:with|tuned|up to date|"
    r"connected)\b|"
    r"(?:this is an? )?(?:developing|breaking)(?: news)? (?:story|news)\b.{0,20}(?:check|updates?|return)|check back\b|"
    r"if you(?:['’]re| are) (?:on|using) (?:the|our)\b.{0,60}\bapp\b|be the first to know\b|suggest a correction\b|"
    r"the (?:above video|video (?:above|in the (?:media )?player))\b|(?:\[ads? /?\])"
)
_CREDIT = _pattern(
    r"(?:reporting|writing|editing|research|translation|graphics?|compiled|edited|produced|distributed) by "
    rf"{_NAMES}(?:[^.]|\.(?=\S)|(?<=[A-Z])\.){{0,150}}\.?\)?$|additional (?:reporting|research) (?:by|from)\b|"
    r"with (?:additional )?(?:reporting|files|material|information) (?:from|by)\b|credit:|"
    r"(?:photo|image|video|picture)s? (?:credits?|by|courtesy)\b|(?:image|photo|video) source\b|"
    r"copyright\b.{0,12}(?:\d{4}|©|\(c\))|(?:the-?cnn-?wire™?\s*&?\s*|tm and )?©|\(?c\)\s*\d{4}|"
    rf"(?:reach|contact|e-?mail) (?:the )?(?:reporters?|writers?|authors?|him|her|them|staff writers?|{_NAMES})\b"
    r".{0,40}(?:@|\d{3}-\d{4})|(?:e-?mail|twitter|phone|contact|on twitter|instagram|facebook):|"
    rf"(?:{_NAMES} (?:and {_NAMES} )?)?(?-i:reported|wrote) from [^.]{{3,60}}\.?$|"
    r"(?:the )?(?:associated press|city news service|bay city news(?: service)?|reuters|afp|upi|cnn|ap)\s*\)?$"
)
_SIGNED = re.compile(r"(?:—|--)\s?[A-Z][\w.’'-]+(?: [A-Z][\w.’'-]+){1,3}$")
_BIOGRAPHY = re.compile(
    rf"{_NAMES} (?:covers\b|(?:is|writes|reports|has covered|joined)\b.{{0,120}}?\b(?:staff writer|reporter|columnist|"
    r"correspondent|editor|fellow|contributor|covers)\b).{0,200}?(?:@\w|\bon twitter\b|"
    r"\b(?:follow|reach|e-?mail) (?:him|her|them)\b|\b(?:her|his|their) (?:other )?(?:columns|work|stories|reports)\b)",
    re.IGNORECASE | re.DOTALL,
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun)\.?"
_STAMP = re.compile(
    r"(?:[\w ]{2,30}\| ?)?(?:and )?(?:first |last |originally )?(?:published|posted|updated|modified|created|"
    r"last update)"
    rf"(?: on| at)?\s*:?\s*(?:{_DAY}[^.]{{0,10}}\d|{_MONTH}\s*\d|\d{{1,4}}[:/. -]).{{0,80}}$|"
    rf"(?:{_DAY},? )?{_MONTH} \d{{1,2}}, \d{{4}}(?:\s*[,/|]?\s*(?:at )?\d{{1,2}}:\d\d.{{0,40}})?$|"
    r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}.{0,20}$|\d{4}-\d\d-\d\d.{0,20}$",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\[[^\[\]]{10,150}[^.\[\]]\]$")
_LINK_LAST = re.compile(r"[^.]{0,220}\b(?:Read more|READ MORE|Full story|Continue reading the main story)\s*[»>→.…]*$")
_SAYS = re.compile(
    r"\bcontributed (?:\w+ )?to this (?:\w+ )?(?:report|story|article|post|piece|dispatch|coverage)\b|"
    r"\bcontributed (?:additional |to the )?reporting\b|"
    r"\b(?:can|may) be (?:reached|contacted|e-?mailed|followed) (?:at|by|on|via)\b.{0,80}(?:@|\d{3}|twitter)|"
    r"\ball rights reserved\b|\bmay not be (?:published|reproduced|broadcast|rewritten|redistributed)\b|"
    r"\b(?:straight|right|delivered|directly|sent)\b.{0,30}\b(?:to|in) your (?:e-?mail )?inbox\b|"
    r"\bopinions expressed (?:in|here|are)\b|\benter your e-?mail\b|\bsign up for (?:our|the|this|my|free|daily|"
    r"weekly)\b.{0,40}\bnewsletters?\b",
    re.IGNORECASE | re.DOTALL,
)
_BEGINS_SENTENCE = _pattern(
    rf"{_LABEL}\s*:|(?:read more|see also|also read)\b|copyright\b.{{0,12}}(?:\d{{4}}|©|\(c\))|©|"
    rf"(?:additional reporting|editing) by\b"
)
_INSIDE = re.compile(
    r"(?<=\s)(?:READ MORE|MORE NEWS|READ ALSO|ALSO READ|SEE ALSO|RELATED(?: STORY| STORIES| COVERAGE| ARTICLES?)?|"
    r"WATCH(?: LIVE)?|"
    r"LATEST (?:COVERAGE|NEWS|HEADLINES))\s*:(?=\s)"
)
_OPENS_LIST = _pattern(
    rf"(?:{_LABEL}|read more|see also|also read|more from [^.:]{{1,40}}|more on [^.:]{{1,40}}|"
    r"you (?:may|might) (?:also )?(?:like|enjoy|be interested in)|do(?:n['’]t| not) miss|what to read next|"
    r"explore more|(?:more|other|our) (?:stories|articles|news|headlines)|sponsored(?: links)?|around the web|"
    r"from our partners)\s*[:»]?\s*$"
)

# "See our fields, he said": what somebody said asks nobody to go elsewhere, unless a label stands before it.
_ATTRIBUTED = re.compile(r",[\"”'’]? (?:he|she|they|[A-Z]\w+|the \w+) (?:said|says|added|told)\b")

_LONGEST_LABEL = 250  # characters; what is longer holds sentences of the article after the teaser's own
_LONGEST_NOTICE = 600


def is_teaser(paragraph: str) -> bool:
    """Say whether a whole paragraph is no part of what the article tells."""
    return _is_label(paragraph) or _is_notice(paragraph) or _is_one_remark(paragraph)


def is_teaser_sentence(sentence: str) -> bool:
    """The same for one sentence within a paragraph, more careful."""
    return _SAYS.search(sentence) is not None or _BEGINS_SENTENCE.match(sentence) is not None


def labels_inside(text: str, start: int, end: int) -> list[int]:
    """Give where labels in capitals begin that a paragraph has swallowed: "… he said READ MORE: …"."""
    return [m.start() for m in _INSIDE.finditer(text, start, end)]


def opens_list(paragraph: str) -> bool:
    """Say whether headlines of other articles may follow, one a line: "Related stories:"."""
    return len(paragraph) <= 60 and _OPENS_LIST.match(paragraph) is not None


def may_be_title(line: str) -> bool:
    """Say whether a text's first line may be its title: "Opinion: …" may, "Read more: …" may not."""
    return not is_teaser(line) or (_GENRE.match(line) is not None and not _is_notice(line))


def is_stamp(line: str) -> bool:
    """Say whether a line only says when the article was published or changed."""
    return len(line) <= _LONGEST_LABEL and _STAMP.match(line) is not None


def _is_label(paragraph: str) -> bool:
    if len(paragraph) > _LONGEST_LABEL or (":" not in paragraph[:40] and _ATTRIBUTED.search(paragraph)):
        return False
    return any(
        p.match(paragraph)
        for p in (_ELSEWHERE, _LABELLED, _ONE_WORD, _GENRE, _ALONE, _SOCIAL, _IN_BRACKETS, _LINK_LAST)
    )


def _is_one_remark(paragraph: str) -> bool:
    return len(paragraph) <= _LONGEST_LABEL and ". " not in paragraph and _SAYS.search(paragraph) is not None


def _is_notice(paragraph: str) -> bool:
    if len(paragraph) > _LONGEST_NOTICE:
        return False
    return any(p.match(paragraph) for p in (_WISHES, _CREDIT, _SIGNED, _BIOGRAPHY, _STAMP))
