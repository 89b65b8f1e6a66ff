"""Every mistake: its words, its position, and what it advises."""

from __future__ import annotations

import pytest

from services.errors import InvalidError
from services.queries.parser import QueryError, parse


def mistake(text: str) -> QueryError:
    """The mistake that a query is."""
    with pytest.raises(QueryError) as caught:
        parse(text)
    return caught.value


MISTAKES = [
    # nothing there
    ("", "Type what you want to hear of", 1),
    ("   ", "Type what you want to hear of", 1),
    ("— …", 'Type what you want to hear of. Nothing in "— …" can be looked for', 1),
    ("NOT a", "The query only says what to leave out. Add a word, topic or place that must be there", 1),
    ("-a -b", "The query only says what to leave out. Add a word, topic or place that must be there", 1),
    ("lang:en", "The query only says the language or length. Add a word, topic or place that must be there", 1),
    ("words:>150", "The query only says the language or length. Add a word, topic or place that must be there", 1),
    ("lang:en -a", "The query only says what to leave out. Add a word, topic or place that must be there", 1),
    ("a OR lang:en", "One side of the OR names nothing that must be there. Add a word, topic or place to it", 1),
    ("a OR -b", ("This side of the OR only says what to leave out, at character 6. "
                 "Add a word, topic or place that must be there"), 6),
    ("c (a OR (-b -d))", ("This side of the OR only says what to leave out, at character 9. "
                          "Add a word, topic or place that must be there"), 9),
    ("title:(-a)", "title: only says what to leave out, at character 7. Add a word that must be there", 7),
    # quotation marks and parentheses
    ('a "b c', "The quotation mark at character 3 is never closed", 3),
    ('a "b" “c', "The quotation mark at character 7 is never closed", 7),
    ("a (b OR c", "The parenthesis at character 3 is never closed", 3),
    ("a title:(b", "The parenthesis at character 9 is never closed", 9),
    ("a) b", "The parenthesis at character 2 closes nothing", 2),
    ("a () b", "The parentheses at character 3 are empty", 3),
    # operators
    ("a OR", "OR at character 3 has nothing after it", 3),
    ("a AND", "AND at character 3 has nothing after it", 3),
    ("a NEAR/5", "NEAR/5 at character 3 has nothing after it", 3),
    ("(a NOT) b", "NOT at character 4 has nothing after it", 4),
    ("a |", "| at character 3 has nothing after it", 3),
    ("OR a", "OR at character 1 has nothing before it", 1),
    ("b (AND a)", "AND at character 4 has nothing before it", 4),
    ("NEAR/5 a", "NEAR/5 at character 1 has nothing before it", 1),
    ("a OR AND b", "OR needs a word, a phrase or a group after it; here stands AND, at character 6", 6),
    ("NOT NOT a", "NOT needs a word, a phrase or a group after it; here stands NOT, at character 5", 5),
    ("a NEAR/x b", "NEAR/x needs a number of words, at character 3", 3),
    ("a W/ b", "W/ needs a number of words, at character 3", 3),
    ("a NEAR/250 b", "NEAR/250 is too far, at character 3. 100 words is the most", 3),
    ("a W/101 b", "W/101 is too far, at character 3. 100 words is the most", 3),
    ("a NEAR/0 b", "NEAR/0 is too near, at character 3. Neighbours are NEAR/1", 3),
    ('"a b"~999999999', "~999999999 is too far, at character 6. 100 words is the most", 6),
    ('"a b"~', 'The ~ after a phrase needs a number of words, at character 6. Write "a b"~5, or a NEAR/5 b', 6),
    ('"a b c"~5', "~5 takes a phrase of two words, at character 1", 1),
    ("a~2", ('The ~ in "a~2" is not read, at character 2. '
             'It stands after a phrase of two words, as in "a b"~5, or in place~:'), 2),
    ("place:x NEAR/5 b", "NEAR takes words, phrases, or a group of these with OR; here stands place:x, at character 1", 1),
    ("a NEAR/5 (b c)", "NEAR takes words, phrases, or a group of these with OR; here stands (b c), at character 10", 10),
    ("a SENT topic:x", "SENT takes words, phrases, or a group of these with OR; here stands topic:x, at character 8", 8),
    ("a NEAR/5 b NEAR/3 c", "NEAR joins two words or phrases, and here stands a third, at character 12", 12),
    ("a SENT b SENT c", "SENT joins two words or phrases, and here stands a third, at character 10", 10),
    ("-a NEAR/5 b c SENT -d", "SENT needs a word, a phrase or a group after it; here stands -, at character 20", 20),
    ("ATLEAST(a)", "ATLEAST needs a number of times, at character 1. Write ATLEAST/2(…)", 1),
    ("ATLEAST/0(a)", "ATLEAST/0 needs a number of times, at character 1. Write ATLEAST/2(…)", 1),
    ("ATLEAST/101(a)", "ATLEAST/101 is too often, at character 1. 100 times is the most", 1),
    ("ATLEAST/2(a b)", "ATLEAST takes words, phrases, or a group of these with OR; here stands (a b), at character 10", 10),
    ("CAPS(Ice)", "CAPS is not read, at character 1. Write =Ice for capitals exactly as typed", 1),
    ("ALLCAPS(a b)", "ALLCAPS takes one word or phrase, as in ALLCAPS(ICE), at character 8", 8),
    # = and wildcards
    ("= a", 'The = stands before a word or a phrase, as in =ICE or ="Sanctuary City", at character 1', 1),
    ("=(a b)", 'The = stands before a word or a phrase, as in =ICE or ="Sanctuary City", at character 1', 1),
    ("=title:a", "The = cannot stand before a field, at character 1", 1),
    ("=word*", '= takes a word exactly as typed, so the * in "word*" is not read, at character 6', 6),
    ('="a w?rd"', '= takes a word exactly as typed, so the ? in "w?rd" is not read, at character 6', 6),
    ("source:=CBS", "source: takes no =, at character 8", 8),
    ("a lang:=en", "lang: takes no =, at character 8", 8),
    ("de*", '"de*" needs 3 letters or more before the *, at character 1', 1),
    ('"city of de*"', '"de*" needs 3 letters or more before the *, at character 10', 10),
    ("drive-b*", '"b*" needs 3 letters or more before the *, at character 7', 7),
    ("*", '"*" needs 3 letters or more before the *, at character 1', 1),
    ("a?", '"a?" needs 2 letters or more beside the ?, at character 1', 1),
    ("gov*ment", 'In "gov*ment" the * does not stand at the end of the word, at character 4', 4),
    ("*ment", 'In "*ment" the * does not stand at the end of the word, at character 1', 1),
    ("/detain.*/", "Patterns between slashes are not read, at character 1. Use a wildcard, such as detain*", 1),
    # fields
    ("titel:a", 'There is no field "titel", at character 1. Did you mean title:?', 1),
    ("a https://example.com", 'There is no field "https", at character 3', 3),
    ("a : b", "The colon at character 3 has no field before it, such as title:", 3),
    ("title:", "title: at character 1 has nothing after it", 1),
    ("a (title:) b", "title: at character 4 has nothing after it", 4),
    ('title:"…" b', "title: at character 1 has nothing after it", 1),
    ("title:(a place:b)", "title: takes words and phrases, without a field inside; here stands place:…, at character 10", 10),
    ("title:-a", "title: takes a word, a phrase or a group; here stands -, at character 7", 7),
    ("title~:a", "title: takes no ~, at character 1", 1),
    ("source:(a b)", "source: takes a group of values joined by OR; here stands b, at character 11", 11),
    ("source:(a OR )", "OR at character 11 has nothing after it", 11),
    ("source:-a", "source: takes one value, or a group of values joined by OR; here stands -, at character 8", 8),
    ("source:", "source: at character 1 has nothing after it", 1),
    ("source:Wir*", "source: takes a name without wildcards, at character 11", 11),
    ("site:exa_mple!", 'site: takes a host, such as example.com; "exa_mple!" is none, at character 6', 6),
    ("a lang:english", 'lang: takes two or three letters, such as en; here stands "english", at character 8', 8),
    ("a words:300", 'words: takes > or < and a number, such as words:>300; here stands "300", at character 9', 9),
    ("place:Calif*", "place: takes no wildcard, at character 7", 7),
    ("place:San Bernardino", 'A place of several words needs quotation marks: place:"San Bernardino", at character 7', 7),
    ("about~:San Luis Obispo", 'A place of several words needs quotation marks: about~:"San Luis Obispo", at character 8', 8),
    ("gov:Chicago, IL", 'A place of several words needs quotation marks: gov:"Chicago, IL", at character 5', 5),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "position"), MISTAKES)
