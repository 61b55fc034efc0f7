"""Logging: one line a job, with fields; pretty on a terminal, JSON elsewhere; nothing private in it."""

from __future__ import annotations

import logging
import secrets
import sys
import threading
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.types import EventDict, WrappedLogger

from agents.redaction.redact import Redactor

log = structlog.get_logger()

_QUIET = ("slack_bolt", "slack_sdk", "httpx2", "httpcore2", "urllib3", "github", "dbos", "alembic")
QUIETEST = "slack_bolt.App"
"""The logger that Bolt is to take its level from; what it warns of is of no use here."""
_OURS = frozenset({"timestamp", "level"})  # written by this module
_AS_THEY_ARE = (bool, int, float, type(None))


class Redacting:
    """A processor that takes secrets and personal data out of every field, tracebacks among them."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """The line as it may be written."""
        return {key: value if key in _OURS or key[:1] == "_" else self._clean(value) for key, value in event.items()}

    def _clean(self, value: Any) -> Any:
        if isinstance(value, _AS_THEY_ARE):
            return value
        if isinstance(value, Mapping):
            return {self._clean(key): self._clean(each) for key, each in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._clean(each) for each in value]
        return self._redactor.text(value if isinstance(value, str) else repr(value))


def configure_logging(level: str = "info", redactor: Redactor | None = None, *, libraries: bool = True) -> None:
    """Set logging up for this process. Without a redactor the placeholders are of this process alone.

    Without `libraries` only what we log ourselves is shown.
    """
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        Redacting(redactor or Redactor(secrets.token_bytes(32))),
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
    least = number if libraries else logging.CRITICAL
    root.setLevel(least)
    for name in _QUIET:
        # Bolt logs whole bodies, and these libraries log a line a request: only what is wrong is of use here.
        logging.getLogger(name).setLevel(max(least, logging.WARNING))
    for name in (QUIETEST, "slack_bolt.SocketModeHandler", "slack_sdk.socket_mode", "apscheduler"):
        logging.getLogger(name).setLevel(max(least, logging.ERROR))
    _log_what_nobody_caught()


def _log_what_nobody_caught() -> None:
    """Python writes the traceback of a process or thread that ends by a fault as it is; here it is a line like any."""

    def ended(error: BaseException | None, where: str) -> None:
        log.critical("ended by a fault that nobody caught", where=where, exc_info=error)

    def process_ended(kind: type[BaseException], error: BaseException, traceback: Any) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, traceback)
        else:
            ended(error, "process")

    sys.excepthook = process_ended
    threading.excepthook = lambda ending: ended(ending.exc_value, ending.thread.name if ending.thread else "thread")
