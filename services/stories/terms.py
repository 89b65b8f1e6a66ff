"""What an article is about, as counted terms: stems of its words, what stands early counting more.

Three things keep a frequent name from deciding alone. A country and its people are one term (Korean, Korea). Stems
merge launch, launches, launched. The words of a name of several words (Tora Bora, Las Vegas) share one name's weight.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import compress

from services.stories.words import STOP_SIGN, Words
from services.text import stem

TITLE_WORDS = 40
TEXT_WORDS = 600  # of the text; news tells its event first
EARLY_WORDS = 80
COUNTS = {"title": 5, "early": 2, "late": 1}
_LONGEST_NAME = 3
_MEMORY = 1 << 17

STOP = frozenset(
    """
    a about above after again against all also although am among an and any are around as at be because been
    before being below between both but by can cannot could did do does doing done down during each either else
    even ever every few for from further get gets getting go goes going got had has have having he her here hers
    herself him himself his how however i if in into is isn it its itself just last least less let like made make
    makes making many may maybe me might more most mr mrs ms much must my myself near need never next no nor not
    now of off often on once one only or other others our ours out over own per perhaps quite rather re really s
    said same say saying says see seen several shall she should since so some still such t take taken than that
    the their theirs them themselves then there these they thing this those though through thus to told too toward
    towards two under until up upon us used very via was way we well went were what when where whether which while
    who whom whose why will with within without would yet you your yours yourself don didn doesn won wasn weren
    aren couldn wouldn ve ll
    """.split()  # noqa: SIM905  # a list of words as words
)

_PEOPLES = """afghan afghanistan;african africa;albanian albania;algerian algeria;american america;argentine argentina
argentinian argentina;armenian armenia;asian asia;australian australia;austrian austria;azerbaijani azerbaijan
bangladeshi bangladesh;belarusian belarus;belgian belgium;bolivian bolivia;bosnian bosnia;brazilian brazil
british britain;bulgarian bulgaria;burmese myanmar;cambodian cambodia;canadian canada;chilean chile
chinese china;colombian colombia;congolese congo;croatian croatia;cuban cuba;czech czechia;danish denmark
dutch netherlands;ecuadorian ecuador;egyptian egypt;eritrean eritrea;estonian estonia;ethiopian ethiopia
european europe;filipino philippines;philippine philippines;finnish finland;french france;georgian georgia
german germany;ghanaian ghana;greek greece;guatemalan guatemala;haitian haiti;honduran honduras
hungarian hungary;icelandic iceland;indian india;indonesian indonesia;iranian iran;iraqi iraq;irish ireland
israeli israel;italian italy;ivorian ivory;jamaican jamaica;japanese japan;jordanian jordan;kenyan kenya
korean korea;kurdish kurdistan;kuwaiti kuwait;laotian laos;latvian latvia;lebanese lebanon;liberian liberia
libyan libya;lithuanian lithuania;malaysian malaysia;malian mali;mexican mexico;moldovan moldova
mongolian mongolia;moroccan morocco;nepalese nepal;nepali nepal;nicaraguan nicaragua;nigerian nigeria
norwegian norway;pakistani pakistan;palestinian palestine;panamanian panama;paraguayan paraguay;peruvian peru
polish poland;portuguese portugal;qatari qatar;romanian romania;russian russia;rwandan rwanda
salvadoran salvador;scottish scotland;senegalese senegal;serbian serbia;slovak slovakia;slovenian slovenia
somali somalia;spanish spain;sudanese sudan;swedish sweden;swiss switzerland;syrian syria;taiwanese taiwan
tanzanian tanzania;thai thailand;tibetan tibet;tunisian tunisia;turkish turkey;ugandan uganda;ukrainian ukraine
uruguayan uruguay;venezuelan venezuela;vietnamese vietnam;welsh wales;yemeni yemen;zambian zambia
zimbabwean zimbabwe"""
_COUNTRIES: dict[str, str] = {}
for _pair in _PEOPLES.replace("\n", ";").split(";"):
    _people, _country = _pair.split()
    _COUNTRIES |= {_people: _country, f"{_people}s": _country}

_keys: dict[str, int] = {}


@dataclass(slots=True)
class Tally:
    """What was counted. `spread` is how many words the names have, on average, that a term stands in, if not one.

    `named` are the terms that are names or numbers in the text.
    """

    counts: dict[int, int] = field(default_factory=dict)
    spread: dict[int, float] = field(default_factory=dict)
    title: dict[int, None] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    named: set[int] = field(default_factory=set)
    words: int = 0


def term_of(folded: str) -> str:
    """Give the term of a folded word."""
    return stem(_COUNTRIES.get(folded, folded), "en")


def key_of(term: str) -> int:
    """Give a term's key: 32 bits, the same in every process."""
    return zlib.crc32(term.encode("utf-8", "surrogatepass"))


