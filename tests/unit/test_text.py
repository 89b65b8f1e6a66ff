"""The one text analysis: words, folding, stems, sentences, paragraphs."""

import pytest

from services.text import analyse, cut, fold, level, paragraphs, sentences, stem, stems


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Sanctuary-City", ["sanctuary", "city"]),
        ("cities,”", ["cities"]),
        ("AT&T", ["at&t"]),
        ("287(g)", ["287", "g"]),
        ("city’s", ["city"]),
        ("cities’", ["cities"]),
        ("don't", ["don't"]),
        ("don’t", ["don't"]),
        ("l’immigration", ["immigration"]),
        ("ＷＩＤＥ", ["wide"]),
        ("Straße", ["strasse"]),
        ("İstanbul", ["istanbul"]),
        ("cafe\u0301", ["cafe"]),
        ("café", ["cafe"]),
        ("co\u00adoperate", ["cooperate"]),
        ("Los\u00a0Angeles", ["los", "angeles"]),
        ("東京都", ["東", "京", "都"]),
        ("—…!", []),
        ("", []),
    ],
)
def test_a_text_is_cut_into_folded_words(text: str, folded: list[str]) -> None:
    assert [word for _, _, word, _ in cut(text)] == folded


@pytest.mark.parametrize(("word", "exact"), [("ICE", "ICE"), ("Ｉce", "Ice"), ("ÉTAT", "ETAT"), ("ICE’s", "ICE")])
def test_the_exact_form_keeps_capitals_and_levels_the_rest(word: str, exact: str) -> None:
    assert level(word) == exact


@pytest.mark.parametrize("word", ["ẞ", "ﬁne", "K", "ſ", "ΑΣ", "Ǆ"])
def test_folding_twice_is_folding_once(word: str) -> None:
    assert fold(fold(word)) == fold(word)


def test_offsets_point_into_the_text_as_it_was_given() -> None:
    text = "The “sanctuary\u00a0cities” of  ＣＡ, don’t"
    words = analyse(text)
    assert [text[a:b] for a, b in zip(words.starts, words.ends, strict=True)] == [
        "The",
        "sanctuary",
        "cities",
        "of",
        "ＣＡ",
        "don’t",
    ]


@pytest.mark.parametrize(
    ("word", "language", "expected"),
    [("cities", "en", "citi"), ("ciudades", "es", "ciudad"), ("cities", "xx", "cities")],
)
def test_words_are_stemmed_in_languages_that_have_a_stemmer(word: str, language: str, expected: str) -> None:
    assert stem(word, language) == expected


def test_a_query_word_is_found_under_its_stem_in_every_language() -> None:
    assert stems("cities") >= {"cities", "citi"}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two! Three?", 3),
        ("Gov. Gavin Newsom spoke. Sen. Padilla did not.", 2),
        ("He lives in the U.S. District Judge Smith ruled.", 1),
        ("It happened in the U.S. The court agreed.", 2),
        ("They met at 5 p.m. Monday. Police came.", 2),
        ("“No.” She left.", 2),
        ("“Is it?” he asked.", 1),
        ("J. Edgar left. A. B. Cole stayed.", 2),
        ("It cost $3.5 million. No. 5 won.", 2),
        ("First line\n\nsecond paragraph", 2),
        ("No stop at all", 1),
        ("", 0),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_paragraphs_are_parted_by_blank_lines_of_any_white_space() -> None:
    text = "one\ntwo\n \u00a0\nthree\n\n\n\nfour\n"
    assert [text[a:b] for a, b in paragraphs(text)] == ["one\ntwo", "three", "four"]


def test_spans_are_read_as_one_run_with_positions_counted_through() -> None:
    text = "alpha beta READ MORE gamma delta"
    words = analyse(text, spans=[(0, 10), (21, 32)])
    assert list(words.folded) == ["alpha", "beta", "gamma", "delta"]
    assert list(words.paragraphs) == [0, 0, 1, 1]


@pytest.mark.parametrize(
    "run", ["?" * 300_000, "!?" * 100_000 + "x", "." * 300_000 + "x", "。" * 100_000, '?"' * 100_000]
)
def test_a_page_of_stops_is_cut_at_once(run: str) -> None:
    """K12, as CVE-2020-6817: it took the square of its length, 38 s for 100,000 question marks, and would never end here."""
    assert sentences(run)[0][0] == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Why?! Because... Yes.", ["Why?!", "Because...", "Yes."]), ("One. 'Two.' Three", ["One.", "'Two.'", "Three"]),
        ("一。二！三", ["一。", "二！", "三"]), ("v1.2.3 is out. Go", ["v1.2.3 is out.", "Go"]), ("a?b? C", ["a?b?", "C"]),
    ],
)  # fmt: skip
def test_stops_end_sentences_where_white_space_follows(text: str, found: list[str]) -> None:
    assert [text[low:high] for low, high in sentences(text)] == found
