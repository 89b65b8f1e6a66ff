"""Queries and documents over the whole language, from a seed: for the laws of parsing, evaluating and the engine.

The vocabulary is small and its words are kin (city, cities, City), so that about half of all queries match.

    rng = random.Random(seed); tree = query(rng); text = spelled(tree, rng); seen = document(rng)
"""

from __future__ import annotations

from random import Random

from services.articles.article import Article, Passage, Zone
from services.queries import document as documents
from services.queries import tree as nodes
from services.queries.canonical import to_text
from services.queries.mixing import leaves_out
from services.queries.words import leaf

WORDS = (
    "city", "cities", "City", "CITY", "sanctuary", "Sanctuary", "ICE", "ice", "Ice", "policy", "policies", "warrant",
    "warrants", "warranted", "detain", "detainer", "detainers", "woman", "women", "AT&T", "mayor", "mayor’s", "rent",
    "rents", "control", "controlled", "the", "of", "a", "ley", "leyes", "jurisdicción", "jurisdiccion", "straße", "287",
)  # fmt: skip
JOINED = ("drive-by", "Sanctuary-City", "city/county", "287(g)", "rent-control", "l’immigration")
WILD = ("sanct*", "cit*", "warrant*", "detain*", "wom?n", "c?ty", "poli*", "contr*", "?ce", "warr?nt*")
NAMES = ("Sierra Wire", "Inland Courier", "Wire", "Courier of Ojai")
AUTHORS = ("Ana Ruiz", "Lee O’Brien", "Ruiz")
HOSTS = ("example.org", "news.example.org", "www.example.com", "example.com")
LANGUAGES = ("en", "es", "de")
TOPICS = ("sanctuary-city", "housing")
PLACES = ("California", "Chicago, IL", "San Bernardino County, CA")
_SEARCHED = (Zone.TITLE, Zone.LEAD, Zone.BODY)


# ---- queries ----


def query(rng: Random, depth: int = 3) -> nodes.Node:
    """Give a tree that the parser could have made."""
    while True:
        tree = _node(rng, depth)
        if nodes.is_positive(tree):
            return tree


def topics(rng: Random) -> dict[str, nodes.Node]:
    """Give trees for the topics that queries name, sometimes with one left out."""
    return {name: worded(rng, 2) for name in TOPICS if rng.random() < 0.9}


def worded(rng: Random, depth: int = 2) -> nodes.Node:
    """Give a tree of words, phrases and what joins them, without a field."""
    while True:
        tree = _node(rng, depth, fields=False)
        if nodes.is_positive(tree):
            return tree


def text(rng: Random) -> nodes.Text:
    """Give a term, wildcard or phrase."""
    kind = rng.random()
    if kind < 0.5:
        return _leaf(rng.choice(WORDS), exact=rng.random() < 0.15)
    if kind < 0.65:
        return _leaf(rng.choice(WILD))
    if kind < 0.75:
        return _leaf(rng.choice(JOINED), exact=rng.random() < 0.2)
    exact = rng.random() < 0.15
    words = [rng.choice(WORDS if exact or rng.random() < 0.8 else WILD) for _ in range(rng.choice((2, 2, 2, 3, 4)))]
    return _leaf(" ".join(words), exact=exact)


def operand(rng: Random) -> nodes.Operand:
    """Give an operand of NEAR, SENT, PARA or ATLEAST."""
    found = text(rng) if rng.random() < 0.7 else nodes.either([text(rng) for _ in range(rng.choice((2, 3)))])
    assert nodes.is_operand(found)
    return found  # type: ignore[return-value]  # is_operand has looked


def _leaf(typed: str, *, exact: bool = False) -> nodes.Text:
    found = leaf(typed, 0, exact=exact)
    assert found is not None
    return found


