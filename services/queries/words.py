"""From a typed word or quoted text to what is compared: a term, a wildcard or a phrase.

`drive-by` is the phrase "drive by", because the text analysis makes two words of it. In a word `?` stands for one
letter and a `*` or `!` at its end for any letters. Where nothing is left to compare, as in "—", there is no leaf.
"""

from __future__ import annotations

import re

from services.queries.mistake import QueryError, cited
from services.queries.tree import Phrase, Term, Text, Wildcard
from services.text import cut, fold

_HOLE = "\ua78f"  # a letter of no living script: keeps the place of `?` while a word is cut and folded
_LEAST_BEFORE_STAR = 3
_LEAST_BESIDE_HOLE = 2
_EXCLAMATION = re.compile(r"(?<=[\w?]{3})!(?=\s|$)")
_PIECE = re.compile(r"\S+")
_SPACES = re.compile(r"\s+")
_UNSEEN = re.compile("[\u00ad\u2060\ufeff]")


def leaf(typed: str, start: int, *, exact: bool = False) -> Text | None:
    """Make what is compared of typed text; `start` is where the text begins in the query, for errors."""
    if not exact:
        typed = _EXCLAMATION.sub("*", typed)
    found = [
        word for piece in _PIECE.finditer(typed) for word in _words(piece.group(), start + piece.start(), exact=exact)
    ]
    if not found:
        return None
    if len(found) == 1:
        return found[0]
    return Phrase(tuple(found), _SPACES.sub(" ", _UNSEEN.sub("", typed)).strip())


def is_blank(typed: str) -> bool:
    """Whether the text analysis leaves nothing of the text, and no wildcard stands in it."""
    return "*" not in typed and not cut(typed)


def trails_off(typed: str) -> bool:
    """Whether the text ends in a `?`, which may have been meant as a question mark."""
    return typed.endswith("?") and not is_blank(typed)


def _words(piece: str, start: int, *, exact: bool) -> list[Term | Wildcard]:
    if exact:
        _refuse_wildcards(piece, start)
        return [Term(form, exact=True, typed=piece[low:high]) for low, high, _, form in cut(piece)]
    if "*" not in piece and "?" not in piece:
        return [Term(form, typed=_UNSEEN.sub("", piece[low:high])) for low, high, form, _ in cut(piece)]
    return _with_wildcards(piece, start)


def _with_wildcards(piece: str, start: int) -> list[Term | Wildcard]:
    body = piece.rstrip(".,;:!)]}'\"’”")
    head = body.rstrip("*")
    star = len(head) < len(body)
    if "*" in head:
        at = start + piece.index("*")
        raise QueryError(f'In "{cited(piece)}" the * does not stand at the end of the word', at)
    cuts = cut(head.replace("?", _HOLE))
    cuts = tuple(c for c in cuts if c[2].strip(_HOLE) or (star and c is cuts[-1]))
    found: list[Term | Wildcard] = []
    for number, (low, high, _, _) in enumerate(cuts):
        typed = head[low:high]
        last = number == len(cuts) - 1
        found.append(_word(typed, start + low, star=star and last and high == len(head)))
    if star and (not cuts or cuts[-1][1] != len(head)):
        _refuse_short(body, start, len(body))
    return found


def _word(typed: str, start: int, *, star: bool) -> Term | Wildcard:
    folded = fold(typed.replace("?", _HOLE))
    letters = len(folded) - folded.count(_HOLE)
    if star and letters < _LEAST_BEFORE_STAR:
        _refuse_short(typed + "*", start, len(typed) + 1)
    pattern = folded.replace(_HOLE, "?")
    if "?" not in pattern and not star:
        return Term(pattern, typed=typed)
    if letters < _LEAST_BESIDE_HOLE:
        what = f'"{cited(typed)}" needs {_LEAST_BESIDE_HOLE} letters or more beside the ?'
        raise QueryError(what, start, length=len(typed))
    return Wildcard(pattern + "*" * star, typed + "*" * star)


def _refuse_short(shown: str, start: int, length: int) -> None:
    what = f'"{cited(shown)}" needs {_LEAST_BEFORE_STAR} letters or more before the *'
    raise QueryError(what, start, length=length)


def _refuse_wildcards(piece: str, start: int) -> None:
    for sign in "*?":
        at = piece.find(sign)
        if at > 0 and sign == "?" and at == len(piece.rstrip(".,;:!")) - 1:
            continue  # ="Who is it?" ends in a question mark
        if at >= 0:
            what = f'= takes a word exactly as typed, so the {sign} in "{cited(piece)}" is not read'
            raise QueryError(what, start + at, advice=f"Leave out the = or the {sign}")
