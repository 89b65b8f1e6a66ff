"""How well articles are got out of their pages: `python -m tests.benchmarks.extraction [--json] [DATA]`.

DATA has `ground-truth.json` ({id: {"articleBody"}}) and `html/ID.html.gz`; by default the shared development pages. Two
scores: words, and runs of four words, which also see the order. Precision and recall are means over pages, F1 is theirs.

Beside ours stand trafilatura in its settings, which ours is built on, and every other extractor that is installed:
`uv run --with readability-lxml --with newspaper4k --with resiliparse --with goose3 --with boilerpy3 --with justext …`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import re
import statistics
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "extraction"
TOKEN = re.compile(r"\w+")
GOAL = 0.96
Extractor = Callable[[bytes, str], str]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("data", nargs="?", type=Path, default=SHARED)
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    truth = {
        key: page["articleBody"] for key, page in json.loads((given.data / "ground-truth.json").read_text()).items()
    }
    pages = {key: gzip.decompress((given.data / "html" / f"{key}.html.gz").read_bytes()) for key in truth}
    rows = {name: measure(extract, pages, truth) for name, extract in extractors().items()}
    if given.json:
        commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
        print(
            json.dumps(
                {"commit": commit.stdout.strip(), "pages": len(pages), "goal": GOAL, "extractors": rows}, indent=1
            )
        )
        return
    print(f"{len(pages)} pages; F1 of words to reach: {GOAL}")
    print(f"{'':38}{'words P':>9}{'R':>8}{'F1':>8}{'fours P':>10}{'R':>8}{'F1':>8}{'ms/page':>9}")
    for name, row in rows.items():
        words, fours = row["words"], row["fours"]
        print(f"{name:38}{words['p']:9.4f}{words['r']:8.4f}{words['f1']:8.4f}"
              f"{fours['p']:10.4f}{fours['r']:8.4f}{fours['f1']:8.4f}{row['ms']:9.0f}")  # fmt: skip


def measure(extract: Extractor, pages: dict[str, bytes], truth: dict[str, str]) -> dict[str, object]:
    """Give the scores of one extractor; a page that it stumbles over counts as empty."""
    found = {}
    began = time.perf_counter()
    for key, data in pages.items():
        try:
            found[key] = extract(data, data.decode("utf-8", "replace")) or ""
        except Exception:
            found[key] = ""
    took = time.perf_counter() - began
    scores = {name: score(found, truth, size) for name, size in (("words", 1), ("fours", 4))}
    return {**scores, "ms": round(1000 * took / len(pages), 1)}


def score(found: dict[str, str], truth: dict[str, str], size: int) -> dict[str, float]:
    """Give mean precision, mean recall and their F1, over runs of `size` words."""
    precision, recall = [], []
    for key, text in truth.items():
        ours, expected = runs(found[key], size), runs(text, size)
        common = (ours & expected).total()
        if ours:
            precision.append(common / ours.total())
        if expected:
            recall.append(common / expected.total())
    p, r = statistics.mean(precision), statistics.mean(recall)
    return {"p": round(p, 4), "r": round(r, 4), "f1": round(2 * p * r / (p + r), 4)}


def runs(text: str, size: int) -> Counter[tuple[str, ...]]:
    """Count the runs of so many words in a text."""
    words = TOKEN.findall(text)
    return Counter(tuple(words[at : at + size]) for at in range(len(words) - size + 1))


def extractors() -> dict[str, Extractor]:
    """Give ours, trafilatura in its settings, and the others that are installed, by name and version."""
    import trafilatura

    from services.articles.extraction import extract

    def by(**settings: bool) -> Extractor:
        return lambda _, text: trafilatura.extract(text, include_comments=False, **settings) or ""

    named = f"trafilatura {trafilatura.__version__}"
    found: dict[str, Extractor] = {
        "Tocsin": lambda data, _: extract(data).text,
        f"{named}, fast": by(fast=True),
        f"{named}, as it comes": by(),
        f"{named}, favor_precision": by(favor_precision=True),
        f"{named}, favor_recall": by(favor_recall=True),
        f"{named}, baseline": lambda _, text: trafilatura.baseline(text)[1],
    }
    others = (("readability-lxml", _readability), ("newspaper4k", _newspaper), ("resiliparse", _resiliparse),
              ("goose3", _goose), ("boilerpy3", _boilerpy), ("justext", _justext))  # fmt: skip
    for package, run in others:
        try:
            found[f"{package} {version(package)}"] = run
        except PackageNotFoundError:
            continue
    return found


def _readability(_: bytes, text: str) -> str:
    from lxml import html
    from readability import Document

    return html.fromstring(Document(text).summary()).text_content()


def _newspaper(_: bytes, text: str) -> str:
    import newspaper

    return newspaper.article("https://page.example/", input_html=text, fetch_images=False).text


def _resiliparse(_: bytes, text: str) -> str:
    from resiliparse.extract.html2text import extract_plain_text

    return extract_plain_text(text, main_content=True)


def _goose(_: bytes, text: str) -> str:
    from goose3 import Goose

    return Goose().extract(raw_html=text).cleaned_text


def _boilerpy(_: bytes, text: str) -> str:
    from boilerpy3 import extractors as boilerpy

    return boilerpy.ArticleExtractor().get_content(text)


def _justext(data: bytes, _: str) -> str:
    import justext

    return "\n".join(p.text for p in justext.justext(data, justext.get_stoplist("English")) if not p.is_boilerplate)


if __name__ == "__main__":
    main()
