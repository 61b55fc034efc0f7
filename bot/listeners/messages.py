"""Messages in watched channels: they become signals; an edit changes theirs, a deletion erases it."""

from __future__ import annotations

from agents import rules
from agents.errors import SlackDown, SlackRejected
from bot.listeners.deps import Deps
from bot.sources.slack import SOURCE, SlackEvent, is_signal, raw_signal


def heard(event: SlackEvent, deps: Deps) -> None:
    """Somebody wrote, edited or deleted a message."""
    terms = deps.policy.channel(event.channel)
    if terms is None or event.shared:
        return
    if event.subtype == "message_deleted":
        for report_id in deps.store.signals.erase(SOURCE, f"{event.channel}/{event.ts}"):
            deps.pipeline.means.messenger.publish(report_id)
        return
    edited = event.subtype == "message_changed"
    if edited:
        event = event.model_copy(update={"subtype": ""})
        if not deps.store.signals.find(SOURCE, f"{event.channel}/{event.ts}"):
            return  # a link was unfurled, or a message of before our time was edited
    if is_signal(event, terms, deps.our_bot):
        raw = raw_signal(event, terms.visibility, url=_address(event, deps), asked_by=_asked_by(event, deps))
        deps.pipeline.ingest(raw)


def mentioned(event: SlackEvent, deps: Deps) -> None:
    """Somebody spoke to the bot where it does not watch: that asks for an investigation."""
    if event.shared or deps.policy.channel(event.channel) is not None:
        return  # a watched channel gives the same message once more, as a message
    if event.is_reply or not event.user or not event.text.strip():
        return
    person = deps.person(event.user)
    if refusal := rules.may_ask(person, deps.home_team):
        deps.slack.whisper(event.channel, event.user, refusal)
        return
    visibility = deps.slack.visibility(event.channel)
    deps.pipeline.ingest(raw_signal(event, visibility, url=_address(event, deps), asked_by=event.user))


def _asked_by(event: SlackEvent, deps: Deps) -> str:
    """Who asks for an investigation by speaking to the bot; empty if nobody does."""
    spoken_to = f"<@{deps.our_user}>" in event.text
    return event.user if spoken_to and not rules.may_ask(deps.person(event.user), deps.home_team) else ""


def _address(event: SlackEvent, deps: Deps) -> str:
    try:
        return deps.slack.permalink(event.channel, event.ts)
    except (SlackDown, SlackRejected):
        return ""  # the signal matters more than its address
