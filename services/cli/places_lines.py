"""`tocsin places --jsonl`: a line of JSON in, a line of JSON out, in order, each as soon as it is understood.

    in   {"id": …, "text": "…", "home"?: "US-CA", "source"?: "a name"}
    out  {"id", "mentions": [{start, end, text, division, name, type, lat, lon, ambiguous, evidence}],
          "states", "counties", "about"}

With a source and no home, the home is learned from that source's earlier lines. Teasers and credits in the text are not
read, as in the product. A line that cannot be read is told on stderr with its number, and the others go on.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

from services.cli import terminal
from services.cli.failure import DONE, MISTAKE
from services.cli.places import as_object
from services.cli.terminal import BAD, LOOK
from services.errors import InvalidError
from services.places.home import HomeLearner

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.places.gazetteer import Gazetteer

_FIELDS = ("id", "text", "home", "source")
_TELL_EVERY = 25  # lines


def answer_lines(gazetteer: Gazetteer, lines: BinaryIO, home: str | None) -> int:
    """Answer every line. `home` stands for lines that have neither home nor source."""
    learners: dict[str, HomeLearner] = {}
    refused = 0
    with _progress() as progress:
        for number, line in enumerate(lines, 1):
            if number % _TELL_EVERY == 0:
                progress(number)
            if not line.strip():
                continue
            try:
                answer = _answer(gazetteer, _read(line), learners, home, number)
            except InvalidError as error:
                refused += 1
                terminal.err().line(BAD, f" line {number}: {error.message}")
                continue
            sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
            sys.stdout.flush()
    return MISTAKE if refused else DONE


def _answer(
    gazetteer: Gazetteer, asked: dict[str, Any], learners: dict[str, HomeLearner], home: str | None, number: int
) -> dict[str, Any]:  # Any: JSON
    from services.articles.zones import read_text
    from services.places.understand import understand

    given = asked.get("home") or None
    if given is not None and given not in gazetteer.by_code:
        terminal.err().line(LOOK, f" line {number}: a home is a code such as US-CA; {given!r} is none and is left out")
        given = None
    source = asked.get("source") or None
    article = read_text(asked["text"])
    learner = learners.setdefault(source, HomeLearner()) if source and given is None else None
    used = given or (learner.home if learner else home)
    found = understand(article, gazetteer, used)
    if learner is not None:
        plain = found if used is None else understand(article, gazetteer, None)
        learner.learn(plain.shares)
    return {"id": asked["id"], **as_object(found, article.title_start)}


def _read(line: bytes) -> dict[str, Any]:  # Any: JSON
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidError(f"JSON is expected: {error}") from error
    if not isinstance(asked, dict):
        raise InvalidError("an object is expected: id, text and, if known, home and source")
    for name in ("id", "text"):
        if name not in asked:
            raise InvalidError(f'"{name}" is missing')
    for name in ("text", "home", "source"):
        if asked.get(name) is not None and not isinstance(asked[name], str):
            raise InvalidError(f'"{name}" is to be a text')
    if not isinstance(asked["text"], str):
        raise InvalidError('"text" is to be a text')
    return asked


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """Show how many lines are done, where people look and the answers go elsewhere."""
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.status import Status

    with Status("reading", console=Console(stderr=True)) as status:
        yield lambda number: status.update(f"{number:,} lines")
