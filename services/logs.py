"""Logs: one event, one line, a fixed short phrase and fields. JSON by default, so that nothing can forge a line."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

_HIDDEN = ("token", "secret", "password", "authorization", "target", "address")


class _Lines:
    """Writes lines to where stderr leads at that moment: loggers are kept, and it may be led elsewhere meanwhile."""

    def __init__(self, *_: object) -> None:
        pass

    def msg(self, line: str) -> None:
        """Write one line at once."""
        print(line, file=sys.stderr, flush=True)  # noqa: T201  # this is the log

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


def configure(level: str, *, json: bool) -> None:
    """Set up logging of this process to stderr, for structlog and the standard library alike."""
    render: Any = (  # Any: two processors of structlog
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=_Lines,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=render, foreign_pre_chain=shared))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def get(name: str) -> Any:  # Any: structlog's lazy proxy
    """Give a logger."""
    return structlog.get_logger(name)


def _hide(_: object, __: str, event: dict[str, Any]) -> dict[str, Any]:
    return {key: "***" if key in _HIDDEN else value for key, value in event.items()}
