"""Somebody speaks to the bot where it does not listen by itself: that asks for an investigation."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from bot.listeners.addressing import Aside, about_this, aside, bare, command_in
from bot.listeners.asking import paused
from bot.listeners.commands import signalbox_said
from bot.listeners.conversation import is_alive, listened, report_of, signal_of
from bot.listeners.deps import Deps
from bot.listeners.inquiring import asked_here, where_to_ask
from bot.listeners.payload import Typed
from bot.listeners.promoting import Asked, promote
from bot.listeners.telling import reply_to
from bot.sources.slack import SlackEvent

_NO_WORDS = (
    "Say what is wrong after my name, or choose “Investigate this” in the menu of the message that says it. "
    "`/signalbox help` lists what else I can do."
)


def mentioned(event: SlackEvent, deps: Deps) -> None:
    """A message that names us. One that `messages` or `threads` reads anyway is left to them.

    A command is answered like `/signalbox`, wherever it is said; thanks and greetings ask for nothing.
    In the thread of a signal a mention asks about that signal; in another thread about itself, with what it answers.
    """
    if not event.user or event.bot_id or not event.is_placed:
        return
    if (said := aside(event, deps.our_user)) is not None:
        _answer(said, event, deps)
        return
    if _is_read_anyway(event, deps):
        _ask_late(event, deps)
        return
    team = event.user_team or deps.home_team
    asked = Asked(by=event.user, team=team, channel=event.channel, ts=event.ts, seen=event)
    if event.is_reply and is_alive(signal_of(event.thread, deps)):
        asked = Asked(by=event.user, team=team, channel=event.channel, ts=event.thread_ts)
    elif not bare(event.text) and not event.files:
        reply_to(event, _NO_WORDS, deps)
        return
    sentence = promote(asked, deps)
    if asked.ts != event.ts:
        sentence += where_to_ask(event, report_of(event, deps), deps)
    if asked.ts != event.ts or signal_of(asked.message, deps) is None or paused(deps):
        reply_to(event, sentence, deps)


def _is_read_anyway(event: SlackEvent, deps: Deps) -> bool:
    """Slack tells of a mention twice: as a mention, and as a message."""
    if event.is_reply:
        return deps.store.reports.at_thread(event.channel, event.thread_ts) is not None
    return listened(event.channel, deps, shared=event.shared) is not None


def _ask_late(event: SlackEvent, deps: Deps) -> None:
    """Somebody edits what they asked in a report's thread, to name us: that a reply was edited nobody else tells us."""
    report = deps.store.reports.at_thread(event.channel, event.thread_ts) if event.is_edited else None
    if report is None or not event.is_reply or event.shared:
        return
    person = deps.person(event.user, event.user_team or deps.home_team)
    answered = asked_here(event, report, person, deps)
    if answered is not None and answered.sentence:
        reply_to(event, answered.sentence, deps)


def _answer(said: Aside, event: SlackEvent, deps: Deps) -> None:
    """For the person alone, as a command is answered. Thanks need no answer.

    Slack tells of a mention anew with each edit of its message: the same order is carried out once, another one is too.
    """
    text, blocks = _NO_WORDS, list[Block]()
    if said is Aside.THANKS:
        return
    if said is Aside.COMMAND:
        typed = _typed(event, deps)
        is_first = deps.once.first(f"typed/{event.external_id}/{typed.text}")
        if event.is_edited and not is_first:
            return
        text, blocks = signalbox_said(typed, deps)
    reply_to(event, text, deps, blocks)


def _typed(event: SlackEvent, deps: Deps) -> Typed:
    """As if it had been typed as a command; what is said of no report by name is about that of the thread."""
    words, team = command_in(event.text, deps.our_user), event.user_team or deps.home_team
    if said := about_this(event.text, deps.our_user):
        ref = report_of(event, deps)
        words = said.replace("{}", ref).strip()
        if not ref and words == "why" and event.is_reply:
            words = f"why {event.thread}"  # it is in no report: what became of it
        if ref and words.startswith("why ") and deps.store.reports.at_thread(event.channel, event.thread_ts) is None:
            words = f"{words} {event.thread}"  # of this very message
    return Typed(event.user, team, event.channel, words, trigger="", message=event.external_id)
