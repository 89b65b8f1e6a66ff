"""The one text analysis, for articles and queries alike: words, folding, stems, sentences and paragraphs.

A text is cut at white space into chunks, and a chunk ("cities,”") into words ("cities"). What a chunk gives is
remembered, because news repeats its chunks: most of an article is looked up, not computed. Offsets always point into
the text as it was given; nothing is normalised before it is cut.

A word has two forms. *Folded*: width, case, accents, quotes, hyphens and apostrophes are levelled, a possessive 's is
dropped. *Exact*: the same, but capitals stay. The *stem* is the Snowball stem of the folded form in one language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import Stemmer

ANALYSIS = 1
"""Counts up whenever the same text gives other words, stems, sentences or paragraphs: what was kept is made anew."""

STEMMED: tuple[str, ...] = ("en", "es")
"""Languages whose words are stemmed."""

# Combining marks, and joiners that may stand inside a word without being seen.
_INNER = "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u065f\u093c-\u094d\u00ad\u200c\u200d\u2060\ufeff"
_LETTERS = rf"(?:[^\W_]|[{_INNER}])"
_APOSTROPHES = "'\u2019\u2018\u02bc\u00b4`\uff07\u2032"
# Scripts written without spaces: each sign is a word, so that a phrase finds a run of them.
_SIGN = "\u0e00-\u0e7f\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
_WORD = re.compile(rf"[{_SIGN}]|(?:(?![{_SIGN}]){_LETTERS})+(?:[{_APOSTROPHES}&\uff06](?:(?![{_SIGN}]){_LETTERS})+)*")
_CHUNK = re.compile(r"\S+")
_DROPPED = re.compile(f"[{_INNER}]")
_APOSTROPHE = re.compile(f"[{_APOSTROPHES}]")
_POSSESSIVE = re.compile(r"(?<=.)'[sS]$")
# French, Catalan and Italian elision: l'immigration is about immigration. Dropped on both sides of a comparison.
_ELISION = re.compile(r"^(?:l|d|j|m|t|c|n|qu|dell|all|nell|sull|un)'(?=\w{2})", re.IGNORECASE)

Cut = tuple[int, int, str, str]
"""start and end in the chunk, folded form, exact form."""

_MEMORY = 1 << 17  # chunks remembered before starting anew: about 40 MiB when full
_LONGEST = 64  # longer chunks (addresses, ASCII art) are cut but not remembered
_chunks: dict[str, tuple[Cut, ...]] = {}
_stems: dict[str, dict[str, str]] = {}
_stemmers: dict[str, Stemmer.Stemmer] = {}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text in order. All sequences have one entry a word; offsets point into the text analysed."""

    folded: Sequence[str]
    exact: Sequence[str]
    stems: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    sentences: Sequence[int]
    paragraphs: Sequence[int]
    sentence_spans: Sequence[tuple[int, int]]


def level(word: str) -> str:
    """Give the exact form of a word: width, accents, joiners and apostrophes levelled, capitals kept."""
    if not word.isascii():
        word = unicodedata.normalize("NFKD", _APOSTROPHE.sub("'", word))
        word = _DROPPED.sub("", word)
        word = unicodedata.normalize("NFC", "".join(c for c in word if unicodedata.category(c) != "Mn"))
    if "'" in word or "`" in word:
        word = _ELISION.sub("", _POSSESSIVE.sub("", _APOSTROPHE.sub("'", word)))
    return word


def fold(word: str) -> str:
    """Give the folded form of one word."""
    return folded_of(level(word))


def folded_of(exact: str) -> str:
    """Give the folded form of a word from its exact form."""
    return exact.lower() if exact.isascii() else level(exact.casefold())


def cut(text: str) -> tuple[Cut, ...]:
    """Cut a text without regard to sentences, as query words are."""
    if " " not in text and (known := _chunks.get(text)) is not None:
        return known
    words = ((*m.span(), level(m.group())) for m in _WORD.finditer(text))
    found = tuple((start, end, folded, exact) for start, end, exact in words if (folded := folded_of(exact)))
    if len(text) <= _LONGEST and not any(c.isspace() for c in text):
        if len(_chunks) >= _MEMORY:
            _chunks.clear()
        _chunks[text] = found
    return found


def stem(folded: str, language: str) -> str:
    """Give the Snowball stem of a folded word; a language without a stemmer keeps the word."""
    known = _stems.get(language)
    if known is None:
        known = _stems[language] = {}
    found = known.get(folded)
    if found is None:
        if len(known) >= _MEMORY:
            known.clear()
        found = known[folded] = _stemmer(language)(folded)
    return found


def stems(folded: str, languages: Iterable[str] = STEMMED) -> frozenset[str]:
    """Give every form under which a query's word is to be found: its stem in each language, and itself."""
    return frozenset({folded, *(stem(folded, language) for language in languages)})


_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "id": "indonesian", "it": "italian", "nl": "dutch", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip


