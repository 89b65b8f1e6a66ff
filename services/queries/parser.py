"""Read a query's text as a tree, or say at which character it cannot be read, and what to write.

    query = or                           or  = and { "OR" and }
    and   = not { [ "AND" ] not }        not = [ "NOT" | "-" ] near
    near  = item [ nearop item ]         item = word | phrase | "(" query ")" | atleast | field

AND beside OR on one level is refused, with both readings. Pure: places and topics are looked up by functions given.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.articles.article import Zone
from services.queries import fields, mixing, values, words
from services.queries import tree as nodes
from services.queries.canonical import to_text
from services.queries.cursor import Cursor
from services.queries.limits import STORED, Limits
from services.queries.lookups import Lookups
from services.queries.mistake import QueryError, WholeQueryError, cited
from services.queries.mixing import Part
from services.queries.operators import Joint
from services.queries.tokens import Kind, Scanner, Token, plain

__all__ = ["STORED", "Limits", "Lookups", "Parsed", "QueryError", "parse", "parse_unfinished"]

_DISTANCES = (Joint.NEAR, Joint.ONEAR, Joint.SENTENCE, Joint.PARAGRAPH)
_OPERANDS = "words, phrases, or a group of these with OR"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query as read: its tree, its canonical text, and hints for the writer."""

    tree: nodes.Node
    text: str
    notes: tuple[str, ...] = ()


def parse(text: str, lookups: Lookups | None = None, limits: Limits | None = None) -> Parsed:
    """Read a query. Raises `QueryError`; its `position` counts from 1. Use `STORED` limits for canonical text."""
    cursor = _cursor(text, lookups, limits)
    tree = _Parser(cursor).whole()
    return Parsed(tree, to_text(tree), tuple(dict.fromkeys(cursor.notes)))


def parse_unfinished(text: str, lookups: Lookups | None = None) -> nodes.Node | None:
    """Read a query that is still being put together: it may only leave out. `None`: nothing stands there yet."""
    cursor = _cursor(text, lookups, None)
    return None if cursor.peek().kind is Kind.END else _Parser(cursor).query(None)


def _cursor(text: str, lookups: Lookups | None, limits: Limits | None) -> Cursor:
    limits = limits or Limits()
    if len(text) > limits.characters:
        what = f"The query has {len(text):,} characters. {limits.characters:,} is the most"
        raise WholeQueryError(what, limits.characters)
    scanner = Scanner(plain(text))
    return Cursor(scanner.text, scanner.scan(), limits, lookups or Lookups(), scanner.notes)


def _why_not_positive(tree: nodes.Node) -> str:
    parts = tree.children if isinstance(tree, nodes.And | nodes.Or) else (tree,)
    if all(isinstance(part, nodes.Lang | nodes.Length) for part in parts):
        return "The query only says the language or length. Add a word, topic or place that must be there"
    if isinstance(tree, nodes.Or):
        return "One side of the OR names nothing that must be there. Add a word, topic or place to it"
    return "The query only says what to leave out. Add a word, topic or place that must be there"


