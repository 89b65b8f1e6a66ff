"""Traces of articles by OpenTelemetry: one trace an article, from how it came to the sending of its alerts.

The id of a trace is a hash of the article's id, so that all processes name the same one and no row carries it. Its
first span is how the article came (`push`, `fetch`, `hub`); `page`, `ingest`, `match`, `decide` and each attempt to
`deliver` hang below it. What a span says are ids, states and counts: no text, address or secret.

Needs the extra `tocsin[otel]` and the setting `otlp_url`, which is refused without it; unset, nothing is imported and
nothing noted.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from services import clock
from services.settings import Settings
from services.store.steps import FETCH, HUB, PUSH, Step

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import SpanContext

FIRST = (PUSH, FETCH, HUB)
TIMEOUT_S = 5.0  # for one request to the collector; what it does not take is dropped, never waited for


class Traces:
    """Turns steps into spans and hands them to a processor, which sends them from a thread of its own."""

    def __init__(self, processor: SpanProcessor, role: str, lease: timedelta) -> None:
        from opentelemetry.sdk.resources import Resource

        self._processor = processor
        self._lease = lease
        about = {"service.name": "tocsin", "service.version": version("tocsin"), "tocsin.role": role}
        self._resource = Resource(about)

    def take(self, steps: Sequence[Step]) -> None:
        """Make a span of each step. They have just been committed, so they end now."""
        now = clock.now()
        for step in steps:
            self._processor.on_end(self._span(step, now))

    def close(self) -> None:
        """Send what waits, for a few seconds at most."""
        self._processor.shutdown()

    def _span(self, step: Step, now: datetime) -> Any:  # Any: a ReadableSpan, whose package may be absent
        from opentelemetry.sdk.trace import ReadableSpan
        from opentelemetry.trace import Status, StatusCode

        began = step.began or (step.leased_until - self._lease if step.leased_until else now)
        first = step.name in FIRST
        said = {"tocsin.article": step.article, **{f"tocsin.{name}": value for name, value in step.said.items()}}
        return ReadableSpan(
            step.name,
            context=_context(step.article, "first" if first else f"{step.name} {step.said.get('delivery')} {now}"),
            parent=None if first else _context(step.article, "first"),
            resource=self._resource, attributes=said,
            status=Status(StatusCode.ERROR, step.failed) if step.failed else Status(StatusCode.OK),
            start_time=_nanoseconds(min(began, now)), end_time=_nanoseconds(now),
        )  # fmt: skip


def open_traces(settings: Settings, role: str) -> Traces | None:
    """Open the way to the collector; `None` if none is set.

    The collector that the setting names is asked and nothing else: no proxy of the environment, no redirect.
    """
    if not settings.otlp_url:
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    url = settings.otlp_url.rstrip("/") + "/v1/traces"
    exporter = OTLPSpanExporter(url, timeout=TIMEOUT_S, session=_session())
    return Traces(BatchSpanProcessor(exporter), role, timedelta(seconds=settings.lease_s))


def trace_id(article: str) -> str:
    """Give the id of an article's trace: 32 hexadecimal characters."""
    return hashlib.blake2b(article.encode(), digest_size=16, person=b"trace").hexdigest()


def _session() -> Any:  # Any: a requests.Session, whose package comes with the extra
    """Open what goes to the collector: by no proxy and no redirect, past the gate that chat makes of urllib3."""
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.connection import HTTPConnection, HTTPSConnection

    class Line(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self)

    class TlsLine(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self)

    class Pool(HTTPConnectionPool):
        ConnectionCls = Line

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = TlsLine

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *given: Any, **options: Any) -> None:  # Any: as requests has it
            super().init_poolmanager(*given, **options)
            self.poolmanager.pool_classes_by_scheme = {"http": Pool, "https": TlsPool}

    class Straight(requests.Session):
        def request(self, *given: Any, **options: Any) -> Any:  # Any: as requests has it
            return super().request(*given, **{**options, "allow_redirects": False})

    session = Straight()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, Adapter())
    return session


def _connect(line: Any) -> socket.socket:  # Any: a connection of urllib3
    """Connect to the collector, on any port: its address is the operator's own word, as the mail server's is."""
    return socket.create_connection((line.host, line.port), line.timeout)


def _context(article: str, span: str) -> SpanContext:
    from opentelemetry.trace import SpanContext, TraceFlags

    id_ = hashlib.blake2b(f"{article} {span}".encode(), digest_size=8, person=b"span").digest()
    flags = TraceFlags(TraceFlags.SAMPLED)
    return SpanContext(int(trace_id(article), 16), int.from_bytes(id_, "big"), is_remote=False, trace_flags=flags)


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) * 1000