def test_a_mistake_is_named_with_its_spot(text: str, message: str, position: int) -> None:
    found = mistake(text)
    assert (found.message, found.position) == (message, position)
    assert str(found) == message
    assert found.field == "query"
    assert isinstance(found, InvalidError)


READINGS = [
    ('"sanctuary city" ordinance OR detainer*', 28, "A space means AND; here an OR follows it. Write one of these:",
     ('("sanctuary city" ordinance) OR detainer*', '"sanctuary city" (ordinance OR detainer*)')),
    ("a b OR c", 5, "A space means AND; here an OR follows it. Write one of these:", ("(a b) OR c", "a (b OR c)")),
    ("a OR b c", 8, "A space means AND; here it follows an OR. Write one of these:", ("a OR (b c)", "(a OR b) c")),
    ("a AND b | c", 9, "An OR follows the AND. Write one of these:", ("(a AND b) OR c", "a AND (b | c)")),
    ("a OR b AND c", 8, "An AND follows the OR. Write one of these:", ("a OR (b AND c)", "(a OR b) AND c")),
    ("a -b OR c", 6, "A space means AND; here an OR follows it. Write one of these:", ("(a -b) OR c", "a -(b OR c)")),
    ("a OR b -c", 8, "A space means AND; here it follows an OR. Write one of these:", ("a OR (b -c)", "(a OR b) -c")),
    ("a b OR c d OR e", 5, "A space means AND; here an OR follows it. Write one of these:",
     ("(a b) OR (c d) OR e", "a (b OR c) (d OR e)")),
    ("x (a b OR c) y", 8, "A space means AND; here an OR follows it. Write one of these:",
     ("x ((a b) OR c) y", "x (a (b OR c)) y")),
    ("a OR -b c", 9, "A space means AND; here it follows an OR. Write this:", ("a OR (-b c)",)),
    ("a b OR -c", 5, ("A space means AND; here an OR follows it. Put parentheses around what belongs together; "
                       "each side of an OR needs a word that must be there"), ()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "position", "advice", "readings"), READINGS)
