"""One article is one trace, from how it came to the sending of its alerts, and it goes to the collector alone."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from urllib3.util import connection

from services import settings
from services.alerts.retry import Outcome
from services.channels.outgoing import SendError
from services.errors import InvalidError
from services.guard import Gate, guard_urllib3
from services.store import steps
from services.store.states import SourceState
from services.store.tables import Article
from services.store.work import Store
from services.tracing import Traces, open_traces, trace_id
from tests.builders import NOW
from tests.feed_site import FeedSite, Said, rss
from tests.http_sink import HttpSink, Reply
from tests.integration.api import running
from tests.newsroom import Newsroom
from tests.parts import until
from tests.town import LEASE, Town


@pytest.fixture
def spans(store: Store) -> InMemorySpanExporter:
    kept = InMemorySpanExporter()
    store._trace = Traces(SimpleSpanProcessor(kept), "test", LEASE).take
    return kept


def by_article(spans: InMemorySpanExporter) -> dict[str, list]:
    found: dict[str, list] = {}
    for span in spans.get_finished_spans():
        found.setdefault(span.attributes["tocsin.article"], []).append(span)
    return found


def test_a_pushed_article_is_followed_to_what_was_sent(store: Store, spans: InMemorySpanExporter) -> None:
    town = Town(store)
    channel = town.channel()
    town.subscribe('"sanctuary city"', channel)
    article = town.push()
    town.run()
    its = by_article(spans)[article]
    assert [span.name for span in its] == ["push", "ingest", "match", "decide", "deliver"]
    assert {format(span.context.trace_id, "032x") for span in its} == {trace_id(article)}
    assert its[0].parent is None
    assert {span.parent.span_id for span in its[1:]} == {its[0].context.span_id}
    assert len({span.context.span_id for span in its}) == len(its)
    assert all(span.start_time <= span.end_time for span in its)
    sent = its[-1].attributes
    assert (sent["tocsin.channel"], sent["tocsin.state"], sent["tocsin.attempt"]) == (channel, "sent", 1)
    assert its[3].attributes["tocsin.subscriptions"] == 1


def test_an_article_of_a_feed_begins_with_its_fetch(store: Store, spans: InMemorySpanExporter) -> None:
    with FeedSite() as site:
        room = Newsroom(store, site)
        room.watch(room.site.at("/feed", lambda _: Said(rss(("a1", NOW - timedelta(minutes=5))))))
        room.poll()
        town = Town(store)
        town.run()
        (article,) = room.all(Article)
    its = by_article(spans)[article.id]
    assert [span.name for span in its] == ["fetch", "ingest", "match", "decide"]
    assert its[0].attributes["tocsin.source"] == article.source
    assert SourceState(room.row().state) is SourceState.HEALTHY


def test_each_attempt_is_a_span_and_a_failed_one_says_so(store: Store, spans: InMemorySpanExporter) -> None:
    town = Town(store)
    town.subscribe('"sanctuary city"', town.channel())
    article = town.push()
    town.post.refuse = SendError("busy", outcome=Outcome.RETRY, code="503", detail="https://secret.example/key")
    town.run()
    town.post.refuse = None
    town.later(seconds=40)
    town.run()
    tries = [span for span in by_article(spans)[article] if span.name == "deliver"]
    assert [(span.status.status_code.name, span.attributes["tocsin.attempt"]) for span in tries] == [
        ("ERROR", 1),
        ("OK", 2),
    ]
    assert "secret.example" not in "".join(span.to_json() for span in spans.get_finished_spans())


def test_what_was_rolled_back_is_in_no_trace(store: Store, spans: InMemorySpanExporter) -> None:
    town = Town(store)
    with pytest.raises(RuntimeError), store.write() as work:
        steps.decided(work.session, "a1", NOW, 1)
        raise RuntimeError
    assert spans.get_finished_spans() == ()
    town.push()
    assert [span.name for span in spans.get_finished_spans()] == ["push"]


def test_spans_go_to_the_collector_that_is_set_and_are_led_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "create_connection", connection.create_connection)
    guard_urllib3(Gate())  # as in a deliver worker: chat may not connect there, the operator's collector is not chat's
    with HttpSink() as collector, HttpSink() as other:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", other.url)
        monkeypatch.setenv("HTTP_PROXY", other.url)
        collector.script.add("ANSWER", Reply(status=307, headers={"Location": f"{other.url}/v1/traces"}))
        with running(tmp_path, otlp_url=collector.url) as api:
            article = api.v1("POST", "articles", json={"external_id": "a1", "text": "A goat."}).json()["id"]
        until(lambda: collector.asked, "the spans")
        assert other.asked == []
    asked = collector.asked[0]
    assert (asked.method, asked.path) == ("POST", "/v1/traces")
    request = ExportTraceServiceRequest.FromString(asked.body)
    (span,) = request.resource_spans[0].scope_spans[0].spans
    assert (span.name, span.trace_id.hex()) == ("push", trace_id(article))


def test_a_collector_that_is_not_there_holds_nothing_up(tmp_path: Path) -> None:
    with running(tmp_path, otlp_url="http://127.0.0.1:9") as api:
        assert api.v1("POST", "articles", json={"external_id": "a1", "text": "A goat."}).status_code == 202


def test_without_the_setting_nothing_of_it_is_imported() -> None:
    code = (
        "import sys; import services.asgi, workers.process; from services import settings, tracing\n"
        "assert tracing.open_traces(settings.load(), 'api') is None\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry.sdk') or '.otlp' in name]"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_setting_without_the_extra_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_traces(settings.load(), "api") is None
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk", None)
    monkeypatch.delitem(sys.modules, "opentelemetry.sdk.trace", raising=False)
    with pytest.raises(InvalidError, match=r"tocsin\[otel\]"):
        settings.load(otlp_url="http://127.0.0.1:4318")


@pytest.mark.parametrize("url", ["collector:4318", "ftp://h/", "http://", "file:///etc/passwd"])
def test_what_is_no_address_of_a_collector_is_refused(url: str) -> None:
    with pytest.raises(InvalidError, match="otlp_url"):
        settings.load(otlp_url=url)
