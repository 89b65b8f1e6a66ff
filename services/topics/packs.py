"""Topic packs: what a topic means, in a file that people review, with articles that must and must not match.

    name: rent-control
    title: Rent control
    description: Limits on rents, and evictions without cause.
    terms: ['"rent control"', 'rent* NEAR/3 cap*']        any of these queries
    exclusions: ['"car rental"']                          and none of these
    places: [California]                                  and, if given, any mention of these
    must_match: [...]                                     texts of articles, each read as an article is
    must_not_match: [...]

Text to pack and back; files are opened elsewhere. A query in a pack cannot name a topic, so packs never go in circles.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from services.articles.article import Article
from services.articles.zones import read_text
from services.errors import InvalidError
from services.queries.document import document
from services.queries.evaluate import Places, Verdict, evaluate
from services.queries.mistake import cited
from services.queries.parser import Lookups, parse
from services.queries.tree import And, Node, Not, Or, Topic, ZoneField, both, either, without
from services.topics.fields import Field, Fields, read_fields, write_fields

NAMED = ("name", "title", "description")
LISTED = ("terms", "exclusions", "places", "must_match", "must_not_match")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_NAME = 60
_NO_TOPICS = Lookups()


@dataclass(frozen=True, slots=True)
class Pack:
    """One topic. `tree` is what `topic:name` asks for; `words` is the same without its places."""

    name: str
    title: str
    description: str
    terms: tuple[str, ...]
    exclusions: tuple[str, ...]
    places: tuple[str, ...]
    must_match: tuple[str, ...]
    must_not_match: tuple[str, ...]
    tree: Node = field(repr=False)
    words: Node = field(repr=False)


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that came out otherwise than the pack says. `number` counts from 1 in its list."""

    pack: str
    listed: str
    number: int
    example: str
    verdict: Verdict

    def __str__(self) -> str:
        shown = " ".join(self.example.split())
        shown = shown if len(shown) <= 80 else shown[:79] + "…"
        if self.listed == "must_match":
            why = "does not match"
            causes = [leaf.inner or (leaf,) for leaf in self.verdict.missing]
            found = [one.clause for cause in causes for one in cause if one.present]
            why += f", because of {', '.join(found)}" if found else ""
        else:
            why = f"matches by {', '.join(dict.fromkeys(one.clause for one in self.verdict.evidence))}"
        return f"{self.pack}: {self.listed} {self.number} {why}: {shown}"


def read_pack(text: str, where: str, lookups: Lookups | None = None) -> Pack:
    """Read a pack from YAML; `where` names the file in errors. Raises `InvalidError` with file, line and field."""
    found = read_fields(text, where, NAMED, LISTED)
    name = found.text("name")
    if not _NAME.fullmatch(name.value) or len(name.value) > _LONGEST_NAME:
        message = f"A name has small letters, digits and hyphens, {_LONGEST_NAME} at most, such as rent-control"
        raise name.mistake(f'{message}; here stands "{cited(name.value)}"')
    terms = [_query(term, lookups) for term in found.texts("terms", least=1)]
    exclusions = [_query(term, lookups) for term in found.texts("exclusions")]
    places = [_place(place, lookups) for place in found.texts("places")]
    words = both([either(terms), *([without(either(exclusions))] if exclusions else [])])
    return Pack(
        name=name.value,
        title=found.text("title").value,
        description=found.text("description").value,
        **_lists(found),
        tree=both([words, either(places)]) if places else words,
        words=words,
    )


def _lists(found: Fields) -> dict[str, tuple[str, ...]]:
    return {name: tuple(one.value for one in found.texts(name)) for name in LISTED}


def write_pack(pack: Pack) -> str:
    """Write a pack as YAML; reading it gives the same pack, and writing that the same text."""
    named = {name: getattr(pack, name) for name in NAMED}
    listed = {name: list(getattr(pack, name)) for name in LISTED}
    return write_fields({**named, **{name: values for name, values in listed.items() if values}})


def trees(packs: Iterable[Pack]) -> dict[str, Node]:
    """Give what each topic asks for, by name, as evaluation takes it. Raises `InvalidError` for a name used twice."""
    found: dict[str, Node] = {}
    for pack in packs:
        if pack.name in found:
            raise InvalidError(f'Two topic packs are called "{pack.name}"', field="name")
        found[pack.name] = pack.tree
    return found


def check(pack: Pack, places_of: Callable[[Article], Places] | None = None) -> list[Failure]:
    """Run a pack's examples. Without `places_of` its places are left aside."""
    failures = []
    for listed, wanted in (("must_match", True), ("must_not_match", False)):
        for number, example in enumerate(getattr(pack, listed), start=1):
            verdict = _try(pack, example, places_of)
            if verdict.matched is not wanted:
                failures.append(Failure(pack.name, listed, number, example, verdict))
    return failures


def _try(pack: Pack, example: str, places_of: Callable[[Article], Places] | None) -> Verdict:
    article = read_text(example)
    tree, places = (pack.words, None) if places_of is None else (pack.tree, places_of(article))
    topics: Mapping[str, Node] = {}
    return evaluate(tree, document(article), topics, places)


def _query(term: Field, lookups: Lookups | None) -> Node:
    try:
        tree = parse(term.value, lookups).tree
    except InvalidError as error:
        raise term.mistake(f"{error.message}, in {term.value}", advice=error.advice) from error
    if names_topic(tree):
        raise term.mistake(f"A query in a pack cannot name another topic, in {term.value}")
    return tree


def _place(place: Field, lookups: Lookups | None) -> Node:
    if '"' in place.value:
        raise place.mistake(f"A place's name has no quotation marks; here stands {place.value}")
    try:
        return parse(f'place:"{place.value}"', lookups).tree
    except InvalidError as error:
        raise place.mistake(f"{error.message}, in {place.value}", advice=error.advice) from error


def names_topic(tree: Node) -> bool:
    """Whether a topic stands in the query."""
    if isinstance(tree, And | Or):
        return any(names_topic(child) for child in tree.children)
    if isinstance(tree, Not | ZoneField):
        return names_topic(tree.child)
    return isinstance(tree, Topic)
