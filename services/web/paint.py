"""A query as it is read, in colours: operators, fields, terms, and what is left out."""

from __future__ import annotations

import re

from markupsafe import Markup

_TOKEN = re.compile(
    r"(?P<field>[a-z]+:=?)|(?P<op>\b(?:AND|OR|SENT|PARA)\b|\b(?:NEAR|ONEAR|ATLEAST)/\d+|[()]|=)"
    r'|(?P<not>\bNOT\b)|(?P<term>"[^"]*"|[^\s()"]+)|(?P<space>\s+)|(?P<rest>.)'
)


def painted(query: str) -> Markup:
    """Paint a canonical query; everything in it is text."""
    parts: list[Markup] = []
    out = False
    depth = 0
    for found in _TOKEN.finditer(query):
        kind, text = found.lastgroup, found[0]
        if kind == "not":
            out, depth = True, 0
        elif out and text == "(":
            depth += 1
        elif out and text == ")":
            depth -= 1
        name = {"field": "q-field", "op": "q-op", "not": "q-not", "term": "q-out" if out else "q-term"}.get(kind or "")
        parts.append(Markup('<span class="{}">{}</span>').format(name, text) if name else Markup("{}").format(text))
        if out and depth <= 0 and kind in ("term", "op") and text != "(":
            out = False
    return Markup("").join(parts)
