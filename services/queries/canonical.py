"""A tree as text: the canonical text, which is stored and shown, and the rule key, which equal queries share.

The canonical text keeps the writer's order and words. `parse(to_text(tree))` gives the same tree. The rule key sorts
what may be sorted and uses the forms that are compared, so that `Rent control` and `control RENT` are one rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from services.queries import operators
from services.queries import tree as nodes
from services.queries.mistake import QueryError
from services.text import cut, fold

_BARE = re.compile("\\w(?:\\w|['’&*?\u200c\u200d])*|\\?(?:\\w|[*?])+")
_FIELDED = (nodes.Source, nodes.Author, nodes.Site, nodes.Lang, nodes.Length, nodes.Topic, nodes.Place)


def to_text(tree: nodes.Node) -> str:
    """Print a tree as canonical text."""
    if isinstance(tree, nodes.Or):
        return _grouped(tree) or " OR ".join(_inner(child) for child in tree.children)
    if isinstance(tree, nodes.And):
        return _joined(tree.children)
    return _inner(tree)


def rule_key(tree: nodes.Node) -> str:
    """Give the text that two queries share when they ask for the same, whatever their order and spelling."""
    if isinstance(tree, nodes.And | nodes.Or):
        sign = "&" if isinstance(tree, nodes.And) else "|"
        return f"({sign} {' '.join(sorted(rule_key(child) for child in tree.children))})"
    if isinstance(tree, nodes.Not):
        return f"(- {rule_key(tree.child)})"
    if isinstance(tree, nodes.Near | nodes.Same):
        return _pair_key(tree)
    if isinstance(tree, nodes.AtLeast):
        return f"({tree.count}+ {rule_key(tree.child)})"
    if isinstance(tree, nodes.ZoneField):
        return f"({tree.zone}: {rule_key(tree.child)})"
    return _leaf_key(tree)


# ---- canonical text ----


def _joined(children: Iterable[nodes.Node]) -> str:
    text = ""
    for child in children:
        joint = "" if not text else " " if isinstance(child, nodes.Not) else " AND "
        text += joint + _inner(child)
    return text


def _inner(node: nodes.Node) -> str:
    """Print a node as it stands within another: with parentheses where it needs them."""
    if isinstance(node, nodes.Text):
        return _text(node)
    if isinstance(node, _FIELDED):
        return ":".join(_field(node))
    if isinstance(node, nodes.Or):
        return _grouped(node) or f"({to_text(node)})"
    return f"({to_text(node)})" if isinstance(node, nodes.And) else _operated(node)


def _operated(node: nodes.Not | nodes.Near | nodes.Same | nodes.AtLeast | nodes.ZoneField) -> str:
    if isinstance(node, nodes.Not):
        return f"NOT {_inner(node.child)}"
    if isinstance(node, nodes.Near | nodes.Same):
        return f"{_inner(node.left)} {_operator(node)} {_inner(node.right)}"
    if isinstance(node, nodes.AtLeast):
        return f"ATLEAST/{node.count}({to_text(node.child)})"
    return _zone_field(node)


def _zone_field(node: nodes.ZoneField) -> str:
    if isinstance(node.child, nodes.Text):
        return f"{node.zone}:{_text(node.child)}"
    return f"{node.zone}:({to_text(node.child)})"


def _operator(node: nodes.Near | nodes.Same) -> str:
    if isinstance(node, nodes.Same):
        return node.scope.value
    return f"{'ONEAR' if node.ordered else 'NEAR'}/{node.distance}"


def _grouped(node: nodes.Or) -> str:
    """Print values of one field as `source:(a OR b)`; empty when the children are something else."""
    pairs = [_field(child) for child in node.children if isinstance(child, _FIELDED)]
    if len(pairs) < len(node.children) or len({field for field, _ in pairs}) > 1:
        return ""
    return f"{pairs[0][0]}:({' OR '.join(value for _, value in pairs)})"


def _text(leaf: nodes.Text) -> str:
    if isinstance(leaf, nodes.Phrase):
        typed = leaf.typed or " ".join(_shown(word) for word in leaf.words)
        return f'{"=" * leaf.exact}"{typed}"'
    equals = "=" * (isinstance(leaf, nodes.Term) and leaf.exact)
    typed = _shown(leaf)
    return f"{equals}{typed}" if equals or _is_bare(typed) else f'"{typed}"'


def _shown(word: nodes.Term | nodes.Wildcard) -> str:
    return word.typed or (word.pattern if isinstance(word, nodes.Wildcard) else word.form)


def _is_bare(typed: str) -> bool:
    """Whether a word can stand without quotation marks: it is no operator and has no sign that is read as one."""
    if not _BARE.fullmatch(typed) or operators.lower_case_note(typed):
        return False
    try:
        return operators.read(typed, 0) is None
    except QueryError:
        return False


def _field(node: nodes.Node) -> tuple[str, str]:
    """Give a field's name, with its `~`, and its value as printed."""
    if isinstance(node, nodes.Place):
        value = f'="{node.name}"' if node.exact else _quoted(node.name)
        return node.kind.value + "~" * node.ambiguous, value
    if isinstance(node, nodes.Source | nodes.Author):
        return ("source" if isinstance(node, nodes.Source) else "author"), _quoted(node.typed or " ".join(node.words))
    if isinstance(node, nodes.Site):
        return "site", node.host
    if isinstance(node, nodes.Lang):
        return "lang", node.code
    if isinstance(node, nodes.Length):
        return "words", f"{'<' if node.below else '>'}{node.words}"
    assert isinstance(node, nodes.Topic)
    return "topic", node.name


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"\w+", name) and len(cut(name)) == 1 and _is_bare(name) else f'"{name}"'


# ---- rule key ----


def _pair_key(node: nodes.Near | nodes.Same) -> str:
    sides = [rule_key(node.left), rule_key(node.right)]
    if isinstance(node, nodes.Same) or not node.ordered:
        sides.sort()
    return f"({_operator(node)} {' '.join(sides)})"


def _leaf_key(node: nodes.Node) -> str:
    if isinstance(node, nodes.Term):
        return f'{"=" * node.exact}"{node.form}"'
    if isinstance(node, nodes.Wildcard):
        return f'*"{node.pattern}"'
    if isinstance(node, nodes.Phrase):
        return f"[{' '.join(_leaf_key(word) for word in node.words)}]"
    if isinstance(node, nodes.Source | nodes.Author):
        return f'{_field(node)[0]}:"{" ".join(node.words)}"'
    if isinstance(node, nodes.Place):
        flags = "=" * node.exact + "~" * node.ambiguous
        name = node.division or " ".join(fold(word) for word in node.name.split())
        return f'{node.kind}{flags}:"{name}"'
    field, value = _field(node)
    return f'{field}:"{value}"'
