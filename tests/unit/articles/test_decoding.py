"""Bytes become text by their mark, as UTF-8, by what they declare, or as Windows-1252."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.articles.decoding import decode

XML = '<?xml version="1.0" encoding="{}"?><a>é “ñ”</a>'


@pytest.mark.parametrize(
    ("data", "content_type", "expected"),
    [
        ("é “ñ”".encode(), None, "é “ñ”"),
        ("é “ñ”".encode("cp1252"), None, "é “ñ”"),
        (codecs.BOM_UTF8 + "é".encode(), None, "é"),
        ("é ñ".encode("utf-16"), None, "é ñ"),
        ("plain words".encode("utf-16-le"), None, "plain words"),
        ("plain words".encode("utf-16-be"), None, "plain words"),
        (XML.format("iso-8859-1").encode("cp1252"), None, XML.format("iso-8859-1")),
        (XML.format("iso-8859-1").encode(), None, XML.format("iso-8859-1")),
        (XML.format("utf-16").encode(), None, XML.format("utf-16")),
        (XML.format("no-such").encode(), None, XML.format("no-such")),
        ("Привет".encode("koi8-r"), "text/plain; charset=koi8-r", "Привет"),
        ('<meta charset="shift_jis">日本'.encode("shift_jis"), None, '<meta charset="shift_jis">日本'),
        ("日本".encode("iso2022_jp"), "text/html; charset=iso-2022-jp", "日本"),
        (
            b'<?xml version="1.0" encoding="utf-7"?>+ADw-b+AD4-',
            None,
            '<?xml version="1.0" encoding="utf-7"?>+ADw-b+AD4-',
        ),
        (b"a\xc0\xbcb", None, "aÀ¼b"),
        (b"", None, ""),
    ],
)
def test_bytes_are_decoded(data: bytes, content_type: str | None, expected: str) -> None:
    assert decode(data, content_type) == expected


def test_a_few_broken_bytes_do_not_spoil_the_rest() -> None:
    assert decode("“ñé” ".encode() * 20 + b"\xff" + "é".encode()).count("ñ") == 20


@settings(deadline=None)
@given(
    st.binary(max_size=300),
    st.none() | st.sampled_from(["charset=utf-16", "charset=\x00", "charset=base64", "text/html; charset=zip"]),
)
def test_any_bytes_become_text_that_can_be_kept(data: bytes, content_type: str | None) -> None:
    decode(data, content_type).encode("utf-8")
