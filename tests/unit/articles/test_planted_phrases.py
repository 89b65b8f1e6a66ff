"""A phrase planted in each kind of furniture alerts nobody, in pages and in plain text; in the article it always does."""

from __future__ import annotations

import pytest

from services.articles.article import Article
from services.articles.page import read_page
from services.articles.zones import read_text
from services.queries.document import document
from services.queries.evaluate import evaluate
from services.queries.parser import parse

OPENING = "OAKTON (AP) — The council voted 5-2 on Monday to cap rents, after a debate that went on until midnight."
MIDDLE = "Landlords said that they would sue, because the cap leaves them with less than repairs cost in most years."
CLOSING = "Tenants filled the hall and the stairs, and the clerk counted ninety-one speakers before the vote was taken."
ENDING = "The mayor, who had promised to sign the cap into law, left through a side door without a word to anybody."
PHRASE = parse('"sanctuary city"').tree

TEASERS = [
    "READ MORE: Judge blocks sanctuary city order",
    "Read more: Judge blocks sanctuary city order",
    "READ ALSO: Judge blocks sanctuary city order",
    "MORE NEWS: Man charged in sanctuary city threat",
    "MORE: Sanctuary city order blocked",
    "Latest Coverage: The Sanctuary City Debate",
    "Full coverage: The sanctuary city debate",
    "Related: Oakton becomes a sanctuary city",
    "RELATED | Oakton becomes a sanctuary city",
    "RELATED STORY: Oakton becomes a sanctuary city",
    "Related article: Oakton becomes a sanctuary city",
    "See also: Oakton becomes a sanctuary city",
    "Also read: Oakton becomes a sanctuary city",
    "Don't miss: Oakton becomes a sanctuary city",
    "You may also like: Oakton becomes a sanctuary city",
    "Recommended: Oakton becomes a sanctuary city",
    "Trending: Oakton becomes a sanctuary city",
    "TRENDING NOW: Oakton becomes a sanctuary city",
    "Most read: Oakton becomes a sanctuary city",
    "Up next: Oakton becomes a sanctuary city",
    "WATCH: Mayor defends sanctuary city vote",
    "WATCH LIVE: Sanctuary city hearing",
    "VIDEO: Mayor defends sanctuary city vote",
    "PHOTOS: Sanctuary city rally fills the square",
    "LISTEN: What is a sanctuary city?",
    "PODCAST: What is a sanctuary city?",
    "Explore further: What is a sanctuary city?",
    "Previously: Oakton becomes a sanctuary city",
    "In case you missed it: Oakton becomes a sanctuary city",
    "ICYMI: Oakton becomes a sanctuary city",
    "Editor's picks: Oakton becomes a sanctuary city",
    "More on this story: Oakton becomes a sanctuary city",
    "More from The Ledger: Oakton becomes a sanctuary city",
    "► READ MORE: Oakton becomes a sanctuary city",
    "[Read: Oakton becomes a sanctuary city]",
    "Click here to read about the sanctuary city vote",
    "Tap here for our sanctuary city tracker",
    "Opinion: Why we need a sanctuary city",
]
NEWSLETTERS = [
    "Sign up for our sanctuary city newsletter.",
    "Sign up here for The Ledger's sanctuary city newsletter",
    "Subscribe to our newsletter for sanctuary city news.",
    "Get sanctuary city news in your inbox every morning.",
    "Get the latest sanctuary city headlines delivered to your inbox.",
    "Want more sanctuary city news? Sign up for our newsletter.",
    "Never miss a sanctuary city story: sign up for our daily newsletter.",
    "Our newsletter brings you the sanctuary city debate, straight to your inbox.",
    "Enter your email to follow the sanctuary city debate",
    "Join 20,000 readers who get our sanctuary city briefing by email.",
]
PROMOTIONS = [
    "Follow us on Twitter for more sanctuary city news",
    "Like us on Facebook for more on the sanctuary city debate",
    "Download our app for sanctuary city alerts",
    "Get our app for sanctuary city alerts",
    "Support our journalism on the sanctuary city debate by subscribing today.",
    "Become a member to read our sanctuary city series",
    "Do you have a tip about the sanctuary city vote? Email tips@ledger.example",
    "Subscribe to our podcast, The Sanctuary City, wherever you get your podcasts.",
    "Listen to our podcast about the sanctuary city debate.",
    "Watch the full sanctuary city interview on The Ledger TV",
    "This story is part of our series on the sanctuary city debate.",
    "Advertisement: Sanctuary City, the musical, now on tour",
    "Sponsored: Sanctuary City, the musical",
    "Buy tickets for our sanctuary city forum",
    "Share this story about the sanctuary city vote",
    "Join the conversation about the sanctuary city vote in the comments.",
    "To read more about the sanctuary city debate, subscribe to The Ledger.",
]
CAPTIONS = [
    "FILE - In this Aug. 3, 2017 file photo, protesters rally for a sanctuary city. (AP Photo/Ann Roe)",
    "Protesters rally for a sanctuary city in Oakton on Sunday. (AP Photo/Ann Roe)",
    "Protesters rally for a sanctuary city in Oakton. (Photo by Ann Roe/Getty Images)",
    "Photo: Protesters rally for a sanctuary city",
    "Protesters rally for a sanctuary city. Ann Roe/The Ledger",
    "File photo of a sanctuary city rally",
    "A sanctuary city rally in Oakton, May 4, 2026. REUTERS/Ann Roe",
    "Protesters at a sanctuary city rally. | Photo credit: Ann Roe",
]
NOTICES = [
    "(© Copyright 2026 Sanctuary City Media. All Rights Reserved.)",
    "Copyright 2026 Sanctuary City News. All rights reserved.",
    "Reporting by Ann Roe in Sanctuary City; Editing by Li Wei",
    "Ann Roe covers the sanctuary city debate for The Ledger. Reach her at aroe@ledger.example.",
    "Tags: sanctuary city, Oakton, council",
    "Filed under: sanctuary city",
    "Topics: sanctuary city | Oakton",
]
LISTS = [
    ["Related stories:", "Judge blocks sanctuary city order", "Fire in Lodi"],
    ["READ MORE", "Judge blocks sanctuary city order", "Fire in Lodi"],
    ["More from The Ledger", "Judge blocks sanctuary city order", "Fire in Lodi"],
    ["Most popular", "Judge blocks sanctuary city order", "Fire in Lodi"],
    ["You might also like", "Judge blocks sanctuary city order", "Fire in Lodi"],
    ["Recommended for you", "Fire in Lodi", "Judge blocks sanctuary city order"],
    ["Trending", "Fire in Lodi", "Judge blocks sanctuary city order"],
    ["Related articles", "Fire in Lodi", "Judge blocks sanctuary city order"],
]
LINES = [*TEASERS, *NEWSLETTERS, *PROMOTIONS, *CAPTIONS, *NOTICES]