def _node(rng: Random, depth: int, *, fields: bool = True) -> nodes.Node:
    kind = rng.random()
    if depth == 0 or kind < 0.3:
        return _single(rng, fields=fields)
    if kind < 0.6:
        parts = [_node(rng, depth - 1, fields=fields) for _ in range(rng.choice((2, 2, 3)))]
        return nodes.both([nodes.without(part) if rng.random() < 0.2 else part for part in parts])
    if kind < 0.9 or not fields:
        parts = [_node(rng, depth - 1, fields=fields) for _ in range(rng.choice((2, 2, 3, 4)))]
        parts = [part for part in parts if not leaves_out(part)]
        return nodes.either(parts or [text(rng)])
    if kind < 0.95:
        return nodes.without(_node(rng, depth - 1))
    return nodes.ZoneField(rng.choice(list(Zone)), worded(rng, depth - 1))


def _single(rng: Random, *, fields: bool) -> nodes.Node:
    kind = rng.random()
    if kind < 0.55:
        return text(rng)
    if kind < 0.7:
        return nodes.Near(operand(rng), operand(rng), rng.choice((1, 1, 2, 3, 5, 10, 40)), rng.random() < 0.4)
    if kind < 0.77:
        return nodes.Same(operand(rng), operand(rng), rng.choice(list(nodes.Scope)))
    if kind < 0.82:
        return nodes.AtLeast(rng.choice((1, 2, 2, 3, 5)), operand(rng))
    return _fielded(rng) if fields else text(rng)


def _fielded(rng: Random) -> nodes.Node:
    kind = rng.randrange(8)
    if kind == 0:
        return nodes.ZoneField(rng.choice(list(Zone)), text(rng))
    if kind == 1:
        return nodes.Topic(rng.choice(TOPICS))
    if kind == 2:
        flags = rng.random() < 0.3, rng.random() < 0.2
        return nodes.Place(rng.choice(list(nodes.PlaceKind)), rng.choice(PLACES), *flags)
    if kind == 3:
        name = rng.choice(NAMES)
        return nodes.Source(tuple(name.lower().split()), name)
    if kind == 4:
        name = rng.choice(AUTHORS)
        return nodes.Author(tuple(name.lower().replace("’", "'").split()), name)
    if kind == 5:
        return nodes.Site(rng.choice(HOSTS).removeprefix("www."))
    if kind == 6:
        return nodes.Lang(rng.choice(LANGUAGES))
    return nodes.Length(rng.choice((3, 20, 40)), rng.random() < 0.5)


# ---- other spellings ----


def spelled(tree: nodes.Node, rng: Random) -> str:
    """Write a tree in another of the spellings that are read as it."""
    if isinstance(tree, nodes.Or):
        return rng.choice((" OR ", " | ", " |", "|", "\n OR\t")).join(_within(child, rng) for child in tree.children)
    if isinstance(tree, nodes.And):
        return "".join(_conjunct(child, rng, first=child is tree.children[0]) for child in tree.children)
    return _within(tree, rng)


def _conjunct(node: nodes.Node, rng: Random, *, first: bool) -> str:
    if isinstance(node, nodes.Not):
        sign = rng.choice(("NOT ", "-", "!", "–" if _begins_with_letter(node.child) else "-"))
        if sign != "NOT " or first:
            return f"{'' if first else ' '}{sign}{_within(node.child, rng)}"
        return f"{rng.choice((' ', ' AND '))}NOT {_within(node.child, rng)}"
    return ("" if first else rng.choice((" ", " AND ", " + ", " & ", "  ", " +"))) + _within(node, rng)


def _begins_with_letter(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Term | nodes.Topic | nodes.Place)


