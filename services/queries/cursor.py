"""The place in a query's tokens where the parser stands, and what it counts against the limits on its way."""

from __future__ import annotations

from services.queries import words
from services.queries.limits import Limits
from services.queries.lookups import Lookups
from services.queries.mistake import QueryError, cited
from services.queries.tokens import Kind, Token
from services.queries.tree import Phrase, Text, Wildcard


class Cursor:
    """Tokens, read one by one. Blank words, of which nothing is left to compare, are passed over by `peek`."""

    def __init__(self, text: str, tokens: list[Token], limits: Limits, lookups: Lookups, notes: list[str]) -> None:
        _check_parentheses(tokens, limits)
        self.text = text
        self.lookups = lookups
        self.notes = notes
        self.weight = 1
        """How many times the next leaves count: `hlead:` looks twice."""
        self._tokens = tokens
        self._limits = limits
        self._at = 0
        self._terms = 0
        self._wildcards = 0

    def peek(self) -> Token:
        """Give the next token that is not blank, without taking it."""
        while self._tokens[self._at].is_blank:
            self._at += 1
        return self._tokens[self._at]

    def take(self) -> Token:
        """Take the next token that is not blank."""
        token = self.peek()
        if token.kind is not Kind.END:
            self._at += 1
        return token

    def value(self) -> Token:
        """Take the token that stands next, blank or not: the value of a field."""
        token = self._tokens[self._at]
        if token.kind is not Kind.END:
            self._at += 1
        return token

    def ahead(self) -> list[Token]:
        """Give the tokens that follow, without taking them."""
        return self._tokens[self._at :]

    def last_end(self) -> int:
        """Give where the token taken last ends."""
        return self._tokens[self._at - 1].end if self._at else 0

    def typed(self, token: Token) -> str:
        """Give a token as it stands in the query, shortened for an error."""
        shown = self.text[token.start : token.end]
        return cited(shown + "…" if token.kind is Kind.FIELD else shown)

    def leaf(self, token: Token) -> Text | None:
        """Make the leaf of a word or phrase, and count it; `None` when it is blank."""
        found = words.leaf(token.value, token.value_start, exact=token.exact)
        if found is None:
            return None
        self.count_term(token)
        if not token.exact and words.trails_off(token.value):
            shown = cited(token.value)
            self.notes.append(f'In "{shown}" the ? is read as one letter. Leave it out if it is a question mark')
        self._count_wildcards(found, token)
        return found

    def count_term(self, token: Token) -> None:
        """Count a term against the limit. Raises `QueryError` at the first above it."""
        self._terms += self.weight
        most = self._limits.terms
        if self._terms > most:
            what = f"The query has more than {most} terms"
            raise QueryError(what, token.start, rest=f". {most} is the most", length=token.length)

    def _count_wildcards(self, found: Text, token: Token) -> None:
        parts = found.words if isinstance(found, Phrase) else (found,)
        self._wildcards += self.weight * sum(isinstance(part, Wildcard) for part in parts)
        most = self._limits.wildcards
        if self._wildcards > most:
            what = f"The query has more than {most} wildcards"
            raise QueryError(what, token.start, rest=f". {most} is the most", length=token.length)


def _check_parentheses(tokens: list[Token], limits: Limits) -> None:
    opened: list[Token] = []
    for token in tokens:
        if token.kind is Kind.OPEN:
            opened.append(token)
            if len(opened) > limits.depth:
                what = f"Parentheses stand more than {limits.depth} deep"
                raise QueryError(what, token.start, rest=f". {limits.depth} is the most")
        elif token.kind is Kind.CLOSE:
            if not opened:
                raise QueryError("The parenthesis", token.start, rest=" closes nothing")
            opened.pop()
    if opened:
        raise QueryError("The parenthesis", opened[-1].start, rest=" is never closed")
