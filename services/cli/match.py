"""`tocsin match`: whether articles match a query, and why, with no server and no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import files, terminal
from services.cli.check import Query, read
from services.cli.failure import DONE, MISTAKE, NO
from services.cli.options import AsJson
from services.cli.passages import passage, place
from services.cli.terminal import BAD, GOOD, NOT_COUNTED, WIDTH, Screen, bold, dim

if TYPE_CHECKING:
    from services.queries.evaluate import Evidence, Missing, Verdict
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
    as_json: AsJson = False,
) -> int:
    """Say which files match a query, and why. Exit code 0: one matched, 1: none, 2: a mistake."""
    parsed = read(query, as_json=as_json)
    if parsed is None:
        return MISTAKE
    screen = terminal.out()
    answers: list[Answer | files.Refused] = []
    for one in files.read_all(names):
        if isinstance(one, files.Refused):
            answers.append(one)
            screen.flush()
            files.tell_refused(one)
            continue
        answer = _judge(parsed, one)
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


def _judge(parsed: Parsed, one: files.Read) -> Answer:
    from services.queries.document import document
    from services.queries.evaluate import evaluate
    from services.store.packs import shipped

    verdict = evaluate(parsed.tree, document(one.article), shipped().trees)
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
    _evidence(screen, verdict.evidence)
    for leaf in verdict.missing:
        _missing(screen, leaf)
    if verdict.ignored:
        screen.line("  ", NOT_COUNTED, " ignored")
        for one in verdict.ignored:
            _passage(screen, one)


def _evidence(screen: Screen, evidence: Sequence[Evidence]) -> None:
    told = ""
    for one in evidence:
        if one.clause != told:
            screen.line("  ", GOOD, " ", one.clause)
            told = one.clause
        _passage(screen, one)


def _missing(screen: Screen, leaf: Missing) -> None:
    screen.line("  ", BAD, " ", leaf.clause)
    if leaf.count:
        screen.line("      ", f"found {leaf.count} times, which is too few" if leaf.count > 1 else "found once")
    elif leaf.present:
        screen.line("      ", dim("stands in the article and must not"))
    else:
        screen.line("      ", dim("is not in the article"))
    for one in leaf.evidence:
        _passage(screen, one)
    for inner in leaf.inner:
        for one in inner.evidence:
            _passage(screen, one)


def _passage(screen: Screen, one: Evidence) -> None:
    if one.sentence:
        screen.line("      ", *passage(screen, place(one.zone, one.sentence_number), one.sentence, one.marks))
    said = one.how or ("" if one.sentence else ", ".join(one.words))
    if said:
        screen.line("      ", dim(screen.cut(said, WIDTH - 6)))


def _object(answer: Answer | files.Refused) -> dict[str, Any]:  # Any: JSON
    if isinstance(answer, files.Refused):
        return {"file": answer.file, "error": {"message": answer.error.message, "advice": answer.error.advice}}
    verdict = answer.verdict
    return {
        "file": answer.file, "title": answer.title, "matched": verdict.matched,
        "evidence": [_evidence_object(one) for one in verdict.evidence],
        "missing": [_missing_object(leaf) for leaf in verdict.missing],
        "ignored": [_evidence_object(one) for one in verdict.ignored],
    }  # fmt: skip


def _evidence_object(one: Evidence) -> dict[str, Any]:  # Any: JSON
    return {
        "clause": one.clause, "inner": one.inner or None, "zone": one.zone, "sentence": one.sentence,
        "sentence_number": one.sentence_number or None, "start": one.start, "end": one.end,
        "marks": [list(mark) for mark in one.marks], "words": list(one.words), "how": one.how or None,
    }  # fmt: skip


def _missing_object(leaf: Missing) -> dict[str, Any]:  # Any: JSON
    return {
        "clause": leaf.clause, "present": leaf.present, "count": leaf.count,
        "evidence": [_evidence_object(one) for one in leaf.evidence],
        "inner": [_missing_object(one) for one in leaf.inner],
    }  # fmt: skip
