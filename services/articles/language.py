"""Tell which language a text is written in, by CLD2; only an answer it calls reliable counts."""

from __future__ import annotations

import re

import pycld2

_FEWEST_LETTERS = 40
_LONGEST = 20_000  # characters read; more change nothing
_LEAST_PERCENT = 70
_NOT_READ = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]|[\U0001fffe\U0001ffff]|\ufeff"
)
# Codes that CLD2 keeps from before ISO 639 changed them, and scripts it names beside the language.
_TODAY = {"iw": "he", "in": "id", "jw": "jv", "zh-Hant": "zh", "mo": "ro", "sh": "sr", "nb": "no", "nn": "no"}
_CODE = re.compile(r"[a-z]{2}")


def detect(text: str) -> str | None:
    """Give the two-letter code of the text's language; None when it is too short, mixed or not sure."""
    clean = _NOT_READ.sub(" ", text[:_LONGEST])
    if sum(map(str.isalpha, clean)) < _fewest(clean):
        return None
    try:
        reliable, _, found = pycld2.detect(clean.encode("utf-8", "replace"))
    except (pycld2.error, ValueError):  # characters that CLD2 does not take
        return None
    _, code, percent, _ = found[0]
    code = _TODAY.get(code, code)
    return code if reliable and percent >= _LEAST_PERCENT and _CODE.fullmatch(code) and code != "un" else None


def two_letters(code: str | None) -> str | None:
    """Give "es" for "es", "es-MX", "ES_mx"; None for what names no language."""
    first = re.split(r"[-_]", (code or "").strip().lower(), maxsplit=1)[0]
    return _TODAY.get(first, first) if _CODE.fullmatch(first) else None


def _fewest(text: str) -> int:
    """A sign of Chinese, Japanese or Korean tells as much as several letters."""
    return _FEWEST_LETTERS // 4 if re.search("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af]", text) else _FEWEST_LETTERS