def tally(title: Words, text: Words) -> Tally:
    """Count the terms of an article, of the text's first words only."""
    heads, body = _look_up(title), _look_up(text)
    named = Counter[int]()  # words beyond the first in the names that a term stands in
    _count_names(heads, named)
    counts = dict.fromkeys(heads.kept, COUNTS["title"])
    late, times = _count_names(body, named), Counter(body.kept)
    early = Counter(body.kept[: EARLY_WORDS - sum(body.stop[:EARLY_WORDS])])
    for key, count in times.items():
        counts[key] = counts.get(key, 0) + count * COUNTS["late"]
    for key, count in (early + late).items():
        counts[key] += count * (COUNTS["early"] - COUNTS["late"])
    times.update(heads.kept)
    return Tally(
        counts=counts,
        spread={key: (times[key] + more) / times[key] for key, more in named.items()},
        title=dict.fromkeys(heads.kept),
        names=body.names() | heads.names(),
        named=_named(body),
        words=len(body.keys),
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """The words that count with their keys; which are stop words; the keys of the others."""

    words: Words
    keys: list[int]
    stop: list[bool]
    kept: list[int]

    def names(self) -> dict[int, str]:
        """Give the first word of each term."""
        words = [word for word, stop in zip(self.words.folded, self.stop, strict=False) if not stop]
        return dict(zip(reversed(self.kept), reversed(words), strict=True))


def _look_up(words: Words) -> _Read:
    folded = words.folded[:TEXT_WORDS]
    found = list(map(_keys.get, folded))
    keys = [_key(word) if key is None else key for key, word in zip(found, folded, strict=True)]
    stop = list(map(STOP.__contains__, folded))
    return _Read(words, keys, stop, [key for key, is_stop in zip(keys, stop, strict=True) if not is_stop])


def _key(folded: str) -> int:
    if len(_keys) >= _MEMORY:
        _keys.clear()
    key = _keys[folded] = key_of(term_of(folded))
    return key


def _count_names(read: _Read, named: Counter[int]) -> Counter[int]:
    """Count names of several words; give the terms that stand late, in a name that begins early."""
    late = Counter[int]()
    for start, end in _names(read):
        kept = [at for at in range(start, end) if not read.stop[at]]
        more = min(len(kept), _LONGEST_NAME) - 1
        for at in kept:
            if more:
                named[read.keys[at]] += more
            if start < EARLY_WORDS <= at:
                late[read.keys[at]] += 1
    return late


def _names(read: _Read) -> Iterator[tuple[int, int]]:
    """Give where words with capitals follow each other, nothing between them."""
    start = last = -2
    behind = read.words.behind
    for at in compress(range(len(read.keys)), read.words.capital):
        if at != last + 1 or behind[last]:
            if last > start:
                yield start, last + 1
            start = at
        last = at
    if last > start:
        yield start, last + 1


def _named(read: _Read) -> set[int]:
    """Give the terms that are names or numbers: with a digit, or a capital that no sentence's beginning explains."""
    words, keys = read.words, read.keys
    begins = [True, *(behind == STOP_SIGN for behind in words.behind)]
    found = {key for key, capital, begin in zip(keys, words.capital, begins, strict=False) if capital and not begin}
    return found.union(key for key, word in zip(keys, words.folded, strict=False) if word[0].isdigit())
