"""Messages, answers, edits, deletions: they make a signal, change it, or erase it, in whatever order they come."""

from __future__ import annotations

from agents import rules
from bot.listeners.addressing import aside
from bot.listeners.asking import paused
from bot.listeners.conversation import bring_up_to_date, hear, is_alive, listened, signal_of, visibility_of
from bot.listeners.deps import Deps
from bot.listeners.telling import tell
from bot.slack.event import CHANGED
from bot.sources.slack import SOURCE, SlackEvent, counts, moment
from storage.status import Visibility

_AS_ANY = "What you wrote is read like any message here."
_UNREAD = "You deleted what you had said here before I used it, so I do not."
_READ = "You deleted what you had said here, but I have used it already. What came of it stays until you say otherwise."
_AS_FIRST_SAID = "I heard this as you first wrote it, and an edit changes nothing. Say what is new in another reply."
_IN_TIME = 3600.0  # seconds after which an edit is not the first that we hear of a new message


def heard(event: SlackEvent, deps: Deps) -> None:
    """Somebody wrote a message or an answer, or changed one."""
    terms = listened(event.channel, deps, shared=event.shared)
    if not counts(event, terms, deps.our_bot, deps.home_team) or event.parent_user == deps.our_user:
        return
    if terms is not None and event.visibility is Visibility.PRIVATE and deps.once.first(f"private/{event.channel}"):
        deps.store.turning_private.turn(event.channel)  # it may have been public until just now
    known = event.subtype == CHANGED and deps.store.messages.get(event.external_id) is not None
    if aside(event, deps.our_user) is not None and not known:
        return  # `mentions` answers it, and rewording it asks nothing new
    if not _is_awaited(event, deps, watched=terms is not None):
        return
    hear(event, deps)
    if event.is_reply:
        bring_up_to_date(event.thread, deps)
        bring_up_to_date(event.external_id, deps)
        return
    visibility = visibility_of(event, deps) if terms is not None and _is_new(event) else None
    asks = visibility is not None and f"<@{deps.our_user}>" in event.text and bool(event.user)
    refusal = _refusal(event, deps) if asks else ""
    bring_up_to_date(
        event.external_id, deps, visibility=visibility, asked_by=event.user if asks and not refusal else ""
    )
    if asks and event.subtype != CHANGED and (said := refusal or paused(deps)):
        tell(event.channel, event.user, said, deps)
    for answer in deps.store.messages.promoted_under(event.external_id):
        bring_up_to_date(answer, deps)


def reworded(event: SlackEvent, deps: Deps) -> None:
    """Somebody changed an answer in a report's thread: only one that was made a signal says anything new by that.

    Who changes what they decided, or told us to do, hears once that this does not count.
    """
    if event.is_placed and event.user and deps.store.plans.was_heard(event.external_id):
        if deps.once.first(f"reworded/{event.external_id}"):
            tell(event.channel, event.user, _AS_FIRST_SAID, deps, thread_ts=event.thread_ts)
        return
    if event.is_placed and (event.text.strip() or event.files) and is_alive(signal_of(event.external_id, deps)):
        hear(event, deps)
        bring_up_to_date(event.external_id, deps)


def deleted(event: SlackEvent, deps: Deps) -> None:
    """Somebody deleted a message: its words go, and what was drawn from them."""
    if event.is_placed:
        _retract(event, deps)
    if not event.is_placed or not _is_known(event, deps):
        return
    answers = deps.store.messages.promoted_under(event.external_id)
    known = deps.store.messages.get(event.external_id)
    thread = known.thread if known is not None else event.thread
    reports = {*deps.store.messages.forget(event.external_id, event.thread)}
    reports |= {*deps.store.signals.erase(SOURCE, event.external_id)}
    for message_id in dict.fromkeys((thread, *answers)):
        bring_up_to_date(message_id, deps)
    for report_id in sorted(reports):
        deps.pipeline.means.messenger.publish(report_id)


def _retract(event: SlackEvent, deps: Deps) -> None:
    """What it told us to do in a report's thread guides nothing more; who said it hears what that changes.

    What it asked is forgotten, with the answer.
    """
    if (asked_about := deps.store.inquiries.withdraw(event.external_id)) is not None:
        deps.pipeline.means.messenger.publish(asked_about)
    told = deps.store.plans.retract(event.external_id)
    if told is None:
        return
    deps.pipeline.means.messenger.publish(told.report_id)
    if event.is_reply:
        said = _READ if told.was_read else _UNREAD
        tell(event.channel, told.by, said, deps, thread_ts=event.thread_ts)


def _is_awaited(event: SlackEvent, deps: Deps, *, watched: bool) -> bool:
    """Whether it belongs to a signal, or may begin one. Of what was deleted nothing more is kept."""
    own, thread = signal_of(event.external_id, deps), signal_of(event.thread, deps)
    if is_alive(own) or is_alive(thread):
        return True
    root = deps.store.messages.get(event.thread)
    return watched and own is None and thread is None and not (root is not None and root.gone)


def _is_known(event: SlackEvent, deps: Deps) -> bool:
    """Whether we have words of it, or may still hear of them."""
    return (
        listened(event.channel, deps, shared=event.shared) is not None
        or deps.store.messages.get(event.external_id) is not None
        or signal_of(event.external_id, deps) is not None
    )


def _is_new(event: SlackEvent) -> bool:
    """Whether the message may become a signal: an edit of an old one that we never heard of does not make it new."""
    return event.subtype != CHANGED or (moment(event.version) - moment(event.ts)).total_seconds() < _IN_TIME


def _refusal(event: SlackEvent, deps: Deps) -> str:
    """Why who speaks to the bot cannot ask for an investigation, and what becomes of the words all the same."""
    person = deps.person(event.user, event.user_team or deps.home_team)
    refusal = rules.may_ask(person, deps.home_team)
    return f"{refusal} {_AS_ANY}" if refusal else ""
