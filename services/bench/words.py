"""Words for made-up news: common English words as often as in English, and a long tail that follows Zipf's law.

The tail is built of syllables, so that it has as many words as news has, with the endings that stemming takes off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

_COMMON = (
    "the 620 of 300 to 270 and 260 a 240 in 220 for 100 on 95 that 95 is 80 said 70 was 68 with 66 at 60 it 58 as 55 "
    "by 52 he 50 from 48 be 44 his 42 have 40 has 39 are 38 an 36 who 34 they 33 will 32 not 31 but 30 their 29 or 28 "
    "had 28 were 27 been 26 would 25 she 24 this 24 we 22 its 21 i 21 after 20 more 20 also 19 which 18 when 18 there "
    "17 one 17 her 17 up 16 all 16 out 15 if 15 about 15 you 14 can 14 than 13 no 13 what 12 so 12 two 12 into 11 over "
    "11 some 11 other 10 could 10 new 10 last 10 year 10 first 9 people 9 do 9 time 9 him 8 them 8 just 8 before 8 now "
    "8 only 7 our 7 many 7 because 7 where 7 between 6 most 6 during 6 while 6 under 6 three 6 then 6 those 5 may 5 "
    "against 5 made 5 such 5 since 5 through 5 how 5 like 5 even 5 back 5 still 4 should 4 down 4 day 4 each 4"
)
_NEWS = (
    "council mayor police court county school vote budget law judge board member state official report plan office "
    "resident meeting public tax housing rent worker union strike fire water river road bridge transit train airport "
    "hospital health doctor patient teacher student election ballot voter senator governor party campaign committee "
    "bill hearing lawsuit attorney order ruling appeal policy program grant contract fee cost price market bank loan "
    "company plant job wage farm crop drought storm flood shelter permit zone builder tenant owner neighbor park trail "
    "library museum festival team season coach player game crime arrest charge jail inmate warrant officer deputy "
    "sheriff detention border immigrant visa asylum sanctuary ordinance resolution amendment charter audit bond deficit"
)
_ONSETS, _NUCLEI, _CODAS = (
    part.split()
    for part in (
        "b br c ch cl d dr f fl g gr h j k l m n p pl pr qu r s sh sl st t tr v w y z",
        "a e i o u ai ea ee oa ou",
        "b ck d ft g l ld lt m mp n nd ng nt p r rd rk rn rt sh st t th v x",
    )
)
_ENDINGS = ("", "", "", "s", "s", "ed", "ing", "er", "ment", "ly")
_FLATTER = 150.0  # Mandelbrot's shift: the first content words are less frequent than Zipf's law alone would have them


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words to draw from, with cumulative weights; `follows` gives each content word one that likes to follow it."""

    common: Sequence[str]
    common_weights: Sequence[float]
    content: Sequence[str]
    content_weights: Sequence[float]
    follows: Sequence[int]


def lexicon(rng: Random, size: int = 45_000) -> Lexicon:
    """Make a lexicon of so many content words, the most frequent first."""
    pairs = _COMMON.split()
    weights = list(accumulate(1.0 / (rank + _FLATTER) ** 1.3 for rank in range(size)))
    content = _content(rng, size)
    follows = rng.choices(range(size), cum_weights=weights, k=size)
    return Lexicon(pairs[::2], list(accumulate(map(float, pairs[1::2]))), content, weights, follows)


def _content(rng: Random, size: int) -> list[str]:
    found = dict.fromkeys(word + ending for word in _NEWS.split() for ending in ("", "s"))
    shuffled = list(found)
    rng.shuffle(shuffled)
    found = dict.fromkeys(shuffled)
    while len(found) < size:
        stem = "".join(
            rng.choice(_ONSETS) + rng.choice(_NUCLEI) + rng.choice(_CODAS) for _ in range(rng.choice((1, 2, 2, 2, 3)))
        )
        for ending in dict.fromkeys(rng.choices(_ENDINGS, k=2)):
            found[stem + ending] = None
    return list(found)[:size]
