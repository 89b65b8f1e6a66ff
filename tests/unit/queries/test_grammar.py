"""Every row of the grammar: what is typed, and the canonical text it is read as."""

from __future__ import annotations

import pytest

from services.articles.article import Zone
from services.queries.canonical import to_text
from services.queries.parser import parse
from services.queries.tree import (
    And,
    AtLeast,
    Author,
    Lang,
    Length,
    Near,
    Not,
    Or,
    Phrase,
    Place,
    PlaceKind,
    Same,
    Scope,
    Site,
    Source,
    Term,
    Topic,
    Wildcard,
    ZoneField,
)  # fmt: skip

A, B, C = Term("a"), Term("b"), Term("c")

TREES = [
    ("a", A),
    ("a b", And((A, B))),
    ("a AND b", And((A, B))),
    ("a OR b", Or((A, B))),
    ("a NOT b", And((A, Not(B)))),
    ("-a b", And((Not(A), B))),
    ("a NEAR/5 b", Near(A, B, 5)),
    ("a ONEAR/5 b", Near(A, B, 5, ordered=True)),
    ("a SENT b", Same(A, B, Scope.SENTENCE)),
    ("a PARA b", Same(A, B, Scope.PARAGRAPH)),
    ("a NEAR/5 (b OR c)", Near(A, Or((B, C)), 5)),
    ("ATLEAST/2(warrant*)", AtLeast(2, Wildcard("warrant*"))),
    ("ATLEAST/3(a OR b)", AtLeast(3, Or((A, B)))),
    ("=ICE", Term("ICE", exact=True)),
    ('="Sanctuary City"', Phrase((Term("Sanctuary", exact=True), Term("City", exact=True)))),
    ("Jurisdiction*", Wildcard("jurisdiction*")),
    ("wom?n", Wildcard("wom?n")),
    ('"sanctuary cit*"', Phrase((Term("sanctuary"), Wildcard("cit*")))),
    ("topic:sanctuary-city", Topic("sanctuary-city")),
    ("place:California", Place(PlaceKind.PLACE, "California")),
    ('place:="California"', Place(PlaceKind.PLACE, "California", exact=True)),
    ('place~:"Springfield, IL"', Place(PlaceKind.PLACE, "Springfield, IL", ambiguous=True)),
    ('about:"San Bernardino, CA"', Place(PlaceKind.ABOUT, "San Bernardino, CA")),
    ('about~:="Lima"', Place(PlaceKind.ABOUT, "Lima", exact=True, ambiguous=True)),
    ('gov:"City of Chicago"', Place(PlaceKind.GOVERNMENT, "City of Chicago")),
    *((f"{zone}:a", ZoneField(zone, A)) for zone in Zone),
    ("title:(a b)", ZoneField(Zone.TITLE, And((A, B)))),
    ("title:(a NEAR/2 b)", ZoneField(Zone.TITLE, Near(A, B, 2))),
    ("hlead:a", Or((ZoneField(Zone.TITLE, A), ZoneField(Zone.LEAD, A)))),
    ('source:"Sierra Wire"', Source(("sierra", "wire"))),
    ("author:Müller", Author(("muller",))),
    ("site:example.com", Site("example.com")),
    ("a lang:en", And((A, Lang("en")))),
    ("a words:>300", And((A, Length(300)))),
    ("a words:<1,500", And((A, Length(1500, below=True)))),
    ("source:(Wire OR Courier)", Or((Source(("wire",)), Source(("courier",))))),
    ("AT&T", Term("at&t")),
    ("drive-by", Phrase((Term("drive"), Term("by")))),
    ("and/or", Phrase((Term("and"), Term("or")))),
    ('"287(g)"', Phrase((Term("287"), Term("g")))),
    ("Mayor’s", Term("mayor")),
    ("Straße", Term("strasse")),
    ("東京", Phrase((Term("東"), Term("京")))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "tree"), TREES)
def test_a_query_is_read_as_its_tree(text: str, tree: object) -> None:
    assert parse(text).tree == tree


