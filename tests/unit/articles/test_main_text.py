"""Which of a page's blocks are the article's own: nothing of it is lost, nothing of the page's frame comes along."""

from __future__ import annotations

import pytest

from services.articles.extraction import extract
from services.articles.html_blocks import parse_html, placed_blocks
from services.articles.main_text import own_blocks
from services.articles.page import read_page
from services.errors import InvalidError

FIRST = "The council voted on Monday to cap rents in the city, after a debate that went on until midnight."
SECOND = "Landlords said that they would sue, because the cap leaves them with less than repairs cost every year."
THIRD = "Tenants filled the hall and the stairs, and the clerk counted ninety-one speakers before the vote was taken."
FOURTH = "The cap begins in June, and the mayor, who had promised to sign it, left the hall without a word to anybody."
PARAGRAPHS = (FIRST, SECOND, THIRD, FOURTH)


def page(body: str, *, head: str = "<title>Council caps rents</title>") -> bytes:
    return f"<!doctype html><html lang=en><head>{head}</head><body>{body}</body></html>".encode()


def told(*paragraphs: str) -> str:
    return "".join(f"<p>{text}</p>" for text in paragraphs)


def chosen(html: str, found: list[str], title: str | None = None) -> list[str]:
    tree = parse_html(html)
    assert tree is not None
    blocks = placed_blocks(tree)
    return [blocks[number].block.text for number in sorted(own_blocks(blocks, found, title))]


def test_paragraphs_that_were_found_are_found_again_in_the_pages_order() -> None:
    assert chosen(f"<nav>x</nav><p>Other news of the day is here.</p>{told(*PARAGRAPHS)}", list(PARAGRAPHS)) == list(
        PARAGRAPHS
    )


@pytest.mark.parametrize("short", ["Council", "The", "council voted", "sue"])
def test_a_short_line_of_the_frame_does_not_take_the_place_of_the_first_paragraph(short: str) -> None:
    assert chosen(f"<ul><li>{short}</li></ul>{told(*PARAGRAPHS)}", list(PARAGRAPHS))[0] == FIRST


def test_of_two_that_say_the_same_the_one_that_no_markup_names_is_taken() -> None:
    blocks = own_blocks(
        places := placed_blocks(parse_html(f"<div class=teaser-box><aside>{FIRST}</aside></div>{told(*PARAGRAPHS)}")),
        list(PARAGRAPHS),
    )  # type: ignore[arg-type]
    assert [places[number].named for number in sorted(blocks)] == [False] * 4


def test_too_little_found_again_is_nothing() -> None:
    assert chosen(told(FIRST), [FIRST, SECOND, THIRD]) == []


def test_an_article_cut_into_parts_is_read_whole() -> None:
    part = '<div class="body__part">{}</div>'
    html = f"<article><div>{part.format(told(FIRST, SECOND))}<div class=ad>Advertisement</div>{part.format(told(THIRD, FOURTH))}</div></article>"
    assert chosen(html, [FIRST, SECOND]) == list(PARAGRAPHS)


def test_headings_and_quotes_between_its_paragraphs_are_the_articles_own() -> None:
    quote = '<div class="social-embed"><blockquote class="tweet"><p>Ten years too late.</p></blockquote></div>'
    linked = '<h3><a href="/cap">How the cap works</a></h3>'
    html = f"<div>{told(FIRST)}<h2>What comes next</h2>{told(SECOND)}{quote}{linked}{told(THIRD)}</div>"
    assert chosen(html, [FIRST, SECOND, THIRD]) == [
        FIRST,
        "What comes next",
        SECOND,
        "Ten years too late.",
        "How the cap works",
        THIRD,
    ]


def test_what_only_repeats_the_title_and_headings_behind_the_end_are_left_out() -> None:
    html = f"<h1>Council caps rents</h1><div>Council caps rents!</div><div>{told(*PARAGRAPHS)}<h3>Latest news</h3><h4><a href=/x>Fire in Lodi</a></h4></div>"
    found = ["Council caps rents", *PARAGRAPHS, "Latest news", "Fire in Lodi"]
    assert chosen(html, found, "Council caps rents") == list(PARAGRAPHS)


def test_the_next_article_of_a_page_that_goes_on_is_left_out() -> None:
    other = "A fire burnt down a mill in Lodi on Tuesday, and nobody was hurt."
    html = f"<article>{told(*PARAGRAPHS)}</article><article>{told(other)}</article>"
    assert chosen(html, [*PARAGRAPHS, other]) == list(PARAGRAPHS)


def test_a_text_that_the_page_gives_of_itself_mends_what_was_missed() -> None:
    said = '<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{}"}}</script>'.format(
        "\\n".join(PARAGRAPHS)
    )
    found = extract(
        page(
            f"<main><section>{told(FIRST, SECOND)}</section><section><div><div>{told(THIRD, FOURTH)}</div></div></section></main>",
            head=said,
        )
    )
    assert [text for text in PARAGRAPHS if text not in found.text] == []


def test_the_extracted_text_leaves_out_title_standfirst_captions_and_teasers() -> None:
    body = f"""<article><header><h1>Council caps rents</h1><h2>A debate until midnight ends with a vote</h2></header>{told(FIRST)}
    <figure><img src=a.jpg><figcaption>Tenants at the meeting</figcaption></figure><p>READ MORE: Fire in Lodi</p>{told(SECOND, THIRD, FOURTH)}</article>"""
    found = extract(page(body))
    assert found.text == "\n\n".join(PARAGRAPHS)
    assert found.article.title == "Council caps rents"


def test_a_dateline_stays_in_its_line() -> None:
    assert extract(page(f"<article>{told('CHICAGO (AP) — ' + FIRST, SECOND, THIRD)}</article>")).text.startswith(
        "CHICAGO (AP) — The council"
    )


def test_a_page_without_an_article_is_refused() -> None:
    with pytest.raises(InvalidError, match="no text"):
        extract(page("<script>x()</script>"))


def test_pages_are_read_as_articles_with_what_stands_between() -> None:
    body = f"<article>{told(FIRST)}<figure><figcaption>Tenants at the meeting</figcaption></figure>{told(SECOND, THIRD, FOURTH)}</article>"
    article = read_page(page(body))
    assert [p.zone for p in article.passages] == ["lead", "caption", "body", "body", "body"]


@pytest.mark.parametrize(
    "body",
    [
        told(*PARAGRAPHS) + "<p>y" * 50_000,
        told(*PARAGRAPHS) + "<table><tr><td>" * 2_000 + "x",
        "<div>" * 1_000 + told(*PARAGRAPHS),
        f"<p>{'a. ' * 100_000}</p>" + told(*PARAGRAPHS),
    ],
)
def test_pages_that_are_no_page_of_news_do_not_take_long_to_read(body: str) -> None:
    # What trafilatura needs minutes for is never given to it. A time is not asserted: the runner has one for all tests.
    assert FIRST in read_page(page(body)).text
