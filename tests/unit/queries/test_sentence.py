"""A query reads back as a sentence that says what it asks for."""

from __future__ import annotations

import pytest

from services.queries.parser import parse
from services.queries.sentence import sentence

READ = [
    ("walrus", "says “walrus”"),
    ('"sanctuary city"', "says “sanctuary city”"),
    ("=ICE", "says “ICE” exactly as written"),
    ("detain*", "says a word that begins with “detain”"),
    ("wom?n", "says a word like “wom?n”"),
    ("rent control", "says “rent” and says “control”"),
    ("rent OR lease OR tenancy", "says “rent”, “lease”, or “tenancy”"),
    ("rent -car", "says “rent” and does not say “car”"),
    ("rent -(car OR truck)", "says “rent”, and does not say “car” or “truck”"),
    ('"sanctuary city" (California OR Chicago)', "says “sanctuary city”, and says “California” or “Chicago”"),
    ("(rent cap) OR topic:evictions", "either (says “rent” and says “cap”) or is on the topic “evictions”"),
    ("rent NEAR/5 control", "says “rent” at most 5 words from “control”"),
    ("rent ONEAR/1 control", "says “rent” at most 1 word before “control”"),
    ("rent SENT control", "says “rent” and “control” in one sentence"),
    ("rent PARA (cap OR freeze)", "says “rent” and “cap” or “freeze” in one paragraph"),
    ("ATLEAST/2(warrant*)", "says a word that begins with “warrant” at least 2 times"),
    ("title:rent", "in its title says “rent”"),
    ("rent -title:opinion", "says “rent” and not (in its title says “opinion”)"),
    ("topic:homelessness -topic:sport", "is on the topic “homelessness” and is not on the topic “sport”"),
    ('rent -source:"Valley Post"', "says “rent” and is not from the source “Valley Post”"),
    ("rent lang:en words:>300", "says “rent”, is in the language “en”, and is longer than 300 words"),
    ('place:"Los Angeles County, CA"', "mentions Los Angeles County, CA or a place within it"),
    ('about:="San Bernardino, CA"', "is about San Bernardino, CA itself, not what lies within it"),
    ('rent -gov:"Chicago"', "says “rent” and does not name the government of Chicago"),
    ('rent -place:"Chicago"', "says “rent”, and does not mention Chicago or a place within it"),
    ("rent -(a NEAR/3 b)", "says “rent” and does not say “a” at most 3 words from “b”"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "said"), READ)
def test_a_query_reads_as_a_sentence(query: str, said: str) -> None:
    assert sentence(parse(query).tree) == f"An article is told if it {said}."


def test_queries_that_ask_for_other_things_read_otherwise() -> None:
    read = [sentence(parse(query).tree) for query, _ in READ]
    assert len(set(read)) == len(READ)