BOXES = [
    "<aside><h3>Related</h3><p>Oakton becomes a sanctuary city after a long night</p></aside>",
    "<aside class=pullbox><p>Oakton is a sanctuary city.</p></aside>",
    '<div class="related"><h4>Related coverage</h4><ul><li><a href=/1>Oakton is a sanctuary city</a></li></ul></div>',
    '<div class="related-content"><p>Oakton is a sanctuary city, says the mayor.</p></div>',
    '<section class="article-related"><p>Oakton is a sanctuary city, says the mayor.</p></section>',
    '<div class="newsletter-signup"><p>All about the sanctuary city debate, every morning.</p></div>',
    '<div class="c-newsletter"><h3>The sanctuary city briefing</h3><p>Every morning at six.</p></div>',
    '<div id="newsletter"><p>The sanctuary city debate explained.</p></div>',
    '<form><p>The sanctuary city debate in your inbox</p><input><button>Go</button></form>',
    '<div class="inline-promo"><p>Our sanctuary city tracker is updated daily.</p></div>',
    '<div class="promo-box"><p>Our sanctuary city tracker is updated daily.</p></div>',
    '<div class="recirc"><p>Judge blocks sanctuary city order.</p></div>',
    '<div class="recommended"><p>Judge blocks sanctuary city order.</p></div>',
    '<ul class="trending"><li>Judge blocks sanctuary city order</li></ul>',
    '<div class="most-read"><ol><li><a href=/1>Judge blocks sanctuary city order</a></li></ol></div>',
    '<p><a href="/1">Judge blocks sanctuary city order</a></p>',
    '<p><strong>READ MORE: <a href="/1">Judge blocks sanctuary city order</a></strong></p>',
    '<p><em><a href="/1">READ: Judge blocks sanctuary city order</a></em></p>',
    '<p><b>Related:</b> <a href="/1">Judge blocks sanctuary city order</a></p>',
    '<ul><li><a href=/1>Judge blocks sanctuary city order</a></li><li><a href=/2>Fire in Lodi</a></li></ul>',
    '<h3>Related stories</h3><ul><li><a href=/1>Judge blocks sanctuary city order</a></li><li><a href=/2>Fire in Lodi</a></li></ul>',
    '<figure><img src=a.jpg><figcaption>A sanctuary city rally in Oakton</figcaption></figure>',
    '<figure class="wp-block-image"><img src=a.jpg alt="A sanctuary city rally"><figcaption>A sanctuary city rally</figcaption></figure>',
    '<div class="wp-caption"><img src=a.jpg><p class="wp-caption-text">A sanctuary city rally</p></div>',
    '<div class="image-caption">A sanctuary city rally in Oakton</div>',
    '<span class="photo-credit">Sanctuary City Photos</span>',
    '<nav><a href=/1>Sanctuary city</a></nav>',
    '<div hidden><p>Sanctuary city.</p></div>',
    '<div style="display: none"><p>The sanctuary city debate.</p></div>',
    '<noscript><p>The sanctuary city debate.</p></noscript>',
    '<script>var a = "sanctuary city";</script>',
    '<template><p>The sanctuary city debate.</p></template>',
    '<iframe title="sanctuary city" srcdoc="<p>sanctuary city</p>"></iframe>',
    '<div class="advertisement"><p>Sanctuary City, the musical.</p></div>',
    '<div class="ad-slot">Sanctuary City, the musical</div>',
    '<div class="sponsored"><p>Sanctuary City, the musical, comes to town.</p></div>',
    '<div class="social-share"><a href=/1>Share: sanctuary city</a></div>',
    '<div class="author-bio"><p>Ann Roe writes about the sanctuary city debate.</p></div>',
    '<div class="tags"><a href=/t>sanctuary city</a> <a href=/u>Oakton</a></div>',
    '<div class="tag-list"><span>sanctuary city</span></div>',
    '<p class="read-more"><a href=/1>Oakton is a sanctuary city</a> and more</p>',
    '<div class="subscribe"><p>Unlimited sanctuary city news for a dollar.</p></div>',
    '<div class="see-also">Oakton is a sanctuary city, says the mayor</div>',
]  # fmt: skip
FRAMES = [
    '<header class="site-header"><p>The Ledger, the sanctuary city paper of record</p></header>{}',
    '{}<footer><p>The Ledger is printed in a sanctuary city.</p></footer>',
    '{}<section class="comments"><h2>Comments</h2><div><p>I live in a sanctuary city and love it.</p></div></section>',
    '{}<div id="comments"><p>As a sanctuary city resident I must disagree with all of this.</p></div>',
    '<ul class="menu"><li><a href=/a>Sanctuary city</a></li><li><a href=/b>Sports</a></li></ul>{}',
    '{}<div class="sidebar"><h3>Latest</h3><ul><li><a href=/a>Sanctuary city order blocked</a></li></ul></div>',
]  # fmt: skip


