"""What an article is about, as counted terms: stems of its words, what stands early counting more.

Three things keep a frequent name from deciding alone. A country and its people are one term (Korean, Korea). Stems
merge launch, launches, launched. The words of a name of several words (Tora Bora, Las Vegas) share one name's weight.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

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

_terms: dict[str, str] = {}


@dataclass(slots=True)
class Tally:
    """What was counted. `spread` is how many words the names have, on average, that a term stands in.

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
    known = _terms.get(folded)
    if known is None:
        if len(_terms) >= _MEMORY:
            _terms.clear()
        known = _terms[folded] = stem(_COUNTRIES.get(folded, folded), "en")
    return known


def key_of(term: str) -> int:
    """Give a term's key: 32 bits, the same in every process."""
    return zlib.crc32(term.encode("utf-8", "surrogatepass"))


def tally(title: Words, text: Words) -> Tally:
    """Count the terms of an article, of the text's first words only."""
    found, names = Tally(), _Names()
    _count(title, found, names, lambda key, _: found.title.setdefault(key))
    found.counts = dict.fromkeys(found.title, COUNTS["title"])

    def add(key: int, at: int) -> None:
        found.counts[key] = found.counts.get(key, 0) + COUNTS["early" if at < EARLY_WORDS else "late"]

    found.words = _count(text, found, names, add)
    found.spread = {key: total / times for key, (times, total) in names.items()}
    found.named = _named(text)
    return found


_Names = dict[int, tuple[int, int]]


def _count(words: Words, found: Tally, names: _Names, add: Callable[[int, int], None]) -> int:
    at = 0
    run: list[str] = []
    for word, capital, behind in zip(words.folded[:TEXT_WORDS], words.capital, words.behind, strict=False):
        if capital:
            run.append(word)
        else:
            if run:
                at = _close(run, found, names, add, at)
                run = []
            at = _close([word], found, names, add, at)
        if behind and run:
            at = _close(run, found, names, add, at)
            run = []
    return _close(run, found, names, add, at)


def _close(run: list[str], found: Tally, names: _Names, add: Callable[[int, int], None], at: int) -> int:
    kept = [word for word in run if word not in STOP]
    long = min(len(kept), _LONGEST_NAME)
    for word in kept:
        key = key_of(term_of(word))
        found.names.setdefault(key, word)
        times, total = names.get(key, (0, 0))
        names[key] = (times + 1, total + long)
        add(key, at)
    return at + len(run)


def _named(words: Words) -> set[int]:
    """Give the terms that are names or numbers: with a digit, or a capital that no sentence's beginning explains."""
    found, begins = set(), True
    for word, capital, behind in zip(words.folded[:TEXT_WORDS], words.capital, words.behind, strict=False):
        if (capital and not begins) or word[0].isdigit():
            found.add(key_of(term_of(word)))
        begins = behind == STOP_SIGN
    return found
