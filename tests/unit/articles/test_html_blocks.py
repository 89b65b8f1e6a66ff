"""HTML becomes plain text: markup and code never get past, paragraphs stay apart."""

from __future__ import annotations

import pytest

from services.articles.article import Zone
from services.articles.html_blocks import fragment_blocks, has_markup, is_page, one_line, text_of_fragment


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One<br>two<br/><br/>three</div>", "One\ntwo\n\nthree"),
        ("One <b>bold</b> and\n  <i>two</i>", "One bold and two"),
        ("<ul><li>One</li><li>Two</li></ul>", "One\n\nTwo"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\n\nc"),
        ("<h2>Head</h2>Text", "Head\n\nText"),
        ("<p>AT&amp;T &lt;b&gt; 5 &lt; 6 caf&eacute;&nbsp;x</p>", "AT&T <b> 5 < 6 café\xa0x"),
        ("<p>5 < 6</p>", "5 < 6"),
        ("<p>One<!-- no --> two</p><!-- <p>no</p> -->", "One two"),
        ("<p>Never closed <b>bold", "Never closed bold"),
        ("plain", "plain"),
        ("", ""),
        ("<!-- only -->", ""),
    ],
)
def test_a_fragment_becomes_text_with_its_paragraphs(html: str, text: str) -> None:
    assert text_of_fragment(html) == text


@pytest.mark.parametrize(
    "html",
    [
        "<script>evil()</script>",
        "<SCRIPT SRC=//x.example>evil()</SCRIPT>",
        "<style>evil{}</style>",
        "<svg onload=evil()><script>evil()</script><text>evil</text></svg>",
        "<iframe srcdoc='<script>evil()</script>'>evil</iframe>",
        "<noscript><p title='</noscript><img src=x onerror=evil()>'></noscript>",
        "<template><p>evil</p></template>",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=evil()&gt;'></math>",
        "<form action=//x.example><button formaction=javascript:evil()>evil</button></form>",
        "<object data='evil'>evil</object><embed src='evil'>",
        "<textarea>evil</textarea><select><option>evil</option></select>",
        "<p hidden>evil</p><div style='display:none'>evil</div>",
        "<img src=x onerror=evil() alt=evil><a href='javascript:evil()'></a>",
        "<base href='//evil.example/'><meta http-equiv=refresh content='0;url=//evil.example'>",
        "<!--[if IE]><p>evil</p><![endif]-->",
    ],
)
def test_code_and_hidden_parts_never_become_text(html: str) -> None:
    text = text_of_fragment(f"<p>Before</p>{html}<p>After</p>")
    assert "evil" not in text
    assert text.startswith("Before")


@pytest.mark.parametrize(
    ("html", "zone"),
    [
        ("<figure><img><figcaption>The hall</figcaption></figure>", Zone.CAPTION),
        ('<p class="wp-caption-text">The hall</p>', Zone.CAPTION),
        ("<aside><p>The hall</p></aside>", Zone.TEASER),
        ('<div class="related-stories"><p>The hall</p></div>', Zone.TEASER),
        ('<div id="newsletter-box">The hall</div>', Zone.TEASER),
        ('<p><a href="/x">The hall</a></p>', Zone.TEASER),
        ('<p><a href="/x">The hall was sold.</a></p>', None),
        ('<p>The <a href="/x">hall</a></p>', None),
        ('<div class="unrelated">The hall</div>', None),
        (f'<div class="related"><p>The hall</p><p>{"Long words. " * 100}</p></div>', None),
    ],
)
def test_the_markup_names_captions_and_teasers(html: str, zone: Zone | None) -> None:
    blocks = fragment_blocks(f"<p>The council voted.</p>{html}<p>Tenants cheered.</p>")
    assert blocks[1].text.startswith("The hall")
    assert blocks[1].zone is zone


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("<b>Council</b> caps\n rents", "Council caps rents"),
        ("AT&amp;T &lt;b&gt; wins", "AT&T <b> wins"),
        ("&amp;lt;script&amp;gt;", "&lt;script&gt;"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("<script>evil()</script>Rents<style>evil", "Rents"),
        ("<!-- no -->Rents", "Rents"),
    ],
)
def test_a_title_loses_its_markup_and_its_entities_once(given: str, line: str) -> None:
    assert one_line(given) == line


def test_deep_nesting_is_read() -> None:
    assert text_of_fragment("<div>" * 1_000 + "deep" + "</div>" * 1_000) == "deep"
    text_of_fragment("<div>" * 100_000 + "deeper")


@pytest.mark.parametrize("attribute", ["a{}=1", "a{}='>'", 'a{}=">"', "a{}"])
def test_a_tag_with_very_many_attributes_loses_them(attribute: str) -> None:
    many = " ".join(attribute.format(number) for number in range(20_000))
    assert text_of_fragment(f"<p {many}>One</p><p class='x' title=\"y\">Two</p>").endswith("One\n\nTwo")


def test_what_is_html_is_told_from_its_tags() -> None:
    assert has_markup("a <b>b</b>")
    assert not has_markup("5 < 6 > 4 <- arrow <3")
    assert is_page("<!DOCTYPE html><p>x")
    assert is_page("\n<html lang=en>")
    assert not is_page("<p>x</p>")
