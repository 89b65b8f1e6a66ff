"""JSON, read strictly: what two readers could understand differently is refused, with its place.

Refused as malformed: what is not UTF-8 or not JSON, a name given twice in one object, more than 32 levels. Refused as a
mistake: NaN, infinities, numbers too large to be kept, lone surrogates and NUL characters, which no database keeps.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from services.api.problems import Problem

DEPTH = 32

Json = Any  # Any: whatever JSON holds


class NotJsonError(Exception):
    """A body that is refused; `problem` is the answer."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def read(body: bytes) -> Json:
    """Read a JSON text. Raises `NotJsonError`."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        at = error.start
        _malformed(f"The body is not UTF-8: byte {at + 1:,} cannot be read", at + 1)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        _malformed(f"The body is not JSON: {_expected(error)}, at character {error.pos + 1:,}", error.pos + 1)
    except RecursionError:
        _too_deep()
    except ValueError:  # Python turns no more than some thousand digits into a number
        _mistake("A number has too many digits to be kept")
    _check(value, escapes=b"\\u" in body)
    return value


def _expected(error: json.JSONDecodeError) -> str:
    what = error.msg
    return what[0].lower() + what[1:].removesuffix(" at").removesuffix(" starting at")


def _pairs(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        _malformed(f'The name "{twice[:100]}" stands twice in one object')
    return found


def _constant(name: str) -> NoReturn:
    _mistake(f"{name} is not a number that JSON knows")


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        _mistake(f"The number {digits[:40]} is too large to be kept")
    return number


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant, parse_float=_float)


def _check(value: Json, *, escapes: bool) -> None:
    """Check depth, and the characters if there were escapes: others cannot have come through."""
    waiting: list[tuple[Json, str, int]] = [(value, "", 1)]
    while waiting:
        one, pointer, depth = waiting.pop()
        if isinstance(one, str):
            if escapes:
                _check_characters(one, pointer)
            continue
        if not isinstance(one, dict | list):
            continue
        if depth > DEPTH:
            _too_deep()
        inner = one.items() if isinstance(one, dict) else enumerate(one)
        for name, part in inner:
            if escapes and isinstance(name, str):
                _check_characters(name, pointer)
            if isinstance(part, dict | list) or (escapes and isinstance(part, str)):
                waiting.append((part, f"{pointer}/{escaped(str(name))}", depth + 1))


def escaped(name: str) -> str:
    """Write a name as a part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def _check_characters(text: str, pointer: str) -> None:
    if "\x00" in text:
        _mistake("A text holds the character U+0000, which cannot be kept", pointer)
    if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
        _mistake(
            "A text holds half of a surrogate pair, which is no character", pointer.encode("utf-8", "replace").decode()
        )


def _too_deep() -> NoReturn:
    _malformed(f"The body is nested too deeply. {DEPTH} levels is the most")


def _malformed(detail: str, position: int | None = None) -> NoReturn:
    raise NotJsonError(Problem(400, detail, position=position)) from None


def _mistake(detail: str, pointer: str | None = None) -> NoReturn:
    raise NotJsonError(Problem(422, detail, pointer=pointer)) from None
