"""Logging: one line a job, with fields; pretty on a terminal, JSON elsewhere; tokens never."""

from __future__ import annotations

import logging
import re
import sys

import structlog
from structlog.types import EventDict, WrappedLogger

_TOKEN = re.compile(r"(xox[a-z]|xapp|ghp|gho|ghs|github_pat|sk-ant)[-_][A-Za-z0-9-_]{6,}")
_QUIET = ("slack_bolt", "slack_sdk", "apscheduler", "httpx2", "httpcore2", "urllib3", "github", "dbos", "alembic")


def mask_tokens(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace anything that looks like a token of ours."""
    return {key: _TOKEN.sub(r"\1-…", value) if isinstance(value, str) else value for key, value in event.items()}


def configure_logging(level: str = "info") -> None:
    """Set logging up for this process."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask_tokens,
    ]
    last: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    )
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=last))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for name in _QUIET:
        # Bolt logs whole bodies, and these libraries log a line a request: only what is wrong is of use here.
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    for name in ("slack_bolt.App", "slack_bolt.SocketModeHandler", "slack_sdk.socket_mode"):
        logging.getLogger(name).setLevel(max(number, logging.ERROR))