def holds(article: Article) -> bool:
    return evaluate(PHRASE, document(article)).matched


def paragraphs(*texts: str) -> str:
    return "".join(text if text.startswith("<") else f"<p>{text}</p>" for text in texts)


def page(inside: str, frame: str = "{}") -> Article:
    article = f"<main><article><h1>Council caps rents</h1>{inside}</article></main>"
    return read_page(
        f"<!doctype html><html lang=en><head><title>Council caps rents</title></head><body>{frame.format(article)}</body></html>"
    )


def told(article: Article) -> str:
    return " ".join(article.text[p.start : p.end] for p in article.passages if p.zone in ("dateline", "lead", "body"))


def nothing_is_lost(article: Article) -> None:
    for text in (OPENING, MIDDLE, CLOSING, ENDING):
        assert text in told(article)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("where", [1, 2, 3, 4])
def test_furniture_in_plain_text_alerts_nobody(line: str, where: int) -> None:
    texts = [OPENING, MIDDLE, CLOSING, ENDING]
    texts.insert(where, line)
    article = read_text("Council caps rents\n\n" + "\n\n".join(texts))
    assert not holds(article)
    nothing_is_lost(article)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("where", [1, 2, 4])
def test_furniture_in_a_page_alerts_nobody(line: str, where: int) -> None:
    texts = [OPENING, MIDDLE, CLOSING, ENDING]
    texts.insert(where, line)
    article = page(paragraphs(*texts))
    assert not holds(article)
    nothing_is_lost(article)


