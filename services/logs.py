"""Logs: one event, one line, a fixed short phrase and fields. JSON by default, so that nothing can forge a line."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

_HIDDEN = ("token", "secret", "password", "authorization", "target", "address")


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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
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