SPELLINGS = [
    ("a + b", "a AND b"), ("a & b", "a AND b"), ("a && b", "a AND b"), ("+a +b", "a AND b"), ("a\n\tb", "a AND b"),
    ("a | b", "a OR b"), ("a|b", "a OR b"), ("a || b", "a OR b"),
    ("a AND NOT b", "a NOT b"), ("a -b", "a NOT b"), ("a !b", "a NOT b"), ("a –b", "a NOT b"), ("a - b", "a NOT b"),
    ("a -(b OR c)", "a NOT (b OR c)"), ('a -"b c"', 'a NOT "b c"'), ("a -title:b", "a NOT title:b"),
    ("a W/5 b", "a NEAR/5 b"), ("a NEAR5 b", "a NEAR/5 b"), ("a NEAR b", "a NEAR/10 b"), ('"a b"~5', "a NEAR/5 b"),
    ("a PRE/5 b", "a ONEAR/5 b"), ("a ADJ5 b", "a ONEAR/5 b"), ("a ADJ/5 b", "a ONEAR/5 b"),
    ("a W/S b", "a SENT b"), ("a W/P b", "a PARA b"), ("a SAME b", "a PARA b"),
    ("ATLEAST2(a OR b)", "ATLEAST/2(a OR b)"), ("ATL3(a)", "ATLEAST/3(a)"), ("ATLEAST/2 (a)", "ATLEAST/2(a)"),
    ("ALLCAPS(ICE)", "=ICE"), ("ALLCAPS(ice)", "=ICE"), ('ALLCAPS("rent control")', '="RENT CONTROL"'),
    ("jurisdiction!", "jurisdiction*"), ('"sanctuary jurisd!"', '"sanctuary jurisd*"'), ("Yahoo!", "Yahoo*"),
    ("@sanctuary-city", "topic:sanctuary-city"), ("topic:Sanctuary-City", "topic:sanctuary-city"),
    ('topic:"sanctuary city"', "topic:sanctuary-city"),
    ("intitle:a", "title:a"), ("headline:a", "title:a"), ("Title: a", "title:a"),
    ("hlead:(a OR b)", "title:(a OR b) OR lead:(a OR b)"),
    ("“sanctuary city”", '"sanctuary city"'), ("«sanctuary city»", '"sanctuary city"'), ("（a OR b） c", "(a OR b) AND c"),
    ("((a)) (b)", "a AND b"), ("(a b) c", "a AND b AND c"), ("(a OR b) OR c", "a OR b OR c"), ("a b a", "a AND b"),
    ("A OR a", "A"), ("a NOT (NOT b)", "a AND b"), ("a (-b)", "a NOT b"), ("(a NEAR/2 b) c", "a NEAR/2 b AND c"),
    ('"city"', "city"), ('"OR"', '"OR"'), ('"near"', '"near"'), ('"W/5"', '"W/5"'), ('"SAME"', '"SAME"'),
    ("a — b", "a AND b"), ("a -- b", "a AND b"), ("a ... b", "a AND b"), ('a "" b', "a AND b"), ("a OR … b", "a OR b"),
    ("#rent", "rent"), ("C++", "C"), ("you@example.org", '"you@example.org"'),
    ("site:https://WWW.Example.com/a?b", "site:example.com"), ("site:münchen.de", "site:xn--mnchen-3ya.de"),
    ("a lang:EN", "a AND lang:en"), ("a words: > 300", "a AND words:>300"),
    ("place:(California OR \"Reno, NV\")", 'place:(California OR "Reno, NV")'),
    ("place:=California", 'place:="California"'), ("title:=ICE", "title:=ICE"), ('title:"a b"~2', "title:(a NEAR/2 b)"),
    ("title:ALLCAPS(ice)", "title:=ICE"), ("title:(ATLEAST/2(a))", "title:(ATLEAST/2(a))"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "canonical"), SPELLINGS)
def test_what_other_services_write_is_read_and_printed_in_the_canonical_form(text: str, canonical: str) -> None:
    parsed = parse(text)
    assert parsed.text == to_text(parsed.tree) == canonical
    assert parse(canonical).tree == parsed.tree


EXAMPLES = [
    'topic:sanctuary-city about:"San Bernardino, CA"',
    '"sanctuary city" OR (sanctuary NEAR/5 (policy OR ordinance OR jurisdiction*))',
    '=ICE NEAR/10 (detainer* OR raid* OR "287(g)") place:"Los Angeles County, CA"',
    'title:("rent control" OR "just cause") gov:"City of Chicago" -(film OR musical)',
    'ATLEAST/2(warrant*) place:="California" lang:en words:>150',
]


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_examples_of_the_language_are_read(text: str) -> None:
    parsed = parse(text)
    assert parse(parsed.text).tree == parsed.tree


NOTES = [
    ("a or b", 'A lower-case "or" is read as a word. Write OR for either'),
    ("a and b", 'A lower-case "and" is read as a word. A space or AND means both'),
    ("a not b", 'A lower-case "not" is read as a word. Write NOT or - to leave out'),
    ("a near b", 'A lower-case "near" is read as a word. Write NEAR/5 for within 5 words'),
    ("a Or b", 'The word "Or" is read as a word. Write OR for either'),
    ("a w/5 b", '"w/5" is read as words. Operators are capitals: W/5'),
    ("a W/5 b", "W/5 is read as NEAR/5, in any order"),
    ("a NEAR/11 b", "Above 10 words NEAR often joins what does not belong together"),
    ('"a b"~11', "Above 10 words NEAR often joins what does not belong together"),
    ("a SAME b", "SAME is read as PARA, the same paragraph"),
    ("a - b", 'A "-" between spaces is read as NOT'),
    ("what?", 'In "what?" the ? is read as one letter. Leave it out if it is a question mark'),
    ("Yahoo!", '"Yahoo!" is read as Yahoo*, every word that starts so'),
    ("287(g)", '"287" and the parenthesis after it are read apart. To find "287(g)", put it in quotes'),
    ("source:Sierra Wire", 'source:Sierra takes one word. For a longer name write source:"Sierra Wire"'),
]


@pytest.mark.parametrize(("text", "note"), NOTES)
def test_a_reading_that_may_surprise_is_said_in_a_note(text: str, note: str) -> None:
    assert parse(text).notes == (note,)


@pytest.mark.parametrize("text", ['"a or b"', "a NEAR/10 b", "a ONEAR/3 b", "a -b", "title:a", "a AND b"])
def test_a_plain_query_gets_no_note(text: str) -> None:
    assert parse(text).notes == ()


def test_a_note_is_said_once() -> None:
    assert len(parse("a or b or c").notes) == 1
