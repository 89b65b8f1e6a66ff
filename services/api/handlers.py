"""Turns whatever a route raises into a problem, in the words of the product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.api.problems import Problem, from_error
from services.api.sending import Refuse
from services.api.strict_json import escaped
from services.errors import TocsinError

_KINDS = {"str": "text", "int": "a number", "float": "a number", "bool": "true or false", "list": "a list",
          "dict": "an object", "NoneType": "null"}  # fmt: skip
_EXPECTED = {
    "string_type": "text", "list_type": "a list", "bool_type": "true or false", "int_type": "a whole number",
    "int_parsing": "a whole number", "model_attributes_type": "an object", "model_type": "an object",
    "dict_type": "an object", "union_tag_not_found": "an object", "tuple_type": "a list",
}  # fmt: skip
_MOST_SHOWN = 20

Mistake = dict[str, Any]  # Any: a mistake as pydantic describes it


def register(app: FastAPI, refuse: Refuse) -> None:
    """Answer errors of routes by `refuse`."""

    async def tocsin_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, TocsinError)
        return refuse(request.scope, from_error(error, getattr(request.state, "json", None)))

    async def mistakes(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return refuse(request.scope, _of_mistakes(error.errors()))

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return refuse(request.scope, Problem(error.status_code, str(error.detail), headers=dict(error.headers or {})))

    app.add_exception_handler(TocsinError, tocsin_error)
    app.add_exception_handler(RequestValidationError, mistakes)
    app.add_exception_handler(HTTPException, http_error)


def _of_mistakes(mistakes: Sequence[Mistake]) -> Problem:
    """Say the first mistake, and list them all; one in the address is 400, one in the body 422."""
    first = mistakes[0]
    if first["loc"][0] != "body":
        return Problem(400, f'The parameter "{first["loc"][-1]}" cannot be used: {_said(first)}')
    listed = tuple((_pointer(mistake["loc"]), _said(mistake)) for mistake in mistakes[:_MOST_SHOWN])
    return Problem(422, listed[0][1], pointer=listed[0][0], errors=listed)


def _pointer(place: Sequence[str | int]) -> str:
    """Give the JSON pointer of a place; the name of a form that a body was read as is none of it."""
    parts = [part for part in place[1:] if part not in ("one-article", "many-articles")]
    return "".join(f"/{escaped(str(part))}" for part in parts)


def _said(mistake: Mistake) -> str:
    say = _WORDS.get(mistake["type"])
    if say is not None:
        return say(mistake, mistake.get("ctx", {}))
    return f"Expected {_EXPECTED.get(mistake['type'], mistake['msg'])}, found {_found(mistake)}"


def _found(mistake: Mistake) -> str:
    given = mistake.get("input")
    if isinstance(given, str):
        return f'"{given}"' if len(given) <= 40 else f'"{given[:40]}…"'
    if isinstance(given, bool | int | float):
        return str(given).lower()[:40]
    return _KINDS.get(type(given).__name__, "something else")


def _missing(mistake: Mistake, _: Mistake) -> str:
    last = mistake["loc"][-1]
    return "The request needs a JSON body" if last == "body" else f'The field "{last}" is missing'


_WORDS: dict[str, Callable[[Mistake, Mistake], str]] = {
    "extra_forbidden": lambda mistake, _: f'There is no field "{str(mistake["loc"][-1])[:100]}" here',
    "missing": _missing,
    "literal_error": lambda mistake, about: f"Expected one of: {about['expected']}, found {_found(mistake)}",
    "enum": lambda mistake, about: f"Expected one of: {about['expected']}, found {_found(mistake)}",
    "string_too_long": lambda mistake, about: (
        f"Expected at most {about['max_length']:,} characters, found {len(mistake['input']):,}"
    ),
    "too_long": lambda _, about: f"Expected at most {about['max_length']:,} items, found {about['actual_length']:,}",
    "string_too_short": lambda *_: "Expected something here, found nothing",
    "too_short": lambda *_: "Expected something here, found nothing",
    "greater_than_equal": lambda mistake, about: f"Expected {about['ge']:,} or more, found {_found(mistake)}",
    "less_than_equal": lambda mistake, about: f"Expected {about['le']:,} or less, found {_found(mistake)}",
    "value_error": lambda _, about: str(about["error"]),
}
"""How a mistake is said, by its type in pydantic; the others say what was expected and what was found."""
