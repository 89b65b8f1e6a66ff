"""The second look at what would be hidden: doubt makes an article related, so that it is told."""

from __future__ import annotations

import pytest

from services.articles.zones import read_text
from services.store.packs import terms_table
from services.stories.decision import Decision, Relation
from services.stories.frequencies import Frequencies
from services.stories.grouping import Groups
from services.stories.second_look import Seen, look_again
from services.stories.signature import sign

FRAME = "The word {word} stands here for {name}.\n\nNothing else of interest was said about {name} at all."
NOTICE = (
    "The ferry to Skerry Island sails again on Monday, the harbour office said, and tickets bought for Friday count."
)
FERRY = (
    "The car ferry Aurelia ran aground on a sandbank off Port Calder on Sunday night with 214 people aboard. Lifeboats "
    "from two stations took off the passengers before dawn, said harbour master Edda Lindgren, and nobody was hurt. The "
    "Aurelia had left the island forty minutes late because of fog. Divers will look at the hull at low tide, and the line "
    "has cancelled its crossings until Wednesday, offering seats on buses over the bridge at Tolland instead."
)


def seen(text: str) -> Seen:
    article = read_text(text)
    return Seen(article, sign(article.title or "", text, Frequencies(terms_table()).weight))


def looked(before: str, after: str, relation: Relation = Relation.COPY) -> Decision:
    found = Decision(relation, story="s", thread="s", near="a", because="said by the first look")
    return look_again(Groups(Frequencies(terms_table())), found, seen(before), seen(after))


@pytest.mark.parametrize(
    "after",
    [
        FRAME.format(word="ash", name="the second case"),
        FRAME.format(word="oak", name="third"),
        FRAME.format(word="ash", name="c02"),
    ],
)
def test_a_short_frame_filled_in_anew_is_told(after: str) -> None:
    assert looked(FRAME.format(word="ash", name="first"), after).relation is Relation.RELATED


@pytest.mark.parametrize(
    "after",
    [
        NOTICE.replace("Monday", "Sunday"),
        NOTICE.replace("Friday count", "Friday do not count"),
        NOTICE.replace("Skerry", "Holm"),
    ],
)
def test_a_short_notice_that_says_something_else_is_told(after: str) -> None:
    assert looked(NOTICE, after).relation is Relation.RELATED


@pytest.mark.parametrize(
    "after",
    [NOTICE, NOTICE + " Children sail free.", NOTICE.removesuffix(", and tickets bought for Friday count.") + "."],
)
def test_a_short_copy_that_only_adds_or_leaves_out_stays_one(after: str) -> None:
    assert looked(NOTICE, after).relation is Relation.COPY


def test_a_longer_copy_may_say_a_word_otherwise() -> None:
    assert looked(FERRY, FERRY.replace("instead", "meanwhile")).relation is Relation.COPY


def test_few_words_are_too_few_for_a_retelling() -> None:
    told = looked(
        NOTICE, "Boats to Skerry Island leave again from Monday; Friday's tickets are good.", Relation.RETELLING
    )
    assert told.relation is Relation.RELATED
    assert "too few" in told.because
