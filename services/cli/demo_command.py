"""`tocsin demo` on the screen: progress while it runs, then what came and who was told, or one object."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from services.cli import terminal
from services.cli.demo import Result, Sample, load_sample, run
from services.cli.demo_service import GROUP_S
from services.cli.demo_words import account
from services.cli.tables import Column, Row, same, table
from services.cli.terminal import BAD, GOOD, NOT_COUNTED, bold

FOLDER = Path("tocsin-demo")
_SIGNS = {"✓": GOOD, "–": NOT_COUNTED}


def show(data: Path | None, *, as_json: bool) -> int:
    """Run the demo and show it; 0 only if everything expected arrived exactly once."""
    folder = (data or FOLDER).absolute()
    with _progress(wanted=not as_json and sys.stderr.isatty()) as progress:
        result = run(folder, progress)
    if as_json:
        terminal.out().json(_object(result))
        for line in result.missing + result.twice:
            terminal.err().line(BAD, f" {line}")
    else:
        _tell(result, load_sample(), data or FOLDER)
    return 0 if result.good else 1


def _object(result: Result) -> dict[str, object]:
    shown = ("subscription", "story", "kind", "title", "url", "reason")
    return {
        "articles": result.articles,
        "stories": result.stories,
        "alerts": [{key: alert[key] for key in shown} for alert in result.alerts],
        "deliveries": [
            {key: one[key] for key in ("channel", "kind", "state", "attempts")} for one in result.deliveries
        ],
        "received": result.received,
        "seconds": result.seconds,
    }


def _tell(result: Result, sample: Sample, folder: Path) -> None:
    screen = terminal.out()
    screen.line(
        f"{result.articles} articles from {result.sources} sources go through the real pipeline, on this machine only."
    )
    screen.line(f"Messages of a subscription are grouped for {GROUP_S:g} second here, not for five minutes.")
    screen.line()
    for line in account(result.pushed, result.alerts, result.deliveries, _silent(sample)):
        if line.sign:
            screen.line("            ", _SIGNS[line.sign], f" {line.text}")
        else:
            screen.line(f"  {line.text}")
    screen.line()
    received = result.received
    counts = {
        "Articles": result.articles, "Stories": result.stories, "Alerts": len(result.alerts),
        "Mail": received["email"], "Webhooks": received["webhook"], "Chat": received["chat"],
    }  # fmt: skip
    heads = [Column(name, name.lower(), right=True) for name in counts]
    table(screen, heads, [Row([same(str(count)) for count in counts.values()])])
    screen.line()
    for missing in result.missing:
        screen.line(BAD, f" did not arrive: {missing}")
    for twice in result.twice:
        screen.line(BAD, f" not expected: {twice}")
    if result.good:
        screen.line(
            GOOD, f" Every alert arrived once, {result.seconds:g} s in all. Look at the mails: {folder / 'mail'}"
        )
        screen.line("Go on with your own: ", bold("tocsin up"))


def _silent(sample: Sample) -> dict[str, str]:
    """Say of articles that raised no alert what stood only in a part that does not count, or what place it was."""
    from services.articles.article import Item
    from services.articles.read import understand
    from services.queries.article_places import ArticlePlaces
    from services.queries.document import document
    from services.queries.evaluate import evaluate
    from services.queries.parser import parse
    from services.reading import places_in
    from services.store.packs import shipped

    packs = shipped()
    trees = [parse(one["query"], packs.lookups).tree for one in sample.expected["subscriptions"]]
    found: dict[str, str] = {}
    for one in sample.articles:
        item = Item(one["external_id"], title=one.get("title"), text=one.get("text"), html=one.get("html"))
        article = understand(item, source=one["source"])
        seen, kept = document(article), places_in(article)
        for tree in trees:
            verdict = evaluate(tree, seen, packs.trees, ArticlePlaces(kept))
            for hit in verdict.ignored:
                if hit.zone == "teaser":
                    found.setdefault(item.external_id, f"{hit.clause} stands only in a READ MORE teaser")
            missing = [leaf.clause for leaf in verdict.missing]
            if kept.about and verdict.evidence and [clause.partition(":")[0] for clause in missing] == ["about"]:
                found.setdefault(item.external_id, f"{missing[0]} is not {kept.shown(kept.about[0])}")
    return found


@contextmanager
def _progress(*, wanted: bool) -> Iterator[Callable[[str, float], None]]:
    """Show on a terminal what goes on; elsewhere say nothing."""
    if not wanted:
        yield lambda _what, _done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    with Progress(
        TextColumn("{task.description:<18}"), BarColumn(40), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task("starting", total=1.0)
        yield lambda what, done: bar.update(task, description=what, completed=done)