def _within(node: nodes.Node, rng: Random) -> str:
    if isinstance(node, nodes.And | nodes.Or):
        return f"({spelled(node, rng)})"
    if isinstance(node, nodes.Near):
        return _pair(node, rng)
    if isinstance(node, nodes.Same):
        names = ("SENT", "W/S") if node.scope is nodes.Scope.SENTENCE else ("PARA", "W/P", "SAME")
        return f"{_within(node.left, rng)} {rng.choice(names)} {_within(node.right, rng)}"
    if isinstance(node, nodes.AtLeast):
        return rng.choice(("ATLEAST/{}({})", "ATLEAST{}({})", "ATL{} ({})")).format(
            node.count, spelled(node.child, rng)
        )
    if isinstance(node, nodes.ZoneField):
        titles = ("title", "intitle", "headline", "Title")
        name = rng.choice(titles) if node.zone is Zone.TITLE else node.zone.value
        inner = to_text(node.child) if isinstance(node.child, nodes.Text) else f"({spelled(node.child, rng)})"
        return f"{name}:{inner}"
    if isinstance(node, nodes.Not):
        return f"({rng.choice(('NOT ', '-'))}{_within(node.child, rng)})"
    return _single_spelled(node, rng)


def _single_spelled(node: nodes.Node, rng: Random) -> str:
    printed = to_text(node)
    if isinstance(node, nodes.Place) and '"' not in printed:
        field, _, name = printed.partition(":")
        return f'{field}:"{name}"'  # a name and a capital after it would be refused
    if isinstance(node, nodes.Topic) and rng.random() < 0.5:
        return f"@{node.name}"
    if isinstance(node, nodes.Phrase | nodes.Place) and rng.random() < 0.5:
        return printed.replace('"', "“", 1).replace('"', "”", 1)
    if isinstance(node, nodes.Term) and not node.exact and rng.random() < 0.2:
        return f'"{printed.strip(chr(34))}"'
    if isinstance(node, nodes.Wildcard) and printed.endswith("*") and rng.random() < 0.3:
        return printed[:-1] + "!"
    return f"({printed})" if rng.random() < 0.1 else printed


def _pair(node: nodes.Near, rng: Random) -> str:
    near = ("ONEAR/{}", "PRE/{}", "ADJ{}", "ONEAR{}") if node.ordered else ("NEAR/{}", "W/{}", "NEAR{}")
    plain = [word for side in (node.left, node.right) for word in nodes.texts(side)]
    two_terms = len(plain) == 2 and all(isinstance(word, nodes.Term) and not word.exact for word in plain)
    if two_terms and not node.ordered and rng.random() < 0.3:
        left, right = (to_text(word).strip('"') for word in plain)
        return f'"{left} {right}"~{node.distance}'
    operator = rng.choice(near).format(node.distance)
    return f"{_within(node.left, rng)} {operator} {_within(node.right, rng)}"


# ---- documents ----


def article(rng: Random) -> Article:
    """Give an article with any of the zones, cut by hand."""
    whole, passages = "", []
    for zone in _zones(rng):
        if whole:
            whole += "\n\n"
        passage = _paragraph(rng)
        passages.append(Passage(zone, len(whole), len(whole) + len(passage)))
        whole += passage
    return Article(
        text=whole,
        passages=passages,
        title=_sentence(rng) if rng.random() < 0.6 else None,
        language=rng.choice(LANGUAGES[:2] if rng.random() < 0.9 else LANGUAGES),
        url=f"https://{rng.choice(HOSTS)}/story" if rng.random() < 0.7 else None,
        source=rng.choice((*NAMES, "")),
        authors=tuple(rng.sample(AUTHORS, rng.randrange(3))),
    )


def document(rng: Random) -> documents.Document:
    """Give a document."""
    return documents.document(article(rng))


def _zones(rng: Random) -> list[Zone]:
    body = [rng.choice((Zone.BODY, Zone.BODY, Zone.BODY, Zone.TEASER, Zone.CAPTION)) for _ in range(rng.randrange(5))]
    dateline = [Zone.DATELINE] if rng.random() < 0.3 else []
    return [*dateline, Zone.LEAD, *body]


def _paragraph(rng: Random) -> str:
    return " ".join(_sentence(rng) + rng.choice((".", ".", "!", "?”", "")) for _ in range(rng.choice((1, 1, 2, 3))))


def _sentence(rng: Random) -> str:
    words = [rng.choice(JOINED if rng.random() < 0.08 else WORDS) for _ in range(rng.randrange(1, 9))]
    return " ".join(word + rng.choice(("", "", "", "", ",", " —", "’s")) for word in words)
