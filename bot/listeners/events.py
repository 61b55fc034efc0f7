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

from agents.errors import Unavailable
from agents.redaction.placeholders import cut_after
from bot.listeners import home, invited, mentions, messages, reactions, threads
from bot.listeners.conversation import listened
from bot.listeners.deps import Deps
from bot.slack.event import CHANGED, DELETED, MOST, REACTIONS, SlackEvent
from bot.slack.text import redacted

log = structlog.get_logger()

EVENT = "event_callback"
_ANY = re.compile(".*")  # Bolt acknowledges what a listener matches; Slack repeats what is not acknowledged

Dealing = Callable[[SlackEvent, Deps], None]


def _message(event: SlackEvent, deps: Deps) -> None:
    if event.gone:
        messages.deleted(event, deps)
    elif event.is_reply and deps.store.reports.at_thread(event.channel, event.thread_ts) is not None:
        if event.subtype == CHANGED:  # what somebody said there decides once, however it is reworded
            messages.reworded(event, deps)
        else:
            threads.replied(event, deps)
    else:
        messages.heard(event, deps)


DEALINGS: Mapping[str, Dealing] = {
    "message": _message,
    "reaction_added": reactions.reacted,
    "reaction_removed": reactions.reacted,
    "app_mention": mentions.mentioned,
    "app_home_opened": home.opened,
    invited.JOINED: invited.joined,
}


def register(app: App, deps: Deps) -> None:
    """Keep every event before its acknowledgement; deal with it after."""

    @app.middleware
    def keep(req: BoltRequest, body: dict[str, Any], ack: Ack, next: Callable[[], BoltResponse]) -> BoltResponse:  # noqa: A002 Bolt's word
        if body.get("type") != EVENT:
            return next()
        event_id = body.get("event_id")
        event = _readable(body)
        if event is None or not isinstance(event_id, str) or not event_id:
            log.warning("an event could not be read", delivery=str(event_id)[:100])
            return ack()
        if event.type not in DEALINGS or _is_ours(event, deps) or _is_not_for_us(event, deps):
            return ack()
        words = {
            name: cut_after(redacted(said, deps.redactor.text), MOST)
            for name in ("text", "files")
            if (said := getattr(event, name))
        }
        kept = event.model_copy(update=words)
        if not deps.store.inbox.receive(event_id, event.type, kept.model_dump(mode="json")):
            return ack()
        req.context["kept"] = (event_id, kept)
        return next()

    @app.event(_ANY)
    def deal(context: dict[str, Any]) -> None:
        if "kept" in context:
            event_id, event = context["kept"]
            deps.courtesy.after(lambda: _deal(event_id, event, deps))


def deal_with(event_id: str, deps: Deps) -> None:
    """Deal with one event that was kept, unless that was done. What fails stays, and the sweep comes again."""
    row = deps.store.inbox.get(event_id)
    if row is None or row.done_at is not None:
        return
    _deal(event_id, row.body, deps)


def _deal(event_id: str, kept: SlackEvent | dict[str, object], deps: Deps) -> None:
    try:
        event = kept if isinstance(kept, SlackEvent) else SlackEvent.model_validate(kept)
        DEALINGS[event.type](event, deps)
    except Unavailable as error:  # not the event's fault: it waits for as long as it takes
        log.warning("an event has to wait", delivery=event_id, error=str(error))
    except Exception as error:
        deps.store.inbox.failed(event_id, deps.redactor.text(f"{type(error).__name__}: {error}")[:500])
        log.exception("an event could not be dealt with", delivery=event_id)
    else:
        deps.store.inbox.done(event_id)


def _readable(body: Mapping[str, Any]) -> SlackEvent | None:
    try:
        return SlackEvent.of(body)
    except ValidationError:
        return None


def is_ours_to_keep(body: Mapping[str, Any]) -> bool:
    """Whether it is an event that we would keep if we could."""
    event = _readable(body) if body.get("type") == EVENT else None
    return event is not None and event.type in DEALINGS


def _is_ours(event: SlackEvent, deps: Deps) -> bool:
    """Our own posts and reactions come back as events."""
    ours = event.user == deps.our_user or (bool(event.bot_id) and event.bot_id == deps.our_bot)
    return (event.type == "message" or event.type in REACTIONS) and ours


def _is_not_for_us(event: SlackEvent, deps: Deps) -> bool:
    """What people say where nobody asked us to listen is not even kept. Answers, edits, deletions may be of ours."""
    if event.unchanged or invited.is_of_others(event, deps):
        return True
    if event.type in REACTIONS:
        asks = event.type == reactions.ADDED and event.reaction == deps.policy.ask_emoji
        return not asks and _is_unheard(event, deps)
    plain = event.type == "message" and not event.is_reply and event.subtype not in (CHANGED, DELETED)
    return plain and _is_unheard(event, deps)


def _is_unheard(event: SlackEvent, deps: Deps) -> bool:
    """Whether the channel is not listened to; that a watched one is not, because it is shared, is said once."""
    unheard = listened(event.channel, deps, shared=event.shared) is None
    if unheard and deps.policy.channel(event.channel) is not None and deps.once.first(event.channel):
        log.warning(
            "a watched channel is shared with another workspace, so it is not listened to; "
            "`connect = true` in the policy's entry changes that",
            channel=event.channel,
        )
    return unheard
