"""When a later text of a story is a correction, an update, or nothing new."""

import pytest

from services.alerts.change import Change, compare
from services.articles.article import Article, Passage, Zone

BASE = "The council voted 5 to 2 on Tuesday.\n\nThe mayor will sign it. Residents cheered in the hall."


def article(text: str, title: str = "Council votes") -> Article:
    passages, at = [], 0
    for number, part in enumerate(text.split("\n\n")):
        start = text.index(part, at)
        at = start + len(part)
        passages.append(Passage(Zone.BODY if number else Zone.LEAD, start, at))
    return Article(text=text, passages=tuple(passages), title=title)


@pytest.mark.parametrize(
    ("after", "title", "expected"),
    [
        (BASE, "Council votes", Change.NONE),
        (BASE, "Council votes again", Change.NONE),
        (BASE.replace("5 to 2", "five to two") + " Nobody spoke.", "Council votes", Change.UPDATE),
        (
            BASE + "\n\nThe union sued the city on Friday over the rule that the council had passed.",
            "Council votes",
            Change.UPDATE,
        ),
        (BASE + "\n\nCorrection: the vote was 4 to 3.", "Council votes", Change.CORRECTION),
        (BASE + "\n\nAn earlier version of this story gave a wrong count.", "Council votes", Change.CORRECTION),
        (BASE, "CORRECTED: Council votes", Change.CORRECTION),
    ],
)
def test_a_later_text_is_classed_by_what_is_new_to_the_reader(after: str, title: str, expected: Change) -> None:
    assert compare(article(BASE), article(after, title)).kind is expected


def test_a_correction_that_was_told_is_not_told_again() -> None:
    corrected = article(BASE + "\n\nCorrection: the vote was 4 to 3.")
    assert compare(corrected, corrected).kind is Change.NONE


def test_a_second_correction_is_told() -> None:
    one = article(BASE + "\n\nCorrection: the vote was 4 to 3.")
    two = article(BASE + "\n\nCorrection: the vote was 4 to 3, and on Monday.")
    assert compare(one, two).kind is Change.CORRECTION
