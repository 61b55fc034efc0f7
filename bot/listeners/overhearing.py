"""What an approver says in a report's thread among people: it changes nothing, and they see that it was heard so."""

from __future__ import annotations

import structlog

from agents.errors import SlackRejected
from agents.people.talk import is_talk
from agents.phrases import Phrase, phrase_of
from agents.rules import Person
from bot.listeners.deps import Deps
from bot.listeners.telling import reply_to
from bot.slack.event import SlackEvent
from storage.records import Report
from storage.status import Status

log = structlog.get_logger()

HEARD_AS_TALK = "speech_balloon"  # the reaction to it


def overheard(event: SlackEvent, report: Report, person: Person, deps: Deps) -> bool:
    """Whether words that would guide, were they for us, are talk; who said them sees a reaction, and once why.

    Words that name us are never talk, nor are files and what is passed on.
    """
    if event.files or event.forwarded or f"<@{deps.our_user}" in event.text:
        return False
    answers = report.status is Status.AWAITING_ANSWER
    if phrase_of(event.text) not in (None, Phrase.UNCLEAR) or not is_talk(event.text, answers=answers):
        return False
    if not deps.asking.guides(report, person):
        return False
    try:
        deps.slack.react(event.channel, event.ts, HEARD_AS_TALK)
    except SlackRejected as refused:
        log.warning("could not react to talk", channel=event.channel, error=str(refused))
    if deps.once.first(f"talk/{report.id}/{event.user}"):
        reply_to(event, _why(deps), deps)
    return True


def _why(deps: Deps) -> str:
    return (
        f"I take that for talk among people, marked :{HEARD_AS_TALK}:, and change nothing by it. What I am to heed, "
        f"say to me: <@{deps.our_user}> and the words. A decision is plain words: `approve`, or `not now`."
    )
