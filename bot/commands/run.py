"""`signalbox run` and `signalbox worker`: the bot, until it is told to end."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import structlog
from sqlalchemy.exc import DBAPIError

from bot.app import Parts, bot
from bot.app import worker as worker_of
from bot.installed import outdated_install
from bot.log import configure_logging
from bot.redaction import redactor_of
from bot.settings import Settings, read_settings
from storage.database import migrate
from storage.errors import DatabaseDown

log = structlog.get_logger()

_LOOK = 0.2  # seconds


def run() -> None:
    """Run the bot, with a worker of its own."""
    _live(bot)


def worker() -> None:
    """Run one more worker, on this machine or another; it needs the same DATABASE_URL (PostgreSQL) and policy."""
    _live(worker_of)


def _live(as_what: Callable[[Settings], AbstractContextManager[Parts]]) -> None:
    settings = read_settings()
    configure_logging(settings.signalbox_log, redactor_of(settings))
    if outdated := outdated_install():
        log.warning("the install is out of date", what=outdated)
    migrate(settings.database)
    try:
        with as_what(settings):
            _until_told()
    except DBAPIError as error:  # while it starts: later each job and listener sees to it
        said = " ".join(str(error.orig).split())[:300]
        raise DatabaseDown(f"The database cannot be used ({said}). `signalbox doctor` says what to do.") from error


def _until_told() -> None:
    """Wait for Ctrl-C or SIGTERM.

    The kernel may hand a signal to any thread, and Python acts on it when the main one runs again: one that waits for
    a lock, without end, would not.
    """
    told: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda got, _: told.append(got))
    while not told:
        time.sleep(_LOOK)
