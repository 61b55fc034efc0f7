"""Events: kept, redacted, before they are acknowledged, and dealt with after.

Dealing with an event reads only the row that was kept, so that the sweep can do it for a process that died in between.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from pydantic import ValidationError
from slack_bolt import Ack, App, BoltRequest, BoltResponse

from bot.listeners import home, messages, threads
from bot.listeners.deps import Deps
from bot.sources.slack import SlackEvent

log = structlog.get_logger()

_ANY = re.compile(".*")  # Bolt acknowledges what a listener matches; Slack repeats what is not acknowledged

Dealing = Callable[[SlackEvent, Deps], None]


def _message(event: SlackEvent, deps: Deps) -> None:
    if event.is_reply:
        threads.replied(event, deps)
    else:
        messages.heard(event, deps)


DEALINGS: Mapping[str, Dealing] = {
    "message": _message,
    "app_mention": messages.mentioned,
    "app_home_opened": home.opened,
}


def register(app: App, deps: Deps) -> None:
    """Keep every event before its acknowledgement; deal with it after."""

    @app.middleware
    def keep(req: BoltRequest, body: dict[str, Any], ack: Ack, next: Callable[[], BoltResponse]) -> BoltResponse:  # noqa: A002 Bolt's word
        event_id = body.get("event_id")
        if body.get("type") != "event_callback" or not isinstance(event_id, str):
            return next()
        try:
            event = SlackEvent.of(body)
        except ValidationError as error:
            log.warning("an event could not be read", event=event_id[:100], faults=error.error_count())
            return ack()
        if event.type not in DEALINGS or _is_ours(event, deps):
            return ack()
        kept = event.model_copy(update={"text": deps.redactor.text(event.text)}).model_dump(mode="json")
        if not deps.store.inbox.receive(event_id[:100], event.type, kept):
            return ack()
        req.context["kept"] = event_id[:100]
        return next()

    @app.event(_ANY)
    def deal(context: dict[str, Any]) -> None:
        if event_id := context.get("kept"):
            deal_with(event_id, deps)


def deal_with(event_id: str, deps: Deps) -> None:
    """Deal with one event that was kept. What fails stays in the inbox with its trouble, and the sweep comes again."""
    row = deps.store.inbox.get(event_id)
    if row is None or row.done_at is not None:
        return
    event = SlackEvent.model_validate(row.body)
    try:
        DEALINGS[event.type](event, deps)
    except Exception as error:
        deps.store.inbox.failed(event_id, str(error))
        log.warning("an event could not be dealt with", event=event_id, error=str(error), exc_info=error)
    else:
        deps.store.inbox.done(event_id)


def _is_ours(event: SlackEvent, deps: Deps) -> bool:
    """Our own posts come back as events."""
    ours = event.user == deps.our_user or (bool(event.bot_id) and event.bot_id == deps.our_bot)
    return event.type == "message" and ours
