"""An article that is read for ever ends the process that reads it, so that the next can try it apart."""

from __future__ import annotations

import threading

import pytest

from services import pipeline
from services.careful import ChildDiedError, run_apart
from services.places.home import HomeLearner
from services.reading import Home
from services.store.live_stories import LiveStories
from services.store.packs import terms_table
from services.store.tables import Article
from services.stories.exact import WINDOW
from tests.builders import NOW

ROW = Article(
    id="a1", source="s1", external_id="1", revision=1, content_sha256="", title="Council", body="It met.",
    body_is_html=False, authors=[], seen_at=NOW, due_at=NOW, passages=[], text="It met.",
)  # fmt: skip


def hang(*_: object) -> None:
    threading.Event().wait()


def read() -> object:
    return pipeline._read(ROW, Home("Post", "en", None, HomeLearner()), apart=False)


def sign() -> object:
    return pipeline._sign(LiveStories(terms_table(), WINDOW), ROW, apart=False)


def test_reading_for_ever_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "LONGEST_READ_S", 0.2)
    monkeypatch.setattr(pipeline, "understand_for", hang)
    with pytest.raises(ChildDiedError, match="no answer"):  # it ended by itself, not by the signal of `run_apart`
        run_apart(read)


def test_signing_for_ever_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "LONGEST_READ_S", 0.2)
    monkeypatch.setattr(LiveStories, "sign", hang)
    with pytest.raises(ChildDiedError, match="no answer"):
        run_apart(sign)


def test_what_is_read_in_time_ends_nothing() -> None:
    assert not isinstance(run_apart(read), Exception)