def _stemmer(language: str) -> Callable[[str], str]:
    if language not in STEMMED or language not in _SNOWBALL:
        return str
    if language not in _stemmers:
        _stemmers[language] = Stemmer.Stemmer(_SNOWBALL[language])
    stemmed: Callable[[str], str] = _stemmers[language].stemWord
    return stemmed


# ---- sentences and paragraphs ----

# A run of stops is tried once, from its first: a page of question marks would otherwise take the square of its length.
_STOP = re.compile(r"(?<![.!?…。！？])[.!?…。！？]++[\"'”’»)\]]*+(?=\s|$)|(?<=[。！？])")
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
_ABBREVIATED = re.compile(
    r"(?:^|[\s(“\"‘])(?:[A-Z]|(?:[A-Za-z]\.)+[A-Za-z]|Mr|Mrs|Ms|Mx|Dr|Prof|Rev|Fr|Sr|Jr|St|Ste|Ft|Mt|Gov|Lt|Sen|Rep|Reps|Sens|"
    r"Gen|Col|Maj|Capt|Sgt|Cpl|Cmdr|Adm|Det|Supt|Hon|Atty|Dist|Asst|Pres|Sec|Treas|Ave|Blvd|Rd|Hwy|Pkwy|Jan|Feb|Mar|Apr|"
    r"Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Co|Corp|Inc|Ltd|No|Nos|vs|v|Dept|Assn|Bros|approx|est|Calif|Ariz|Colo|Conn|Fla|"
    r"Ill|Ind|Kan|Ky|La|Mass|Md|Mich|Minn|Miss|Mo|Mont|Neb|Nev|Okla|Ore|Pa|Tenn|Tex|Vt|Va|Wash|Wis|Wyo|Ala|Ark|Del|Ga)$"
)
# After these a capital begins a sentence more often than not: "in the U.S. The court", "at 5 p.m. Police said".
_ENDS_ALSO = re.compile(r"(?:U\.S|D\.C|U\.N|[ap]\.m|Inc|Corp|Co|Jr|Sr|Calif|Ill|Fla|Pa|Va|Tex|Wash)$")
_OPENS = re.compile(
    r"\s+(?:[\"'“‘«(\[]*)(The|A|An|In|On|At|It|He|She|They|But|And|We|I|That|This|Those|These|Police|Officials)\b"
)
_CONTINUES = re.compile(r"\s+[\"'“‘«(\[]*[a-z]")


def sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Give the sentences of a text as spans, in order; a paragraph's end always ends one."""
    end = len(text) if end is None else end
    spans: list[tuple[int, int]] = []
    for low, high in paragraphs(text, start, end):
        begin = low
        for match in _STOP.finditer(text, low, high):
            if match.end() < high and not _is_end(text, match.start(), match.end()):
                continue
            if match.end() > begin:
                spans.append((begin, match.end()))
                begin = match.end()
                while begin < high and text[begin].isspace():
                    begin += 1
        if begin < high:
            spans.append((begin, high))
    return spans


def paragraphs(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Give the paragraphs, which blank lines part, as spans without the white space around them."""
    end = len(text) if end is None else end
    spans = []
    begin = start
    for match in [*_PARAGRAPH.finditer(text, start, end), None]:
        low, high = begin, end if match is None else match.start()
        while low < high and text[low].isspace():
            low += 1
        while high > low and text[high - 1].isspace():
            high -= 1
        if high > low:
            spans.append((low, high))
        begin = end if match is None else match.end()
    return spans


def _is_end(text: str, stop: int, after: int) -> bool:
    if _CONTINUES.match(text, after):
        return False
    if text[stop] != "." or text[stop : stop + 2] == ".." or text[after - 1] != ".":
        return True  # "?", "…", or a full stop within quotes that end here
    before = text[max(0, stop - 12) : stop]
    if not _ABBREVIATED.search(before):
        return True
    return bool(_ENDS_ALSO.search(before) and _OPENS.match(text, after))


def analyse(text: str, language: str = "en", spans: Iterable[tuple[int, int]] | None = None) -> Words:
    """Analyse a text, or only the given spans of it, which are read as paragraphs of one run.

    Positions, sentences and paragraphs are counted through from 0. Offsets point into `text`.
    """
    folded: list[str] = []
    exact: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    sentence: list[int] = []
    paragraph: list[int] = []
    sentence_spans: list[tuple[int, int]] = []
    runs = paragraphs(text) if spans is None else [p for low, high in spans for p in paragraphs(text, low, high)]
    for number, (low, high) in enumerate(runs):
        for begin, stop in sentences(text, low, high):
            for chunk in _CHUNK.finditer(text, begin, stop):
                at = chunk.start()
                for word_start, word_end, word, kept in cut(chunk.group()):
                    folded.append(word)
                    exact.append(kept)
                    starts.append(at + word_start)
                    ends.append(at + word_end)
                    sentence.append(len(sentence_spans))
                    paragraph.append(number)
            sentence_spans.append((begin, stop))
    stemmed = [stem(word, language) for word in folded]
    return Words(folded, exact, stemmed, starts, ends, sentence, paragraph, sentence_spans)
