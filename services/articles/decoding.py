"""Turn bytes from outside into text: by their mark, as UTF-8 if they are, by what they declare, else as Windows-1252.

What is declared is often wrong; bytes that are well-formed UTF-8 with letters beyond ASCII are hardly ever anything
else, so UTF-8 is tried first. UTF-7 and the like are never read.
"""

from __future__ import annotations

import codecs
import re

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (b"\xff\xfe\0\0", "utf-32-le"), (b"\0\0\xfe\xff", "utf-32-be"),
          (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))  # fmt: skip
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:+-]{2,40})", re.IGNORECASE)
_IN_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:+-]{2,40})[\"']", re.IGNORECASE)
_IN_HTML = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:+-]{2,40})", re.IGNORECASE)
_HEAD = 4_096  # bytes in which a page declares its encoding
# Encodings that ASCII bytes cannot rule out, and those that nobody means when they say them (the web reads Latin-1 so).
_SEVEN_BIT = ("iso2022_jp", "iso2022_kr", "hz")
_MEANT = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
_NEVER = ("utf-7", "utf_7", "idna", "punycode", "mbcs", "oem", "raw_unicode_escape", "unicode_escape", "undefined")


def decode(data: bytes, content_type: str | None = None) -> str:
    """Give the text of a plain text, feed or page; bytes that fit no encoding become U+FFFD."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    if (wide := _wide(data)) is not None:
        return data.decode(wide, "replace")
    declared = _declared(data, content_type)
    first = declared if declared in _SEVEN_BIT else "utf-8"
    for encoding in filter(None, (first, declared, "cp1252")):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return data.decode(_best_effort(data, declared), "replace")


def _best_effort(data: bytes, declared: str | None) -> str:
    """Where no encoding fits wholly: UTF-8 if its signs are there and only few are broken, else what is declared."""
    broken = data[:65_536].decode("utf-8", "replace").count("\ufffd")
    if broken == 0 or len(re.findall(rb"[\xc2-\xf4][\x80-\xbf]", data[:65_536])) > broken:
        return "utf-8"
    return declared or "cp1252"


def _wide(data: bytes) -> str | None:
    """Tell UTF-16 without a mark by the zeros of its ASCII signs."""
    head = data[:200]
    if len(head) < 4:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd * 5 > len(head) * 2 and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even * 5 > len(head) * 2 and odd == 0 else None


def _declared(data: bytes, content_type: str | None) -> str | None:
    named = _IN_HEADER.search(content_type or "")
    found = _IN_XML.search(data[:_HEAD]) or _IN_HTML.search(data[:_HEAD])
    for name in (named[1] if named else None, found[1].decode("ascii") if found else None):
        if name is not None and (known := _known(name)) is not None:
            return known
    return None


def _known(name: str) -> str | None:
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    if info.name in _NEVER or not info._is_text_encoding or info.name.startswith(("utf-16", "utf-32")):
        return None  # a wide encoding shows in the bytes, or it is not there
    return _MEANT.get(info.name, info.name)
