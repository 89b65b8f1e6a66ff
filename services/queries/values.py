"""The values of fields: one value, or a group of values joined by OR.

place:California    place:="California"    place~:"Springfield, IL"    source:(Wire OR "Inland Courier")
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from services.queries import fields
from services.queries.cursor import Cursor
from services.queries.lookups import KnownPlace, NoPlace, PlaceLookup, SeveralPlaces
from services.queries.mistake import QueryError, cited
from services.queries.operators import Joint
from services.queries.tokens import Kind, Token
from services.queries.tree import Node, Place, PlaceKind, Topic, either

_TOPIC = re.compile(r"[\w-]+")
_MOST_WORDS_IN_NAME = 4
_MOST_LISTED = 12


def read(cursor: Cursor, field: Token) -> Node:
    """Read what stands after the colon of a field that takes values.

    value  = name | '"' name '"' | "=" name            "=" for places only
    values = value | "(" value { "OR" value } ")"
    """
    token = cursor.value()
    if token.kind is not Kind.OPEN:
        return _one(cursor, field, token)
    found = [_one(cursor, field, cursor.take())]
    while (after := cursor.take()).kind is not Kind.CLOSE:
        if after.joint is not Joint.OR:
            raise _not_or(cursor, field, after)
        found.append(_one(cursor, field, cursor.take(), before=after))
    return either(found)


def _one(cursor: Cursor, field: Token, token: Token, before: Token | None = None) -> Node:
    name = cursor.typed(field).removesuffix("…")
    if token.kind in (Kind.END, Kind.CLOSE) or token.is_blank:
        operator = before or field
        shown = cursor.typed(before) if before else name
        raise QueryError(shown, operator.start, rest=" has nothing after it", length=operator.length)
    if token.kind not in (Kind.WORD, Kind.PHRASE) or token.spread:
        what = f"{name} takes one value, or a group of values joined by OR; here stands {cursor.typed(token)}"
        raise QueryError(what, token.start, length=token.length)
    kind = fields.kind_of(field.value)
    if token.exact and kind is not fields.Kind.PLACE:
        advice = "The = stands before words and phrases, and in place:=, about:= and gov:="
        raise QueryError(f"{name} takes no =", token.start, advice=advice)
    cursor.count_term(token)
    if kind is fields.Kind.PLACE:
        return _place(cursor, field, token)
    if kind is fields.Kind.TOPIC:
        return _topic(cursor, token)
    if kind is fields.Kind.CODE:
        return fields.coded(field.value, token.value.strip(), token.value_start)
    return _named(cursor, field, token)


def _not_or(cursor: Cursor, field: Token, after: Token) -> QueryError:
    what = f"{field.value}: takes a group of values joined by OR; here stands {cursor.typed(after)}"
    advice = f'Put a value of several words in quotation marks: {field.value}:("one name" OR "another")'
    return QueryError(what, after.start, length=after.length, advice=advice)


def _named(cursor: Cursor, field: Token, token: Token) -> Node:
    following = _names_after(cursor, token)
    if following:
        longer = cursor.text[token.start : following[-1].end]
        name = field.value
        cursor.notes.append(f'{name}:{token.value} takes one word. For a longer name write {name}:"{cited(longer)}"')
    return fields.named(field.value, token.value, token.value_start)


def _topic(cursor: Cursor, token: Token) -> Topic:
    name = "-".join(token.value.lower().split())
    topics = cursor.lookups.topics
    if topics is None and _TOPIC.fullmatch(name):
        return Topic(name)
    if topics is None or name not in topics:
        near = difflib.get_close_matches(name, list(topics or ()), n=1)
        rest = f". Did you mean {near[0]}?" if near else ""
        what = f'There is no topic "{cited(token.value)}"'
        raise QueryError(what, token.start, rest=rest, length=token.length)
    return Topic(name)


# ---- places ----


def _place(cursor: Cursor, field: Token, token: Token) -> Place:
    typed = " ".join(token.value.split())
    if "*" in typed:
        raise QueryError(f"{field.value}: takes no wildcard", token.start, length=token.length)
    kind = PlaceKind(field.value)
    find = cursor.lookups.places
    if token.kind is Kind.WORD:
        _refuse_unquoted(cursor, field, token, find)
    if find is None:
        return Place(kind, typed, token.exact, field.ambiguous)
    found = find(typed, kind)
    if isinstance(found, NoPlace):
        raise _unknown(cursor, token, typed, found)
    if isinstance(found, SeveralPlaces):
        raise _several(cursor, token, typed, found)
    return Place(kind, found.name, token.exact, field.ambiguous, found.division)


def _unknown(cursor: Cursor, token: Token, typed: str, found: NoPlace) -> QueryError:
    rest = f". Did you mean {_listed(found.shown)}?" if found.shown else ". Add a state or country, or another spelling"
    readings = _readings(cursor, token, found.names)
    return QueryError(
        f'No place is called "{cited(typed)}"', token.start, rest=rest, length=token.length, readings=readings
    )


def _several(cursor: Cursor, token: Token, typed: str, found: SeveralPlaces) -> QueryError:
    more = found.count - len(found.shown)
    shown = [*found.shown, *([f"one of {more:,} more"] if more > 0 else [])]
    what = f'{found.count:,} places are called "{cited(typed)}"'
    rest = f". Did you mean {_listed(shown)}?" if found.shown else ". Choose one"
    readings = _readings(cursor, token, found.names)
    return QueryError(what, token.start, rest=rest, length=token.length, readings=readings)


def _readings(cursor: Cursor, token: Token, names: Sequence[str]) -> list[str]:
    """Write the whole query with each name in the place of what was typed."""
    text, equals = cursor.text, "=" * token.exact
    return [
        " ".join(f'{text[: token.start]}{equals}"{name}"{text[token.end :]}'.split()) for name in names[:_MOST_LISTED]
    ]


def _listed(shown: Sequence[str]) -> str:
    """Join names as a sentence does: a; b or c. Names have commas of their own."""
    return " or ".join(["; ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]


def _refuse_unquoted(cursor: Cursor, field: Token, token: Token, find: PlaceLookup | None) -> None:
    """Refuse `place:San Bernardino`: read as it stands it would mean a place called San."""
    following: Sequence[Token] = _names_after(cursor, token, any_case=find is not None)
    if find is not None:
        following = _longest_known(cursor, field, token, following, find)
    if not following:
        return
    start = token.start + token.exact
    longer = " ".join(cursor.text[start : following[-1].end].split())
    quoted = f'{field.value}{"~" * field.ambiguous}:{"=" * token.exact}"{longer}"'
    what = f"A place of several words needs quotation marks: {quoted}"
    advice = "To look for the place and the words after it, write AND between them"
    raise QueryError(what, token.start, length=following[-1].end - token.start, advice=advice)


def _longest_known(
    cursor: Cursor, field: Token, token: Token, following: Sequence[Token], find: PlaceLookup
) -> Sequence[Token]:
    kind = PlaceKind(field.value)
    start = token.start + token.exact
    for count in range(len(following), 0, -1):
        longer = " ".join(cursor.text[start : following[count - 1].end].split())
        if isinstance(find(longer, kind), KnownPlace | SeveralPlaces):
            return following[:count]
    return ()


def _names_after(cursor: Cursor, token: Token, *, any_case: bool = False) -> list[Token]:
    """Give the words that follow without an operator and look like the rest of a name."""
    found: list[Token] = []
    if token.kind is not Kind.WORD:
        return found
    end = token.end
    for after in cursor.ahead()[: _MOST_WORDS_IN_NAME - 1]:
        comma = cursor.text[token.end - 1] == "," or any_case
        name = after.value[:1].isupper() and not after.value.isupper()
        apart = cursor.text[end : after.start].strip()
        if apart or after.kind is not Kind.WORD or after.exact or after.is_blank or not (name or comma):
            break
        found.append(after)
        end = after.end
    return found
