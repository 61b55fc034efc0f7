"""Replies in a report's thread: they may ask, decide, answer or guide; after its end say that it came back."""

from __future__ import annotations

import re

from agents import rules
from agents.people.assent import Answer, Via
from agents.people.assent_words import HEARD
from agents.people.rehoming import repository_named
from agents.phrases import phrase_of
from agents.rules import Person
from bot.listeners.addressing import aside, is_thanks, order_of
from bot.listeners.commands import signalbox_said
from bot.listeners.deps import Deps
from bot.listeners.inquiring import asked_here
from bot.listeners.overhearing import overheard
from bot.listeners.payload import Typed
from bot.listeners.promoting import Asked, promote
from bot.listeners.telling import reply_to
from bot.sources.slack import SlackEvent, words_of
from storage.columns import now
from storage.records import Report
from storage.status import Status

_NOT_AN_ORDER = (
    "I took that as no order. Ask me about this (“does it hit 2.3 too?”), or say “why is this here?”, “merge this into "
    "SB-2”, “split” or “undo” to me here; `/investigate` has something else looked into. What approvers write changes "
    "a plan, once there is one."
)
_UNSEEN = (
    "I cannot look into that file, so it changed nothing. Say in words what it shows; of a text snippet I read the "
    "beginning that Slack shows."
)
_NAMED = "[file: "  # begins the line that names a file; what Slack shows of its text follows
_SAID = frozenset({"", "thread_broadcast", "file_share"})


def replied(event: SlackEvent, deps: Deps) -> None:
    """Somebody replied in a thread. What it means is decided by `Assent`, never by a model."""
    if event.subtype not in _SAID or not event.user or event.bot_id or event.shared or not _says_something(event):
        return
    report = deps.store.reports.at_thread(event.channel, event.thread_ts)
    if report is None or report.id is None or aside(event, deps.our_user) is not None:
        return  # what is no word about the report is left to `mentions`
    if not event.forwarded and (said := order_of(event.text)):
        _carry_out(said.replace("{}", report.ref), event, deps)
        return
    person = deps.person(event.user, event.user_team or deps.home_team)
    to_us = re.sub(rf"<@{deps.our_user}>[,:;]?(?=\s|$)", "", event.text.strip(), count=1)
    if (answered := asked_here(event, report, person, deps)) is not None:
        answer: Answer | None = answered
    elif overheard(event, report, person, deps):
        return
    elif not event.forwarded and (name := repository_named(to_us, deps.policy)):
        answer = deps.rehoming.say(report.id, name, person, Via.REPLY)
    else:
        answer = _meant(event, words_of(to_us), report, person, deps)
    said = answer.sentence if answer is not None else _after_its_end(event, report, person, deps)
    if not said and answered is None and f"<@{deps.our_user}" in event.text and not is_thanks(event.text):
        said = _NOT_AN_ORDER
    if said:
        reply_to(event, said, deps)


def _says_something(event: SlackEvent) -> bool:
    return bool(event.text.strip() or event.files)


def _meant(event: SlackEvent, words: str, report: Report, person: Person, deps: Deps) -> Answer | None:
    """What the words decide or guide, with what can be read of the files beside them. A message counts once.

    A long paste is a snippet to Slack, and a person's words all the same. A phrase decides by itself: it may come with
    a picture. A picture alone says nothing, and whoever waits for its effect hears that.
    """
    if deps.store.plans.was_heard(event.external_id):  # and the person could not be told, or we died before it was
        return Answer(ok=True, sentence=HEARD)
    read = any(line.strip() and not line.startswith(_NAMED) for line in event.files.splitlines())
    if not words.strip() and not read:
        awaited = report.status in (Status.AWAITING_APPROVAL, Status.AWAITING_ANSWER)
        repository = deps.policy.repository(report.repository)
        refusal = rules.may_decide(person, repository, deps.policy, deps.home_team)
        return Answer(ok=False, sentence=_UNSEEN) if awaited and not refusal else None
    is_phrase = bool(words.strip()) and phrase_of(words) is not None
    said = words if is_phrase or not event.files else "\n".join(filter(str.strip, (words, event.files)))
    return deps.assent.reply(report.id or 0, said, event.ts, person, forwarded=event.forwarded, channel=event.channel)


def _carry_out(words: str, event: SlackEvent, deps: Deps) -> None:
    """Slack takes no commands in threads, so that what is wholly one is heard as one there."""
    typed = Typed(
        event.user, event.user_team or deps.home_team, event.channel, words, trigger="", message=event.external_id
    )
    text, blocks = signalbox_said(typed, deps)
    reply_to(event, text, deps, blocks)


def _after_its_end(event: SlackEvent, report: Report, person: Person, deps: Deps) -> str:
    """What to tell who writes under a resolved report. Who names us there has it looked at again, in a new report."""
    if report.status is not Status.RESOLVED or is_thanks(event.text) or phrase_of(event.text) is not None:
        return ""
    team = event.user_team or deps.home_team
    if f"<@{deps.our_user}" in event.text:
        return promote(Asked(by=event.user, team=team, channel=event.channel, ts=event.ts, seen=event), deps)
    if not deps.once.first(f"resolved/{report.id}/{event.user}/{now().date()}"):
        return ""
    again = (
        f"`/investigate` and what happens, or say it here with <@{deps.our_user}>: I open a new report, linked to this."
    )
    return f"{report.ref} is resolved. Did it come back? {rules.may_ask(person, deps.home_team) or again}"
