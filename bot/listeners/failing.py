"""What becomes of a fault in a listener: the log has it, and the person who waits for an answer gets a sentence."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog

from agents.errors import SlackDown
from bot.durable.faults import traceback_of
from bot.listeners import telling
from bot.listeners.deps import Deps
from bot.listeners.payload import Press, Typed
from bot.views.trouble import database_down, slack_down, unexpected
from storage.errors import DatabaseDown

log = structlog.get_logger()


@contextmanager
def told(body: Mapping[str, Any], deps: Deps) -> Iterator[None]:
    """Around what comes after an acknowledgement. Bolt would take the acknowledgement back if it saw the fault."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 the last place where it can be told
        tell(error, body, deps)


def tell(error: Exception, body: Mapping[str, Any], deps: Deps) -> None:
    """Log it under a reference, and tell the person. If even that fails, the log has that too."""
    reference = secrets.token_hex(3)
    log.error("a listener failed", reference=reference, error=str(error), exc_info=traceback_of(error))
    press, typed = Press.of(body), Typed.of(body)
    user, channel = press.user or typed.user, press.channel or typed.channel
    if not user or not channel:
        return
    sentence = _sentence(error, reference)
    try:
        telling.tell(channel, user, sentence, deps, thread_ts=press.thread_ts, address=press.address or typed.address)
    except SlackDown as silent:
        log.warning("the person could not be told", reference=reference, error=str(silent))


def _sentence(error: Exception, reference: str) -> str:
    match error:
        case SlackDown():
            return slack_down()
        case DatabaseDown():
            return database_down(reference)
        case _:
            return unexpected(reference)
