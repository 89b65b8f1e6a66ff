"""Makes cases of the fuzz targets from a seed, and changes them: text, queries, JSON, addresses, documents, messages.

Each maker takes a `random.Random` and gives a case. Large documents are as hostile as small ones and take a thousand times
as long, so that nine in ten of them are drawn again. A case that was read is changed further by `changed_text` and its like.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence
from random import Random
from typing import Any

from tests.benchmarks import hostile

_LARGE = 16 * 1024
_RANGES = (
    (0x20, 0x7E), (0x20, 0x7E), (0, 0x1F), (0x7F, 0x24F), (0x250, 0x7FF), (0x2000, 0x206F), (0x3040, 0x9FFF),
    (0xD800, 0xDFFF), (0xE000, 0xFFFF), (0x10000, 0x10FFFF),
)  # fmt: skip
_WORDS = (
    "goat", "city", "ICE", "AND", "OR", "NOT", "NEAR/5", "ONEAR/3", "SENT", "PARA", "W/5", "PRE/3", "ATLEAST/2(", "(",
    ")", "\"", "'", "“", "”", "*", "?", "!", "=", "-", "+", "~", ":", "/", "\\", ",", "title:", "lead:", "body:",
    "place:", "place:=", "place~:", "about:", "gov:", "topic:sanctuary-city", "topic:nothing", "source:", "site:",
    "author:", "lang:en", "words:>300", "words:<", "place:\"San", "Bernardino,", "CA\"", "gov:\"Chicago", "City",
    "Council\"", "jurisdiction*", "wom?n", "a*", "*a", "ß", "İ", "ﬁ", "é", "́", '\u200d', '\u202e', "�", "漢字",
    "__class__:", "owner_id:", "';", "--", "%s", "{{7*7}}", "${x}", ":*", "&", "|", "~999999999",
    "9999999999999999999999",
)  # fmt: skip
_NINJS = (
    "uri", "versioncreated", "headline", "headlines", "body_text", "body_xhtml", "body_html", "bodies", "type",
    "language", "byline", "bylines", "subject", "subjects", "place", "urgency", "associations", "altids",
    "renditions", "copyrightnotice", "charcount", "slugline", "$standard", "standard",
)  # fmt: skip
_HOSTS = (
    "localhost", "localhost.", "LOCALHOST", "public.example", "inside.example", "１２７.０.０.１", "127。0。0。1",
    "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "127.0.0.1%00.evil", "a@127.0.0.1", "public.example\\@127.0.0.1",
    "public.example#@127.0.0.1", "0", "[::]", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
)  # fmt: skip
_SCHEMES = (
    "http", "https", "HTTP", "file", "gopher", "ftp", "data", "jar:http", " http", 'ht\ttp', "",
)  # fmt: skip
_SIGNS = (
    "://", ":", ":/", ":///", ":\\\\", "//", "://user:pass@",
)  # fmt: skip
_PORTS = (
    "", ":80", ":443", ":22", ":6379", ":99999", ":", ':8080\r\n', ":０",
)  # fmt: skip
_RESTS = (
    "", "/", "/a?b#c", "\\x", "?@x", "#@x", "/%0d%0aX: y", '\n/',
)  # fmt: skip
_NEWS = (
    "Springfield", "Illinois", "Georgia", "Washington", "Paris", "Chicago", "City", "Council", "County", "of", "San",
    "Bernardino", "in", ",", ".", "(", ")", "—", "said", "the", "Mayor", "Jordan", "Street", "5th", "Ave.", "St.",
    "Louis", "U.S.", "D.C.", "New", "York", "Times", "READ", "MORE:", '\n\n', '\xa0', "é", "ß", "漢字", '\u202e',
    "Virginia", "Woolf", "Sheriff’s", "Department", "of", "Lake", "Salem-Keizer", "O'Fallon", "'s", "'", "-",
    "CHICAGO", "(AP)", "—", "Calif.", "Tbilisi", "Kansas", "Police",
)  # fmt: skip
HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=a()>", "javascript:alert(1)", "\r\nBcc: evil@example.org", "\r",
    "\u2028", "=?utf-8?q?x=0d=0aBcc:?=", "@everyone", "<!channel>", "[x](javascript:y)", "{{7*7}}", "{% x %}", "\x00",
    "]]>", "</title><svg onload=a>", "\u202e", "`", "*", "_", "#", "goat", " ", "<style>@import 'x'</style>", "&#0;",
    "\ud800", "<mark>", "--", "<!--", "a" * 300, "\r\n\r\n", "<https://evil.example|x>", "||x||", "<@U123>", "\n# x",
)  # fmt: skip
_NUMBERS = (
    0, -0.0, 1, -1, 0.1, 5e-324, 1.7976931348623157e308, float("inf"), float("-inf"), float("nan"), 2**53, 2**63, -(2**64),
    10**400, 1e22,
)  # fmt: skip
_MEMBERS = ("title", "outlet", "sentence", "clause", "place", "name", "note")


def text(rng: Random, most: int) -> str:
    """Give signs of any kind, lone surrogates among them."""
    return "".join(chr(rng.randint(*rng.choice(_RANGES))) for _ in range(rng.randrange(most + 1)))


def changed_text(rng: Random, given: str) -> str:
    """Cut, double, move, replace and put in, one to four times."""
    for _ in range(rng.choice((1, 1, 2, 3, 4))):
        low, high = sorted((rng.randrange(len(given) + 1), rng.randrange(len(given) + 1)))
        high = min(high, low + 60)
        part = given[low:high]
        match rng.randrange(7):
            case 0:
                given = given[:low] + given[high:]
            case 1:
                given = given[:low] + part * rng.choice((2, 3, 50)) + given[high:]
            case 2:
                rest = given[:low] + given[high:]
                at = rng.randrange(len(rest) + 1)
                given = rest[:at] + part + rest[at:]
            case 3:
                given = given[:low] + text(rng, 3) + given[high:]
            case 4:
                given = given[:low] + rng.choice((*_WORDS, *HOSTILE)) + given[low:]
            case 5:
                given = given[:low] + rng.choice((part.upper(), part.lower(), part.title(), part[::-1])) + given[high:]
            case _:
                given = given[:low] + " " + given[low:]
    return given[:5_000]


# ---- queries ----


def query(rng: Random) -> str:
    """Give words and operators in any order, signs, or one thing very often."""
    kind = rng.random()
    if kind < 0.6:
        return " ".join(rng.choices(_WORDS, k=rng.randrange(41)))
    if kind < 0.95:
        return text(rng, rng.choice((10, 200)))
    n = rng.choice((3, 30, 300, 3000))
    return rng.choice(("(" * n + "a" + ")" * n, "(" * n, "-" * n + "a", " OR ".join(["a"] * n), '"' * n, "a " * n))


# ---- JSON ----


def value(rng: Random, depth: int = 4) -> Any:  # Any: JSON, and what is none
    """Give a value of any kind and depth."""
    kind = rng.random()
    if depth and kind < 0.25:
        return [value(rng, depth - 1) for _ in range(rng.randrange(5))]
    if depth and kind < 0.5:
        return {text(rng, 8): value(rng, depth - 1) for _ in range(rng.randrange(5))}
    if kind < 0.7:
        return rng.choice((*_NUMBERS, rng.randint(-(10**6), 10**6), rng.uniform(-1e6, 1e6)))
    return rng.choice((None, True, False)) if kind < 0.75 else text(rng, 20)


def body(rng: Random) -> bytes:
    """Give a body of the API: JSON of any shape, or nearly a ninjs item, or a feed or item that was changed."""
    kind = rng.random()
    if kind < 0.45:
        return written(value(rng))
    if kind < 0.7:
        return written({name: value(rng, 3) for name in rng.sample(_NINJS, rng.randrange(13))})
    if kind < 0.95:
        return document(4, 5)(rng)
    return rng.randbytes(rng.randrange(80))


def written(given: Any) -> bytes:  # Any: as above
    """Write JSON as a hostile client does: also what is none."""
    return json.dumps(given, ensure_ascii=True).encode()


# ---- addresses ----


def url(rng: Random) -> str:
    """Give an address, or what is nearly one."""
    if rng.random() < 0.1:
        return text(rng, 60)
    plain = rng.random() < 0.5
    scheme, sign = (
        ("http" if rng.random() < 0.5 else "https", "://") if plain else (rng.choice(_SCHEMES), rng.choice(_SIGNS))
    )
    port = "" if plain and rng.random() < 0.5 else rng.choice(_PORTS)
    return scheme + sign + _host(rng) + port + rng.choice(_RESTS)


def _host(rng: Random) -> str:
    match rng.randrange(8):
        case 0 | 1:
            return "public.example"
        case 2:
            return str(ipaddress.IPv4Address(rng.getrandbits(32)))
        case 3:
            low = rng.choice((rng.getrandbits(128), (0xFFFF << 32) | rng.getrandbits(32), rng.getrandbits(32)))
            return f"[{ipaddress.IPv6Address(low)}]"
        case 4:
            number = rng.choice((rng.getrandbits(32), rng.randrange(2**33), 2130706433))
            return rng.choice((str(number), hex(number), oct(number)))
        case 5:
            parts = [rng.choice((rng.randrange(301), 127, 0, 10)) for _ in range(rng.randint(1, 5))]
            return ".".join(rng.choice((str(n), oct(n).replace("o", ""), hex(n))) for n in parts)
        case 6:
            return rng.choice(_HOSTS)
    return text(rng, 12)


# ---- documents ----


def document(low: int, high: int) -> Any:  # Any: a maker
    """Give a maker of documents of some forms, by their numbers in `tests.benchmarks.hostile`, changed at random."""
    forms = range(low, high + 1)

    def make(rng: Random) -> bytes:
        return _mostly_small(rng, lambda: hostile.changed(rng, forms)[0])

    return make


def changed_document(rng: Random, given: bytes) -> bytes:
    """Change a document further."""
    names = sorted(hostile.CHANGES)

    def change() -> bytes:
        data = given
        for _ in range(rng.choice((1, 1, 2))):
            data = hostile.CHANGES[rng.choice(names)](data, rng)
        return data[: 3 * 1024 * 1024]

    return _mostly_small(rng, change)


def _mostly_small(rng: Random, make: Any) -> bytes:  # Any: gives bytes
    while True:
        data: bytes = make()
        if len(data) <= _LARGE or rng.random() < 0.1:
            return data


def news(rng: Random) -> str:
    """Give a text in which names of places and what is near them stand in any order."""
    if rng.random() < 0.3:
        return text(rng, 300)
    return " ".join(rng.choices(_NEWS, k=rng.randrange(121)))


# ---- messages ----


def facts(rng: Random) -> dict[str, str]:
    """Give what a message tells, by the names of its parts."""
    return {name: _hostile(rng) for name in _MEMBERS} | {"url": url(rng) if rng.random() < 0.5 else _hostile(rng)}


def changed_facts(rng: Random, given: dict[str, str]) -> dict[str, str]:
    """Change some parts of a message."""
    names: Sequence[str] = rng.sample(sorted(given), rng.choice((1, 2, 3)))
    return given | {name: changed_text(rng, given[name]) for name in names}


def _hostile(rng: Random) -> str:
    if rng.random() < 0.3:
        return text(rng, rng.choice((10, 120)))
    return "".join(rng.choices(HOSTILE, k=rng.randrange(13)))
