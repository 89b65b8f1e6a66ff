"""`tocsin match`: whether articles match a query, and why, with no server and no database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import evidence, files, terminal
from services.cli.check import Query, read
from services.cli.failure import DONE, MISTAKE, NO
from services.cli.options import AsJson, Home
from services.cli.terminal import BAD, GOOD, WIDTH, Screen, bold, dim

if TYPE_CHECKING:
    from services.queries.evaluate import Verdict
    from services.queries.parser import Parsed


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict on one article of a file."""

    file: str
    title: str
    verdict: Verdict


def match(
    query: Query,
    names: Annotated[
        list[str], typer.Argument(metavar="FILE…", help="Text, HTML page or feed; - is what is piped in.")
    ],
    *,
    home: Home = None,
    as_json: AsJson = False,
) -> int:
    """Say which files match a query, and why. Exit code 0: one matched, 1: none, 2: a mistake."""
    parsed = read(query, as_json=as_json)
    if parsed is None:
        return MISTAKE
    at_home = files.home(home)
    screen = terminal.out()
    answers: list[Answer | files.Refused] = []
    for one in files.read_all(names):
        if isinstance(one, files.Refused):
            answers.append(one)
            screen.flush()
            files.tell_refused(one)
            continue
        answer = _judge(parsed, one, at_home)
        if not as_json:
            _show(screen, answer, many=len(names) > 1, first=not answers)
        answers.append(answer)
    matched = any(isinstance(answer, Answer) and answer.verdict.matched for answer in answers)
    if as_json:
        found = [_object(answer) for answer in answers]
        screen.json({"query": parsed.text, "notes": list(parsed.notes), "files": found, "matched": matched})
    if any(isinstance(answer, files.Refused) for answer in answers):
        return MISTAKE
    return DONE if matched else NO


def _judge(parsed: Parsed, one: files.Read, home: str | None) -> Answer:
    from services.queries.document import document
    from services.queries.evaluate import evaluate
    from services.reading import places_asked
    from services.store.packs import shipped

    verdict = evaluate(parsed.tree, document(one.article), shipped().trees, places_asked(one.article, home))
    return Answer(one.file, one.title, verdict)


def _show(screen: Screen, answer: Answer, *, many: bool, first: bool) -> None:
    verdict = answer.verdict
    if not first:
        screen.line()
    if verdict.matched:
        screen.line(GOOD, " matches   ", bold(screen.cut(answer.title, WIDTH - 12)))
    else:
        screen.line(BAD, " does not match   ", bold(screen.cut(answer.title, WIDTH - 19)))
    if many:
        screen.line("  ", dim(answer.file))
    screen.line()
    evidence.true_leaves(screen, verdict.evidence)
    for leaf in verdict.missing:
        evidence.deciding_leaf(screen, leaf)
    evidence.ignored(screen, verdict.ignored)


def _object(answer: Answer | files.Refused) -> dict[str, Any]:  # Any: JSON
    if isinstance(answer, files.Refused):
        return {"file": answer.file, "error": {"message": answer.error.message, "advice": answer.error.advice}}
    from services.queries import as_json

    return {"file": answer.file, "title": answer.title, **as_json.verdict(answer.verdict)}
