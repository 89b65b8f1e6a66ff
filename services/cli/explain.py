"""`tocsin explain`: a query on one article, leaf by leaf, with no server and no database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import evidence, files, terminal
from services.cli.check import Query, read
from services.cli.failure import DONE, MISTAKE, NO
from services.cli.options import AsJson, Home
from services.cli.terminal import BAD, GOOD, WIDTH, Screen, bold
from services.errors import InvalidError

if TYPE_CHECKING:
    from services.rules.explain import Explanation


def explain(
    query: Query,
    name: Annotated[str, typer.Argument(metavar="FILE", help="Text or HTML page; - is what is piped in.")],
    *,
    home: Home = None,
    as_json: AsJson = False,
) -> int:
    """Say why an article matches a query or does not, leaf by leaf. Exit code 0: it matches, 1: it does not."""
    from services.queries.document import document
    from services.reading import places_asked
    from services.rules import explain as rules
    from services.store.packs import shipped

    parsed = read(query, as_json=as_json)
    if parsed is None:
        return MISTAKE
    found = list(files.read_all([name]))
    one = found[0]
    if isinstance(one, files.Refused):
        files.tell_refused(one)
        return MISTAKE
    if len(found) > 1:
        raise InvalidError(f"{name} has {len(found)} articles; one is expected. Run: tocsin match QUERY {name}")
    places = places_asked(one.article, files.home(home))
    explained = rules.explain(parsed.tree, document(one.article), shipped().trees, places)
    screen = terminal.out()
    if as_json:
        screen.json({"query": parsed.text, "file": one.file, "title": one.title, **rules.to_json(explained)})
    else:
        show(screen, one.title, parsed.text, explained)
    return DONE if explained.matched else NO


def show(screen: Screen, title: str, query: str, explained: Explanation) -> None:
    """Write an explanation: the verdict, each part of the query, then each leaf with its passages."""
    said = " matches   " if explained.matched else " does not match   "
    screen.line(GOOD if explained.matched else BAD, said, bold(screen.cut(title, WIDTH - 2 - len(said))))
    screen.line("  ", query)
    if len(explained.parts) > 1:
        screen.line()
        screen.line("One of these is enough:" if explained.any_part else "All of these must hold:")
        for part in explained.parts:
            screen.line("  ", GOOD if part.holds else BAD, " ", part.clause)
    verdict = explained.verdict
    if verdict.evidence:
        screen.line()
        screen.line("True:")
        evidence.true_leaves(screen, verdict.evidence, spans=True)
    if verdict.missing:
        screen.line()
        screen.line("Decided by:")
    for leaf in verdict.missing:
        evidence.deciding_leaf(screen, leaf, spans=True)
    if verdict.ignored:
        screen.line()
        screen.line("In zones that do not count:")
        evidence.ignored(screen, verdict.ignored, spans=True)
