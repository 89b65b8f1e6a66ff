"""Plain text is cut into zones; title and passages together cover all that is no white space."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.articles.article import Article, Zone
from services.articles.zones import Block, read_blocks, read_text

LEAD = "The council voted 5-2 on Tuesday to cap rents in the city."
BODY = "Landlords said they would sue. Tenants cheered in the hall."


def zones(article: Article) -> list[tuple[str, str]]:
    return [(passage.zone.value, article.text[passage.start : passage.end]) for passage in article.passages]


def only(article: Article, zone: Zone) -> list[str]:
    return [text for name, text in zones(article) if name == zone]


def test_the_first_paragraph_leads_and_the_rest_is_body() -> None:
    assert zones(read_text(f"{LEAD}\n\n{BODY}\n\n{BODY}")) == [("lead", LEAD), ("body", BODY), ("body", BODY)]


@pytest.mark.parametrize(
    ("first", "title"),
    [
        ("Council caps rents", "Council caps rents"),
        ("U.S. judge blocks St. Louis rule", "U.S. judge blocks St. Louis rule"),
        ("Opinion: Rent control works", "Opinion: Rent control works"),
        ("Council caps rents.", None),
        ("Will the council cap rents?", None),
        ("Council votes. Rents capped", None),
        ("x" * 151, None),
        ("READ MORE: Council caps rents", None),
        ("By Maria Lopez", None),
        ("STOCKTON, Calif. —", None),
        ("Photo: The council chamber", None),
        ("Posted at 3:45 PM, Sep 15, 2017", None),
    ],
)
def test_a_short_first_line_without_a_sentence_end_is_the_title(first: str, title: str | None) -> None:
    article = read_text(f"{first}\n\n{LEAD}\n\n{BODY}")
    assert article.title == title
    assert article.title_start == (0 if title else None)


def test_a_first_line_without_a_blank_line_after_it_is_no_title() -> None:
    assert read_text(f"Council caps rents\n{LEAD}\n{BODY}").title is None


def test_a_given_title_is_found_where_the_text_repeats_it() -> None:
    article = read_text(f"\n Council  caps rents\n{LEAD}\n{BODY}", title="Council caps rents")
    assert (article.title, article.title_start) == ("Council caps rents", 2)
    assert zones(article)[0] == ("lead", LEAD)


def test_a_stamp_behind_a_repeated_title_is_a_teaser() -> None:
    article = read_text(f"Council caps rents Updated: 2026-05-30 09:53\n{LEAD}", title="Council caps rents")
    assert zones(article) == [("teaser", "Updated: 2026-05-30 09:53"), ("lead", LEAD)]


@pytest.mark.parametrize("line", ["STOCKTON, Calif. (AP) —", "STOCKTON ( —", "Stockton —", "(CNN) —", "STOCKTON >>"])
def test_a_dateline_is_a_zone_of_its_own(line: str) -> None:
    assert zones(read_text(f"{line} {LEAD}\n\n{BODY}")) == [("dateline", line), ("lead", LEAD), ("body", BODY)]


def test_a_dateline_in_a_line_of_its_own_is_followed_by_the_lead() -> None:
    assert zones(read_text(f"STOCKTON, Calif. (AP) —\n\n{LEAD}\n\n{BODY}"))[:2] == [
        ("dateline", "STOCKTON, Calif. (AP) —"), ("lead", LEAD),
    ]  # fmt: skip


def test_the_lead_follows_the_dateline_even_if_a_summary_precedes_it() -> None:
    article = read_text(f"Landlords to sue over new rule\nSTOCKTON, Calif. — {LEAD}\n{BODY}", title="Rents capped")
    assert zones(article)[0] == ("body", "Landlords to sue over new rule")
    assert only(article, Zone.LEAD) == [LEAD]


def test_a_dateline_behind_a_headline_that_ran_into_it_is_found() -> None:
    article = read_text(f"Council caps rents in Stockton. STOCKTON, Calif. -- {LEAD} {BODY}")
    assert [name for name, _ in zones(article)] == ["lead", "dateline", "lead"]
    assert only(article, Zone.DATELINE) == ["STOCKTON, Calif. --"]


@pytest.mark.parametrize("gap", ["\n\n", "\r\n\r\n", "\n \xa0 \n", "\u2029", "\n\u3000\n", "\r\r", "\n\t\n\n\n"])
def test_any_white_space_makes_a_blank_line(gap: str) -> None:
    article = read_text(f"Council caps rents{gap}{LEAD}{gap}READ MORE:\xa0Fire in Lodi{gap}{BODY}")
    assert article.title == "Council caps rents"
    assert zones(article) == [("lead", LEAD), ("teaser", "READ MORE:\xa0Fire in Lodi"), ("body", BODY)]


def test_a_text_without_blank_lines_has_one_paragraph_a_line() -> None:
    article = read_text(f"{LEAD}\nREAD MORE: Fire in Lodi\n{BODY} {BODY}\nRelated: Rents fall\n{BODY}")
    assert [name for name, _ in zones(article)] == ["lead", "teaser", "body", "teaser", "body"]


def test_lines_wrapped_as_in_mails_are_joined_but_teasers_are_not() -> None:
    wrapped = "\n".join(
        [
            "The council voted 5-2 on Tuesday to cap rents in the city, after a",
            "hearing that went on until midnight and drew three hundred people",
            "to the old theatre.",
            "READ MORE: Fire in Lodi",
            "Landlords said they would sue before the rule takes effect in May,",
            "and tenants cheered.",
        ]
    )
    names = [name for name, _ in zones(read_text(f"{wrapped}\n\n{wrapped}"))]
    assert names == ["lead", "teaser", "body", "body", "teaser", "body"]


def test_headlines_under_a_lone_label_are_teasers_until_a_sentence_comes() -> None:
    text = f"{LEAD}\n\nRead more:\n\nFire in Lodi kills two\n\nWhy the bus is late\n\n{BODY}"
    assert [name for name, _ in zones(read_text(text))] == ["lead", "teaser", "teaser", "teaser", "body"]


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        (f"{BODY} The Associated Press contributed to this report.", ["body", "teaser"]),
        (f"{BODY} Ann Roe can be reached at aroe@ledger.example or 209-555-0100.", ["body", "teaser"]),
        (f"{BODY} READ MORE: Fire in Lodi", ["body", "teaser"]),
        ("Landlords said they would sue READ MORE: Fire in Lodi", ["body", "teaser"]),
        (f"{BODY} {BODY} {BODY} (AP Photo/Ann Roe)", ["body", "caption"]),
        (f"{BODY} Ledger photo by Ann Roe", ["body", "caption"]),
        ("He contributed to the 2016 report on rents. It was long.", ["body"]),
    ],
)
def test_what_ran_into_a_paragraph_is_cut_off_and_the_rest_kept(paragraph: str, expected: list[str]) -> None:
    article = read_text(f"{LEAD}\n\n{paragraph}")
    assert [name for name, _ in zones(article)[1:]] == expected
    assert "".join(text for _, text in zones(article)[1:]).replace(" ", "") == paragraph.replace(" ", "")


def test_a_byline_names_the_authors_and_is_no_lead() -> None:
    article = read_text(f"Council caps rents\n\nBy ANN ROE and Li Wei, Staff Writers\n\nSTOCKTON — {LEAD}")
    assert article.authors == ("Ann Roe", "Li Wei")
    assert only(article, Zone.LEAD) == [LEAD]
    assert read_text(f"By Ann Roe\n\n{LEAD}", authors=["Someone Else"]).authors == ("Someone Else",)


def test_what_no_database_keeps_is_replaced_sign_for_sign() -> None:
    article = read_text("A\0b \ud800 told.\n\nMore told.")
    assert article.text == "A b \ufffd told.\n\nMore told."


def test_zones_named_by_markup_are_kept_and_offsets_point_into_the_joined_text() -> None:
    article = read_blocks(
        [Block("A street"), Block(LEAD), Block("Fire in Lodi", Zone.TEASER), Block("The hall", Zone.CAPTION)],
        title="A street",
    )
    assert zones(article) == [("lead", LEAD), ("teaser", "Fire in Lodi"), ("caption", "The hall")]
    assert article.title_start == 0


PIECES = st.sampled_from(
    [
        LEAD,
        BODY,
        "READ MORE: Fire",
        "By Ann Roe",
        "STOCKTON —",
        "Photo: A hall",
        "Read more:",
        "\0",
        "\ud800",
        "é\u0301",
        "x" * 160,
    ]
)
GAPS = st.sampled_from(["\n", "\n\n", " ", "\r\n", "\u2028", "\xa0", "\n \n", ""])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(PIECES | st.text(max_size=30), GAPS), max_size=12), st.none() | st.just("A title"))
def test_title_and_passages_cover_everything_once_and_in_order(parts: list[tuple[str, str]], title: str | None) -> None:
    given_text = "".join(piece + gap for piece, gap in parts)
    article = read_text(given_text, title=title)
    assert len(article.text) == len(given_text)
    covered = [False] * len(article.text)
    if article.title_start is not None and article.title is not None:
        end = article.passages[0].start if article.passages else len(article.text)
        covered[article.title_start : end] = [True] * (end - article.title_start)
    last = 0
    for passage in article.passages:
        assert last <= passage.start < passage.end
        last = passage.end
        covered[passage.start : passage.end] = [True] * (passage.end - passage.start)
    assert all(seen or sign.isspace() for seen, sign in zip(covered, article.text, strict=True))
