"""What reads words of strangers, each with what is thrown at it and what must hold of whatever comes out.

A case may be refused by the part's own error, which says what was expected; anything else is a finding, as is a file that
was opened, a name looked up or a connection made meanwhile.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from services.errors import InvalidError
from tests.benchmarks import hostile
from tests.fuzz import oracles
from tests.fuzz.report import Run

A_ROUND = 200
REFUSED = object()
_TOUCHES = (*hostile.FORBIDDEN, "socket.bind")
_USUAL = (".bin", ".json", ".py", ".pyc", ".so", ".dat", ".yaml", ".gz")  # what is imported or loaded late
_watch = threading.local()


@dataclass(frozen=True)
class Target:
    """A part: what is thrown, and what takes it. `take` gives the part's result, and raises `AssertionError` for a fault."""

    cases: st.SearchStrategy[Any]
    take: Callable[[Any], object]


_CHARACTERS = st.characters(codec=None)  # type: ignore[arg-type]
_WORDS = st.sampled_from(
    ["goat", "city", "ICE", "AND", "OR", "NOT", "NEAR/5", "ONEAR/3", "SENT", "PARA", "W/5", "PRE/3", "ATLEAST/2(", "(", ")", '"', "'", "“", "”", "*", "?", "!", "=", "-", "+", "~", ":", "/", "\\", ",", "title:", "lead:", "body:", "place:", "place:=", "place~:", "about:", "gov:", "topic:sanctuary-city", "topic:nothing", "source:", "site:", "author:", "lang:en", "words:>300", "words:<", 'place:"San', "Bernardino,", 'CA"', 'gov:"Chicago', "City", 'Council"', "jurisdiction*", "wom?n", "a*", "*a", "ß", "İ", "ﬁ", "é", "́", "\u200d", "\u202e", "�", "漢字", "__class__:", "owner_id:", "';", "--", "%s", "{{7*7}}", "${x}", ":*", "&", "|", "~999999999", "9999999999999999999999"]
)  # fmt: skip
_SOUP = st.lists(_WORDS, max_size=40).map(" ".join)
_NESTED = st.integers(0, 3000).flatmap(
    lambda n: st.sampled_from(["(" * n + "a" + ")" * n, "(" * n, "-" * n + "a", " OR ".join(["a"] * n), '"' * n])
)
QUERIES = st.one_of(_SOUP, _SOUP, st.text(_CHARACTERS, max_size=200), _NESTED)


