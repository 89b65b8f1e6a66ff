"""A text's language is told when it is sure, and never breaks."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.articles.language import detect, two_letters


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The council voted on Tuesday to make the city a sanctuary city for immigrants.", "en"),
        ("El concejo votó el martes para que la ciudad sea un santuario para los inmigrantes.", "es"),
        ("Der Rat stimmte am Dienstag dafür, die Mieten in der Stadt zu begrenzen.", "de"),
        ("先日、不正に改造したスマートフォンを販売したとして、男性が逮捕されました。", "ja"),
        ("Council votes", None),
        ("", None),
        ("1234567890 " * 20, None),
        ("\x00\x01\x1b\ud800\ufffe" * 50, None),
    ],
)
def test_the_language_is_told_only_when_sure(text: str, language: str | None) -> None:
    assert detect(text) == language


def test_control_characters_do_not_hide_the_language() -> None:
    text = "The council voted\x07 on Tuesday\x00 to make the city a sanctuary\ufeff city for immigrants."
    assert detect(text) == "en"


@settings(deadline=None)
@given(st.text(alphabet=st.characters(), max_size=200))
def test_no_text_breaks_detection(text: str) -> None:
    code = detect(text)
    assert code is None or (len(code) == 2 and code.isalpha())


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", "en"),
        ("en-US", "en"),
        ("ES_mx", "es"),
        (" fr ", "fr"),
        ("iw", "he"),
        ("klingon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_language_code_is_cut_to_two_letters(code: str | None, expected: str | None) -> None:
    assert two_letters(code) == expected
