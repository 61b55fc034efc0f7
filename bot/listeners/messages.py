"""Messages in watched channels: they become signals; an edit changes theirs, a deletion erases it."""

from __future__ import annotations

from agents import rules
from bot.listeners.deps import Deps
from bot.sources.slack import SOURCE, SlackEvent, is_signal, raw_signal
from storage.status import SignalStatus, Visibility


def heard(event: SlackEvent, deps: Deps) -> None:
    """Somebody wrote a message."""
    terms = deps.policy.channel(event.channel)
    if terms is None or event.shared or not is_signal(event, terms, deps.our_bot):
        return
    url = deps.slack.address(event.channel, event.ts)
    visibility = Visibility.PRIVATE if Visibility.PRIVATE in (terms.visibility, event.visibility) else Visibility.PUBLIC
    deps.pipeline.ingest(raw_signal(event, visibility, url=url, asked_by=_asked_by(event, deps)))


def edited(event: SlackEvent, deps: Deps) -> None:
    """Somebody edited a message that is a signal. Slack also tells of this when it unfurls a link."""
    for signal in deps.store.signals.find(SOURCE, event.external_id):
        if signal.status is SignalStatus.ERASED or not event.text.strip():
            continue
        raw = raw_signal(event, signal.visibility, url=signal.url, asked_by=signal.asked_by)
        if deps.redactor.raw(raw).body != signal.body:
            author = {"author": signal.author, "thread_ts": signal.thread_ts}
            deps.pipeline.ingest(raw.model_copy(update=author))


def deleted(event: SlackEvent, deps: Deps) -> None:
    """Somebody deleted a message: its words go."""
    for report_id in deps.store.signals.erase(SOURCE, event.external_id):
        deps.pipeline.means.messenger.publish(report_id)


def _asked_by(event: SlackEvent, deps: Deps) -> str:
    """Who asks for an investigation by speaking to the bot; empty if nobody does."""
    if f"<@{deps.our_user}>" not in event.text or not event.user:
        return ""
    person = deps.person(event.user, event.user_team or deps.home_team)
    return "" if rules.may_ask(person, deps.home_team) else event.user