@pytest.mark.parametrize("lines", LISTS, ids=lambda lines: lines[0])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_lists_of_other_headlines_in_plain_text_alert_nobody(lines: list[str], gap: str) -> None:
    between = read_text("\n\n".join([OPENING, MIDDLE, gap.join(lines), CLOSING, ENDING]))
    behind = read_text("\n\n".join([OPENING, MIDDLE, CLOSING, ENDING, gap.join(lines)]))
    for article in (between, behind):
        assert not holds(article)
        nothing_is_lost(article)


@pytest.mark.parametrize("lines", LISTS, ids=lambda lines: lines[0])
@pytest.mark.parametrize("linked", [True, False])
def test_lists_of_other_headlines_in_a_page_alert_nobody(lines: list[str], linked: bool) -> None:
    items = "".join(f"<li>{f'<a href=/x>{text}</a>' if linked else text}</li>" for text in lines[1:])
    listed = f"<h3>{lines[0]}</h3><ul>{items}</ul>"
    for article in (
        page(paragraphs(OPENING, MIDDLE, listed, CLOSING, ENDING)),
        page(paragraphs(OPENING, MIDDLE, CLOSING, ENDING, listed)),
    ):
        assert not holds(article)
        nothing_is_lost(article)


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("where", [1, 2, 4])
def test_boxes_of_a_page_alert_nobody(box: str, where: int) -> None:
    texts = [OPENING, MIDDLE, CLOSING, ENDING]
    texts.insert(where, box)
    article = page(paragraphs(*texts))
    assert not holds(article)
    nothing_is_lost(article)


@pytest.mark.parametrize("frame", FRAMES)
def test_the_frame_of_a_page_alerts_nobody(frame: str) -> None:
    article = page(paragraphs(OPENING, MIDDLE, CLOSING, ENDING), frame)
    assert not holds(article)
    nothing_is_lost(article)


OWN = [
    "Oakton is a sanctuary city, the mayor said.",
    "“We are a sanctuary city,” she said. “Read the ordinance.”",
    "More than 30 cities are a sanctuary city by name, according to the council's list of related laws.",
    "The video shows a crowd that shouts for a sanctuary city.",
    "A photo of the sanctuary city vote hung in her office for ten years.",
    "Follow the money, he said, and you find who fought the sanctuary city order.",
    "The newsletter of the sanctuary city coalition had asked members to come.",
    "Sign-ups for the sanctuary city program began on Monday, the county said.",
    "Related bills on the sanctuary city question died in committee.",
    "Watch groups counted 400 people at the sanctuary city rally.",
    "The Associated Press first reported that Oakton had become a sanctuary city.",
    "He covers his windows, he said, since the sanctuary city order was blocked.",
    "Copyright law was not on the agenda; the sanctuary city order was.",
    "This report was published on Monday by the county auditor, who counts one sanctuary city.",
    "Join hands, the pastor said, for the sanctuary city we love.",
    "See our fields, he said, before you call this a sanctuary city.",
    "Subscribers of the sanctuary city fund paid 20 dollars a year.",
]


@pytest.mark.parametrize("line", OWN)
@pytest.mark.parametrize("where", [0, 2, 4])
def test_what_the_article_tells_always_counts(line: str, where: int) -> None:
    texts = [OPENING, MIDDLE, CLOSING, ENDING]
    texts.insert(where, line)
    assert holds(read_text("\n\n".join(texts)))
    assert holds(page(paragraphs(*texts)))
    assert holds(page(paragraphs(*texts[:2], f"<blockquote><p>{line}</p></blockquote>", *texts[2:])))
    assert holds(
        page(
            paragraphs(
                *texts[:2], f"<p>{line.replace('sanctuary city', '<a href=/x>sanctuary city</a>')}</p>", *texts[2:]
            )
        )
    )