@st.composite
def changed(draw: Any, low: int, high: int) -> bytes:
    """Give a document of some forms, changed at random as `tests.benchmarks.hostile` does."""
    chance = random.Random(draw(st.integers(0, 2**40)))
    while True:
        data, names = hostile.changed(chance)
        if low <= int(names.split()[0]) <= high:
            return data


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(_CHARACTERS, max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(_CHARACTERS, max_size=8), inner, max_size=4),
    max_leaves=30,
)
_NINJS_NAMES = st.sampled_from(
    [
        "uri",
        "versioncreated",
        "headline",
        "headlines",
        "body_text",
        "body_xhtml",
        "body_html",
        "bodies",
        "type",
        "language",
        "byline",
        "bylines",
        "subject",
        "subjects",
        "place",
        "urgency",
        "associations",
        "altids",
        "renditions",
        "copyrightnotice",
        "charcount",
        "slugline",
        "$standard",
        "standard",
    ]
)
_NINJS = st.dictionaries(_NINJS_NAMES, _JSON, max_size=12)
_HOSTS = st.one_of(
    st.just("public.example"), st.just("public.example"),
    st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).map(lambda ip: f"[{ip}]"),
    st.integers(0, 2**33).map(str), st.integers(0, 2**32 - 1).map(hex),
    st.lists(st.integers(0, 300).flatmap(lambda n: st.sampled_from([str(n), oct(n).replace("o", ""), hex(n)])), min_size=1, max_size=5).map(".".join),
    st.sampled_from(["localhost", "localhost.", "LOCALHOST", "public.example", "inside.example", "１２７.０.０.１", "127。0。0。1", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "127.0.0.1%00.evil", "a@127.0.0.1", "public.example\\@127.0.0.1", "public.example#@127.0.0.1", "0", "[::]", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ"]),
    st.text(_CHARACTERS, max_size=12),
)  # fmt: skip
URLS = st.one_of(
    st.builds(
        lambda scheme, sign, host, port, rest: f"{scheme}{sign}{host}{port}{rest}",
        st.sampled_from(["http", "https", "HTTP", "file", "gopher", "ftp", "data", "jar:http", " http", "ht\ttp", ""]),
        st.sampled_from(["://", ":", ":/", ":///", ":\\\\", "//", "://user:pass@"]),
        _HOSTS,
        st.sampled_from(["", ":80", ":443", ":22", ":6379", ":99999", ":", ":8080\r\n", ":０"]),
        st.sampled_from(["", "/", "/a?b#c", "\\x", "?@x", "#@x", "/%0d%0aX: y", "\n/"]),
    ),
    st.text(_CHARACTERS, max_size=60),
)
_NEWS = st.lists(
    st.sampled_from(
        [
            "Springfield",
            "Illinois",
            "Georgia",
            "Washington",
            "Paris",
            "Chicago",
            "City",
            "Council",
            "County",
            "of",
            "San",
            "Bernardino",
            "in",
            ",",
            ".",
            "(",
            ")",
            "—",
            "said",
            "the",
            "Mayor",
            "Jordan",
            "Street",
            "5th",
            "Ave.",
            "St.",
            "Louis",
            "U.S.",
            "D.C.",
            "New",
            "York",
            "Times",
            "READ",
            "MORE:",
            "\n\n",
            "\xa0",
            "é",
            "ß",
            "漢字",
            "\u202e",
            "Virginia",
            "Woolf",
            "Sheriff’s",
            "Department",
            "of",
            "Lake",
            "Salem-Keizer",
            "O'Fallon",
            "'s",
            "'",
            "-",
            "CHICAGO",
            "(AP)",
            "—",
            "Calif.",
            "Tbilisi",
            "Kansas",
            "Police",
        ]
    ),
    max_size=120,
).map(" ".join)
_HOSTILE_TEXT = st.one_of(
    st.text(_CHARACTERS, max_size=120),
    st.lists(
        st.sampled_from(
            ["<script>alert(1)</script>", "<img src=x onerror=a()>", "javascript:alert(1)", "\r\nBcc: evil@example.org", "\r",
             "\u2028", "=?utf-8?q?x=0d=0aBcc:?=", "@everyone", "<!channel>", "[x](javascript:y)", "{{7*7}}", "{% x %}", "\x00",
             "]]>", "</title><svg onload=a>", "\u202e", "`", "*", "_", "#", "goat", " ", "<style>@import 'x'</style>", "&#0;",
             "\ud800", "<mark>", "--", "<!--", "a" * 300]
        ), max_size=12,
    ).map("".join),
)  # fmt: skip
MESSAGES = st.fixed_dictionaries(
    dict.fromkeys(("title", "outlet", "sentence", "clause", "place", "name", "note"), _HOSTILE_TEXT)
    | {"url": st.one_of(URLS, _HOSTILE_TEXT)}
)

TARGETS = {
    "query": Target(QUERIES, oracles.query),
    "feed": Target(changed(0, 8), oracles.document),
    "mail": Target(changed(10, 10), oracles.document),
    "html": Target(st.one_of(changed(9, 9), changed(11, 11)), oracles.document),
    "json": Target(st.one_of(changed(4, 5), _JSON.map(oracles.written), _NINJS.map(oracles.written), st.binary(max_size=80)), oracles.json_body),
    "url": Target(URLS, oracles.url),
    "places": Target(st.one_of(_NEWS, _NEWS, st.text(_CHARACTERS, max_size=300)), oracles.places),
    "message": Target(MESSAGES, oracles.message),
}  # fmt: skip


def throw(run: Run, target: Target, cases: int, seconds: float) -> None:
    """Throw cases in rounds until there were enough or the time is over."""
    touched: list[str] = []
    sys.addaudithook(lambda event, arguments: _hear(touched, event, arguments))
    until, number = time.monotonic() + seconds, 0
    while run.cases < cases and time.monotonic() < until:
        _round(run, target, run.seed + number, min(A_ROUND, cases - run.cases), touched, until)
        number += 1


def _round(run: Run, target: Target, at: int, most: int, touched: list[str], until: float) -> None:
    @seed(at)
    @settings(
        max_examples=most,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=target.cases)
    def one(case: Any) -> None:
        if time.monotonic() > until:
            return
        _take(run, target, case, touched)

    one()


def _take(run: Run, target: Target, case: Any, touched: list[str]) -> None:
    run.cases += 1
    _watch.on = run.cases > 1  # what is imported late is imported by the first
    began = time.thread_time()
    try:
        target.take(case)
        run.taken += 1
    except InvalidError:
        pass
    except Exception as error:
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        place = f"{where.tb_frame.f_code.co_filename.rpartition('/')[2]}:{where.tb_lineno}" if where else ""
        run.found(f"{type(error).__name__} at {place}: {str(error)[:120]}", case)
    finally:
        _watch.on = False
    run.took(began, case)
    if touched:
        run.found(f"touched {touched[0]}", case)
        touched.clear()


def _hear(touched: list[str], event: str, arguments: tuple[object, ...]) -> None:
    if event not in _TOUCHES or not getattr(_watch, "on", False):
        return
    name = str(arguments[0]) if arguments else ""
    if event == "open" and (name.endswith(_USUAL) or "site-packages" in name or "/lib/python" in name):
        return
    touched.append(f"{event} {name[:100]}")