def test_and_beside_or_is_refused_with_both_readings(
    text: str, position: int, advice: str, readings: tuple[str, ...]
) -> None:
    found = mistake(text)
    assert found.message == f"AND and OR are mixed without parentheses, at character {position}"
    assert found.headline == "AND and OR are mixed without parentheses"
    assert (found.position, found.readings) == (position, readings)
    assert found.advice == "\n".join([advice, *readings])
    for reading in readings:
        parse(reading)


ADVICE = [
    ("a NEAR/5 b NEAR/3 c", "Write pairs and join them by AND, as in (a NEAR/5 b) AND (b NEAR/3 c)"),
    ("title:a NEAR/3 b", "Write the field before the whole: title:(… NEAR/3 …)"),
    ('"a b c"~5', "Write (a NEAR/5 b) AND (b NEAR/5 c) for more"),
    ("a NEAR/x b", 'Write NEAR/5, or "NEAR/x" in quotation marks to look for these words'),
    ("source:(Los Angeles Times)", 'Put a value of several words in quotation marks: source:("one name" OR "another")'),
    ("place:San Bernardino", "To look for the place and the words after it, write AND between them"),
    ("https://x", "A colon ends a field's name. To look for a text with a colon in it, put it in quotation marks"),
]


@pytest.mark.parametrize(("text", "advice"), ADVICE)
def test_a_mistake_says_what_to_write(text: str, advice: str) -> None:
    assert mistake(text).advice == advice


def test_what_is_cited_in_an_error_is_kept_short() -> None:
    assert len(mistake("x" * 2000 + ":a").message) < 120
