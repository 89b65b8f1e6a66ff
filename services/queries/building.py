"""Changes of a builder's conditions: what somebody typed becomes items, and items are added and taken away.

Pure: topics and places are looked up by the functions of `Lookups`. Every change gives new conditions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from services.errors import InvalidError
from services.queries import fields
from services.queries.builder import Close, Condition, Field, How, Said, Says, Where
from services.queries.lookups import Lookups, NoPlace, SeveralPlaces
from services.queries.mistake import QueryError, cited
from services.queries.tree import Length, Phrase, Place, PlaceKind, Term, Topic, Wildcard
from services.queries.words import leaf

FIELDS = ("source", "author", "site", "lang")
_PIECE = re.compile(r'\s*((?:"[^"]*"|[^,"])+)\s*,?')


class UnclearPlaceError(InvalidError):
    """A typed name that is no place, or several; `names` are what may be meant, as queries write them."""

    def __init__(self, text: str, names: Sequence[str]) -> None:
        super().__init__(text, field="/place")
        self.names = tuple(names)


def said(typed: str, lookups: Lookups) -> tuple[Said, ...]:
    """Read words, phrases and topics, several with commas between: `detainer*, sanctuary city, topic:rent-control`.

    Two words or more are an exact phrase, with quotation marks or without; `=` keeps a word as it is typed.
    """
    found = [_one_said(piece.group(1).strip(), lookups) for piece in _PIECE.finditer(typed) if piece.group(1).strip()]
    if not found:
        raise InvalidError("Type a word or a phrase first")
    return tuple(dict.fromkeys(found))


def _one_said(typed: str, lookups: Lookups) -> Said:
    if typed.startswith("topic:"):
        name = typed.removeprefix("topic:").strip().strip('"')
        if lookups.topics is not None and name not in lookups.topics:
            raise InvalidError(f'There is no topic "{cited(name)}". Choose one from the list')
        return Topic(name)
    made = leaf(_unquoted(typed.lstrip("=")), 0, exact=typed.startswith("="))
    if made is None:
        raise InvalidError(f'Nothing in "{cited(typed)}" can be looked for')
    return made


def _unquoted(typed: str) -> str:
    return " ".join(typed.replace('"', " ").split())


def texts_of(typed: str, lookups: Lookups) -> tuple[Term | Wildcard | Phrase, ...]:
    """Read what can stand beside NEAR: words and phrases, no topics."""
    found = said(typed, lookups)
    if any(isinstance(one, Topic) for one in found):
        raise InvalidError("A topic cannot stand near a word. Type words or phrases")
    return tuple(one for one in found if isinstance(one, Term | Wildcard | Phrase))


def close(left: str, right: str, distance: str, lookups: Lookups) -> Close:
    """Make the condition that two things stand near each other; the distance counts words."""
    far = int(distance) if distance.isascii() and distance.isdigit() and len(distance) < 4 else 0
    if not 1 <= far <= 100:
        raise InvalidError("Enter how many words apart, from 1 to 100")
    return Close(texts_of(left, lookups), texts_of(right, lookups), far, ordered=False)


def place(typed: str, kind: PlaceKind, lookups: Lookups) -> Place:
    """Look a place up by what was typed. Raises `UnclearPlaceError` with what may be meant."""
    name = _unquoted(typed)
    if lookups.places is None:
        return Place(kind, name)
    known = lookups.places(name, kind)
    if isinstance(known, SeveralPlaces):
        raise UnclearPlaceError(f'{known.count:,} places are called "{cited(name)}". Choose one', known.names)
    if isinstance(known, NoPlace):
        text = f'No place is called "{cited(name)}". Add a state or country, or choose from the list'
        raise UnclearPlaceError(text, known.names)
    return Place(kind, known.name, division=known.division)


def field(name: str, typed: str) -> Field:
    """Read the value of a field of `FIELDS`."""
    given = _unquoted(typed)
    if not given:
        raise InvalidError("Type a name first")
    read = fields.named if name in ("source", "author") else fields.coded
    try:
        value = read(name, given, 0)
    except QueryError as error:
        raise InvalidError(error.headline) from None
    assert not isinstance(value, Length)
    return Field((value,), out=False)


def more(conditions: Sequence[Condition], at: int, other: Condition) -> tuple[Condition, ...]:
    """Add the items of a condition to the one that stands at `at`, of the same sort."""
    one = conditions[at]
    if isinstance(one, Says) and isinstance(other, Says):
        one = replace(one, items=tuple(dict.fromkeys((*one.items, *other.items))))
    elif isinstance(one, Where) and isinstance(other, Where):
        its = tuple(replace(place, kind=one.kind, exact=one.places[0].exact) for place in other.places)
        one = replace(one, places=tuple(dict.fromkeys((*one.places, *its))))
    elif isinstance(one, Field) and isinstance(other, Field):
        one = replace(one, values=tuple(dict.fromkeys((*one.values, *other.values))))
    return (*conditions[:at], one, *conditions[at + 1 :])


def less(conditions: Sequence[Condition], at: int, item: int) -> tuple[Condition, ...]:
    """Take an item away, and the condition with its last one. Two things near each other go together."""
    if not 0 <= at < len(conditions):
        return tuple(conditions)
    one = _without(conditions[at], item)
    return (*conditions[:at], *([] if one is None else [one]), *conditions[at + 1 :])


def _without(one: Condition, item: int) -> Condition | None:
    if isinstance(one, Says):
        left = one.items[:item] + one.items[item + 1 :]
        return replace(one, items=left) if left else None
    if isinstance(one, Where):
        places = one.places[:item] + one.places[item + 1 :]
        return replace(one, places=places) if places else None
    if isinstance(one, Field):
        values = one.values[:item] + one.values[item + 1 :]
        return replace(one, values=values) if values else None
    return None


def counted(one: Condition, how: str) -> Condition:
    """Change how a condition counts: all, any or none; `about` or `-about`; `source` or `-source`; words apart."""
    out, name = how.startswith("-"), how.removeprefix("-")
    if isinstance(one, Says) and how in set(How):
        return replace(one, how=How(how))
    if isinstance(one, Where) and name in set(PlaceKind):
        kind = PlaceKind(name)
        return Where(kind, tuple(replace(place, kind=kind) for place in one.places), out)
    if isinstance(one, Field) and name == one.name:
        return replace(one, out=out)
    if isinstance(one, Close) and how.isascii() and how.isdigit() and 1 <= int(how[:4]) <= 100:
        return replace(one, distance=int(how))
    return one


def itself(one: Condition, *, exact: bool) -> Condition:
    """Say whether places count themselves only, and nothing that lies within them."""
    if not isinstance(one, Where):
        return one
    return replace(one, places=tuple(replace(place, exact=exact) for place in one.places))
