"""A query as a sentence, for those who do not read operators: what an article must say to be told.

    "sanctuary city" AND (California OR Chicago) NOT animal*
    says “sanctuary city”, says “California” or “Chicago”, and does not say a word that begins with “animal”

It says what the tree says and nothing else: two trees that differ give two sentences unless they mean the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.queries import tree as nodes

_SAID = (nodes.Term, nodes.Wildcard, nodes.Phrase)


def sentence(tree: nodes.Node) -> str:
    """Say what an article must be to meet the query, as a sentence."""
    return f"An article is told if it {_clause(tree)}."


def _clause(node: nodes.Node) -> str:
    """Give a node as what stands after "it"."""
    if isinstance(node, nodes.And):
        return _listed([_part(child) for child in node.children], "and")
    if isinstance(node, nodes.Or):
        if all(isinstance(child, _SAID) for child in node.children):
            return f"says {_any(node)}"
        return "either " + _listed([_part(child) for child in node.children], "or")
    if isinstance(node, nodes.Not):
        return _denied(node.child)
    if isinstance(node, nodes.ZoneField):
        return f"in its {node.zone.value} {_clause(node.child)}"
    return _held(node)


def _part(node: nodes.Node) -> str:
    """Give a node within a list: a list within a list in parentheses, so that it is read as one."""
    words = isinstance(node, nodes.Or) and all(isinstance(one, _SAID) for one in node.children)
    listed = isinstance(node, nodes.And | nodes.Or) and not words
    return f"({_clause(node)})" if listed else _clause(node)


def _denied(node: nodes.Node) -> str:
    if isinstance(node, _SAID) or (isinstance(node, nodes.Or) and all(isinstance(one, _SAID) for one in node.children)):
        return f"does not say {_any(node)}"
    return (
        f"not ({_clause(node)})"
        if isinstance(node, nodes.And | nodes.Or | nodes.ZoneField)
        else _held(node, denied=True)
    )


def _held(node: nodes.Node, *, denied: bool = False) -> str:
    """Give a leaf, or words that stand together."""
    verb, rest = _verb_and_rest(node)
    if not denied:
        return f"{verb} {rest}"
    return f"is not {rest}" if verb == "is" else f"does not {verb.removesuffix('s')} {rest}"


def _verb_and_rest(node: nodes.Node) -> tuple[str, str]:
    if isinstance(node, nodes.Near):
        order = "before" if node.ordered else "from"
        far = "1 word" if node.distance == 1 else f"{node.distance} words"
        return "says", f"{_any(node.left)} at most {far} {order} {_any(node.right)}"
    if isinstance(node, nodes.Same):
        where = "sentence" if node.scope is nodes.Scope.SENTENCE else "paragraph"
        return "says", f"{_any(node.left)} and {_any(node.right)} in one {where}"
    if isinstance(node, nodes.AtLeast):
        return "says", f"{_any(node.child)} at least {node.count} times"
    if isinstance(node, nodes.Place):
        return _place(node)
    if isinstance(node, nodes.Topic):
        return "is", f"on the topic “{node.name}”"
    if isinstance(node, nodes.Source | nodes.Author):
        said = node.typed or " ".join(node.words)
        return "is", f"from the source “{said}”" if isinstance(node, nodes.Source) else f"by “{said}”"
    if isinstance(node, nodes.Site):
        return "is", f"on the site {node.host}"
    if isinstance(node, nodes.Lang):
        return "is", f"in the language “{node.code}”"
    if isinstance(node, nodes.Length):
        return "is", f"{'shorter' if node.below else 'longer'} than {node.words:,} words"
    return "says", _any(node)


def _place(node: nodes.Place) -> tuple[str, str]:
    within = " itself, not what lies within it" if node.exact else " or a place within it"
    unsure = ", unsure mentions too" if node.ambiguous else ""
    if node.kind is nodes.PlaceKind.GOVERNMENT:
        return "names", f"the government of {node.name}{within if node.exact else ''}{unsure}"
    return ("is", f"about {node.name}{within}{unsure}") if node.kind is nodes.PlaceKind.ABOUT else (
        "mentions", f"{node.name}{within}{unsure}"
    )  # fmt: skip


def _any(node: nodes.Node) -> str:
    if isinstance(node, nodes.Or):
        return _listed([_word(child) for child in node.children], "or")
    return _word(node)


def _word(node: nodes.Node) -> str:
    if isinstance(node, nodes.Phrase):
        said = node.typed or " ".join(one.typed or _bare(one) for one in node.words)
        return f"“{said}”" + (" exactly as written" if node.exact else "")
    if isinstance(node, nodes.Wildcard):
        return f"a word that begins with “{node.pattern[:-1]}”" if _is_start(node) else f"a word like “{node.pattern}”"
    assert isinstance(node, nodes.Term)
    return f"“{node.typed or node.form}”" + (" exactly as written" if node.exact else "")


def _bare(word: nodes.Term | nodes.Wildcard) -> str:
    return word.pattern if isinstance(word, nodes.Wildcard) else word.form


def _is_start(word: nodes.Wildcard) -> bool:
    return word.pattern.endswith("*") and not set(word.pattern[:-1]) & {"?", "*"}


def _listed(parts: Sequence[str], joint: str) -> str:
    """Join parts with commas; the last one with the joint, after a comma where there are three or a part has one."""
    if len(parts) == 1:
        return parts[0]
    comma = "," if len(parts) > 2 or any("," in part or " or " in part for part in parts) else ""
    return f"{', '.join(parts[:-1])}{comma} {joint} {parts[-1]}"