class _Parser:
    """Each method reads what its docstring's grammar says, from where the cursor stands."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.zone_field = ""
        """The zone field whose group is being read, such as "title:"."""

    def whole(self) -> nodes.Node:
        """query, up to the end"""
        if self.cursor.peek().kind is Kind.END:
            typed = " ".join(self.cursor.text.split())
            found = f'. Nothing in "{cited(typed)}" can be looked for' if typed else ""
            raise WholeQueryError(f"Type what you want to hear of{found}")
        tree = self.query(None)
        if not nodes.is_positive(tree):
            raise WholeQueryError(_why_not_positive(tree))
        return tree

    def query(self, opened: Token | None) -> nodes.Node:
        """and { "OR" and } | not { [ "AND" ] not }, up to a closing parenthesis or the end"""
        parts = [self._part(Joint.AND, None, opened)]
        while (token := self.cursor.peek()).kind not in (Kind.CLOSE, Kind.END):
            self._refuse_distance(token, parts[-1])
            typed = self.cursor.take() if token.joint in (Joint.AND, Joint.OR) else None
            parts.append(self._part(Joint.OR if token.joint is Joint.OR else Joint.AND, typed, opened))
        mixing.check(self.cursor.text, parts)
        found = [part.node for part in parts]
        return nodes.either(found) if len(parts) > 1 and parts[1].joint is Joint.OR else nodes.both(found)

    def _part(self, joint: Joint, operator: Token | None, opened: Token | None) -> Part:
        """[ "NOT" | "-" ] near"""
        start = self.cursor.peek().start
        before, negated = operator or opened, False
        if self.cursor.peek().joint is Joint.NOT:
            before, negated = self.cursor.take(), True
        bare_start = self.cursor.peek().start
        node = self._near(before)
        return Part(
            nodes.without(node) if negated else node, start, self.cursor.last_end(), joint, operator, bare_start
        )

    def _near(self, before: Token | None) -> nodes.Node:
        """item [ nearop item ]"""
        start = self.cursor.peek().start
        left = self._item(before)
        operator = self.cursor.peek()
        if operator.operator is None or operator.joint not in _DISTANCES:
            return left
        left = self._operand(left, start, operator)
        self.cursor.take()
        start = self.cursor.peek().start
        right = self._operand(self._item(operator), start, operator)
        if operator.joint in (Joint.SENTENCE, Joint.PARAGRAPH):
            return nodes.Same(left, right, operator.operator.scope)
        return nodes.Near(left, right, operator.operator.distance, operator.joint is Joint.ONEAR)

    def _operand(self, node: nodes.Node, start: int, operator: Token) -> nodes.Operand:
        end = self.cursor.last_end()
        if not nodes.is_operand(node):
            name = self._name(operator)
            shown = cited(self.cursor.text[start:end])
            what = f"{name} takes {_OPERANDS}; here stands {shown}"
            advice = ""
            if isinstance(node, nodes.ZoneField):
                advice = f"Write the field before the whole: {node.zone}:(… {self.cursor.typed(operator)} …)"
            raise QueryError(what, start, length=end - start, advice=advice)
        return node  # type: ignore[return-value]  # is_operand has looked

    def _name(self, operator: Token) -> str:
        return operator.joint.value if operator.joint else ""

    def _refuse_distance(self, token: Token, before: Part) -> None:
        if token.joint not in _DISTANCES:
            return
        name = self._name(token)
        if isinstance(before.node, nodes.Near | nodes.Same):
            pair = f"(a {name}/5 b) AND (b {name}/3 c)" if token.operator and token.operator.distance else ""
            advice = f"Write pairs and join them by AND, as in {pair or f'(a {name} b) AND (b {name} c)'}"
            what = f"{name} joins two words or phrases, and here stands a third"
            raise QueryError(what, token.start, length=token.length, advice=advice)
        what = (
            f"{name} takes {_OPERANDS} on both sides; here stands {cited(self.cursor.text[before.start : before.end])}"
        )
        raise QueryError(what, token.start, length=token.length)

    def _item(self, before: Token | None) -> nodes.Node:
        """word | phrase | "(" query ")" | atleast | capitals | field"""
        token = self.cursor.peek()
        if token.kind in (Kind.END, Kind.CLOSE, Kind.OPERATOR):
            raise self._nothing(token, before)
        self.cursor.take()
        if token.kind is Kind.OPEN:
            return self._group(token)
        if token.kind is Kind.ATLEAST:
            return self._atleast(token)
        if token.kind is Kind.CAPITALS:
            return self._capitals(token)
        if token.kind is Kind.FIELD:
            return self._field(token)
        return self._text(token)

    def _nothing(self, token: Token, before: Token | None) -> QueryError:
        if before is None or (before.kind is Kind.OPEN and token.kind is Kind.OPERATOR):
            return QueryError(self.cursor.typed(token), token.start, rest=" has nothing before it", length=token.length)
        if before.kind is Kind.OPEN:
            return QueryError("The parentheses", before.start, rest=" are empty")
        if token.kind is Kind.OPERATOR:
            what = f"{self.cursor.typed(before)} needs a word, a phrase or a group after it"
            what += f"; here stands {self.cursor.typed(token)}"
            return QueryError(what, token.start, length=token.length)
        return QueryError(self.cursor.typed(before), before.start, rest=" has nothing after it", length=before.length)

    def _group(self, opened: Token) -> nodes.Node:
        node = self.query(opened)
        self.cursor.take()
        return node

    def _text(self, token: Token) -> nodes.Node:
        """[ "=" ] word | [ "=" ] '"' words '"' [ "~" n ]"""
        found = self.cursor.leaf(token)
        assert found is not None, "the cursor passes over blank words"
        if not token.spread:
            return found
        if not isinstance(found, nodes.Phrase) or len(found.words) != 2:
            what = f"~{token.spread} takes a phrase of two words"
            advice = f"Write (a NEAR/{token.spread} b) AND (b NEAR/{token.spread} c) for more"
            raise QueryError(what, token.start, length=token.length, advice=advice)
        return nodes.Near(found.words[0], found.words[1], token.spread)

    def _atleast(self, token: Token) -> nodes.Node:
        """ATLEAST/n "(" query ")" """
        opened = self.cursor.take()
        node = self._group(opened)
        if not nodes.is_operand(node):
            end = self.cursor.last_end()
            what = f"ATLEAST takes {_OPERANDS}; here stands {cited(self.cursor.text[opened.start : end])}"
            raise QueryError(what, opened.start, length=end - opened.start)
        return nodes.AtLeast(token.count, node)  # type: ignore[arg-type]  # is_operand has looked

    def _capitals(self, token: Token) -> nodes.Node:
        """ALLCAPS "(" word ")" """
        opened, inner, closed = self.cursor.take(), self.cursor.take(), self.cursor.take()
        one = inner.kind in (Kind.WORD, Kind.PHRASE) and closed.kind is Kind.CLOSE and not inner.spread
        shown = f'="{inner.value}"' if inner.kind is Kind.PHRASE else f"={inner.value}"
        if token.value != "ALLCAPS":
            rest = f". Write {cited(shown)} for capitals exactly as typed" if one else ""
            raise QueryError(f"{token.value} is not read", token.start, rest=rest, length=token.length)
        found = words.leaf(inner.value.upper(), inner.value_start, exact=True) if one else None
        if found is None:
            what = "ALLCAPS takes one word or phrase, as in ALLCAPS(ICE)"
            raise QueryError(what, opened.start)
        self.cursor.count_term(inner)
        return found

    # ---- fields ----

    def _field(self, token: Token) -> nodes.Node:
        """name ":" ( word | phrase | group )"""
        if self.zone_field:
            shown = self.cursor.typed(token)
            what = f"{self.zone_field} takes words and phrases, without a field inside; here stands {shown}"
            raise QueryError(what, token.start, length=token.length)
        if fields.kind_of(token.value) is not fields.Kind.ZONE:
            return values.read(self.cursor, token)
        twice = token.value == fields.HEAD_AND_LEAD
        self.zone_field, self.cursor.weight = f"{token.value}:", 1 + twice
        child = self._zone_value(token)
        self.zone_field, self.cursor.weight = "", 1
        if twice:
            return nodes.either([nodes.ZoneField(Zone.TITLE, child), nodes.ZoneField(Zone.LEAD, child)])
        return nodes.ZoneField(Zone(token.value), child)

    def _zone_value(self, field: Token) -> nodes.Node:
        token = self.cursor.value()
        if token.kind in (Kind.END, Kind.CLOSE) or token.is_blank:
            shown = self.cursor.typed(field).removesuffix("…")
            raise QueryError(shown, field.start, rest=" has nothing after it", length=field.length)
        if token.kind in (Kind.WORD, Kind.PHRASE):
            return self._text(token)
        if token.kind is Kind.CAPITALS:
            return self._capitals(token)
        if token.kind is not Kind.OPEN:
            what = f"{self.zone_field} takes a word, a phrase or a group; here stands {self.cursor.typed(token)}"
            raise QueryError(what, token.start, length=token.length)
        child = self._group(token)
        if not nodes.is_positive(child):
            what = f"{self.zone_field} only says what to leave out"
            raise QueryError(what, token.start, rest=". Add a word that must be there")
        return child
