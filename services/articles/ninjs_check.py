"""Say what in a ninjs item is not as the standard has it: every mistake with its JSON pointer and what is expected."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.articles.ninjs_shapes import FIRST, SHAPES, SINCE, Itself, Kind, Shape

_FAMILY = re.compile(r"[a-zA-Z0-9_]+")
_NAME = re.compile(r"[a-zA-Z0-9_]{1,200}")
_WHOLE = {"i": (-(10**18), 10**18), "p": (0, 100), "r": (1, 9)}
_SHORT_DATE = re.compile(
    r"-?\d{4,9}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?"
    r"(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?)?)?)?"
)
_MOST = 20  # mistakes that are told
_KNOWN_AS = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number",
             type(None): "null"}  # fmt: skip
_DEEPEST = 8  # items within items


@dataclass(frozen=True, slots=True)
class Wrong:
    """A mistake: where, as a JSON pointer, and what it is."""

    pointer: str
    text: str


def check(item: Mapping[str, object], version: str | None = None) -> tuple[int, list[Wrong]]:
    """Give the major version that an item fits best, and its mistakes; `version` is what the item is read as."""
    majors = (int(version[0]),) if version else (1, 2, 3)
    tried = [(major, _mistakes(item, major, version)) for major in majors]
    return min(tried, key=lambda one: (len(one[1]), -len(item.keys() & SHAPES[one[0]].fields.keys()), -one[0]))


def _mistakes(item: Mapping[str, object], major: int, version: str | None) -> list[Wrong]:
    found = []
    for wrong in _Check(major, version).members(item, SHAPES[major], "", 0):
        found.append(wrong)
        if len(found) == _MOST:
            break
    return found


@dataclass(frozen=True, slots=True)
class _Check:
    major: int
    version: str | None

    def members(self, given: Mapping[str, object], shape: Shape, at: str, depth: int) -> Iterator[Wrong]:
        for name in shape.required:
            if name not in given:
                yield Wrong(f"{at}/{name}", f'"{name}" is missing')
        for name, value in given.items():
            kind = self._kind(name, shape)
            if kind is not None:
                yield from self.value(value, kind, f"{at}/{_escaped(name)}", depth)
            elif not shape.open:
                yield Wrong(f"{at}/{_escaped(name)}", f'ninjs has no property "{name[:60]}" here')
        if shape.one_of and (shape.one_of[0] in given) is (shape.one_of[1] in given):
            yield Wrong(at, f'exactly one of "{shape.one_of[0]}" and "{shape.one_of[1]}" is expected')
        for one, other in shape.not_both:
            if one in given and other in given:
                yield Wrong(f"{at}/{other}", f'"{one}" and "{other}" exclude each other')

    def _kind(self, name: str, shape: Shape) -> Kind | None:
        if (kind := shape.fields.get(name)) is not None:
            return kind if shape is not FIRST or self._is_known(name) else None
        for family in shape.families:
            if name.startswith(family) and _FAMILY.match(name, len(family)):
                return "b" if family == "geometry_" else "s"
        return shape.named if shape.named is not None and _NAME.match(name) else None

    def _is_known(self, word: str) -> bool:
        since = SINCE.get(word)
        return self.version is None or self.major != 1 or since is None or _number(since) <= _number(self.version)

    def value(self, given: object, kind: Kind, at: str, depth: int) -> Iterator[Wrong]:
        if isinstance(kind, list):
            if not isinstance(given, list):
                yield _not(at, "a list", given)
                return
            for number, one in enumerate(given):
                yield from self.value(one, kind[0], f"{at}/{number}", depth)
        elif isinstance(kind, Shape) or kind is Itself:
            if not isinstance(given, dict):
                yield _not(at, "an object", given)
            elif depth >= _DEEPEST:
                yield Wrong(at, f"items stand within each other more than {_DEEPEST} deep")
            else:
                yield from self.members(given, kind if isinstance(kind, Shape) else self._within(), at, depth + 1)
        elif isinstance(kind, tuple):
            if given not in kind or not self._is_known(str(given)):
                yield _not(at, "one of " + ", ".join(word for word in kind if self._is_known(word)), given)
        elif isinstance(kind, str):
            yield from _plain(given, kind, at)

    def _within(self) -> Shape:
        """Give the shape of an associated item: from 2.1 on it needs a name too."""
        shape = SHAPES[self.major]
        if self.major == 1 or self.version == "2.0":
            return shape
        return Shape(shape.fields, (*shape.required, "name"), shape.families)


def _plain(given: object, kind: str, at: str) -> Iterator[Wrong]:
    if kind == "s" and not isinstance(given, str):
        yield _not(at, "text", given)
    elif kind == "n" and (isinstance(given, bool) or not isinstance(given, int | float)):
        yield _not(at, "a number", given)
    elif kind == "t" and (not isinstance(given, str) or not _SHORT_DATE.fullmatch(given)):
        yield _not(at, "a date such as 2026-05-04, 2026-05 or 2026", given)
    elif kind in _WHOLE:
        low, high = _WHOLE[kind]
        whole = isinstance(given, int) and not isinstance(given, bool)
        if not whole or not low <= given <= high:  # type: ignore[operator]  # a whole number
            yield _not(at, "a whole number" + (f" from {low} to {high}" if kind != "i" else ""), given)


def _not(at: str, expected: str, given: object) -> Wrong:
    shown = f'"{given[:40]}"' if isinstance(given, str) else _KNOWN_AS.get(type(given), "something else")
    if isinstance(given, int | float) and not isinstance(given, bool):
        shown = f"{given}"[:40]
    return Wrong(at, f"expected {expected}, found {shown}")


def _escaped(name: str) -> str:
    return name[:60].replace("~", "~0").replace("/", "~1")


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])
