"""Somebody asks about a report: in its thread, naming us, or by a command."""

from __future__ import annotations

import hashlib
import re

from agents import rules
from agents.people.answers import Answer
from agents.people.questions import is_question
from agents.rules import Person
from bot.listeners.asking import paused
from bot.listeners.deps import Deps
from bot.listeners.naming import REF, Said, seen
from bot.listeners.payload import Typed
from bot.sources.slack import SlackEvent, words_of
from storage.columns import now
from storage.errors import NotFound
from storage.inquiries import TYPED
from storage.records import Report

_ASK = re.compile(rf"\w+\s+{REF}[\s,:]+(.+)", re.IGNORECASE | re.DOTALL)
_PERSON = "<@"  # begins a mention: whoever names others talks with them
_USAGE = "Name the report and ask, such as: `/signalbox ask SB-12 since which release does it happen?`"


def asked_here(event: SlackEvent, report: Report, person: Person, deps: Deps) -> Answer | None:
    """What to tell who asks us about a report in its thread; None where that is no question to us."""
    named, words = f"<@{deps.our_user}" in event.text, _words_to_us(event, deps)
    if event.forwarded or not deps.asking.is_for_us(report, words, person, named=named):
        return None
    if not named and _PERSON in words:
        return Answer(ok=True, sentence="")  # an approver asks a colleague: neither us, nor for another plan
    answer = deps.asking.ask(report.id or 0, words, person, event.external_id)
    return Answer(ok=True, sentence=paused(deps)) if answer.ok else answer


def ask_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox ask SB-12 why …?`: answered in the report's thread."""
    named = _ASK.fullmatch(typed.text.strip())
    if named is None or not re.search(r"\w", named[2]):
        return _USAGE, []
    try:
        report = seen(int(named[1]), typed.channel, deps)
    except NotFound as error:
        return str(error), []
    person = deps.person(typed.user, typed.team)
    once = typed.message or hashlib.sha256((typed.trigger or now().isoformat()).encode()).hexdigest()[:16]
    answer = deps.asking.ask(report.id or 0, words_of(named[2]), person, f"{TYPED}{once}")
    if not answer.ok or (waits := paused(deps)):
        return answer.sentence or waits, []
    return f"I look it up; the answer comes in {_thread_of(report, deps)}.", []


def where_to_ask(event: SlackEvent, ref: str, deps: Deps) -> str:
    """What to add for who names us in the thread of a signal, and asks about what is known of its report already."""
    person = deps.person(event.user, event.user_team or deps.home_team)
    if not ref or rules.may_ask(person, deps.home_team) or not is_question(_words_to_us(event, deps)):
        return ""
    try:
        report = seen(int(ref.removeprefix("SB-")), event.channel, deps)
    except NotFound:
        return ""
    return f" If you ask about it: name me in {_thread_of(report, deps)}, and I answer there."


def _words_to_us(event: SlackEvent, deps: Deps) -> str:
    return words_of(re.sub(rf"<@{deps.our_user}(?:\|[^>]*)?>", " ", event.text)).strip()


def _thread_of(report: Report, deps: Deps) -> str:
    where = deps.store.outbox.permalink(report.id or 0)
    return f"<{where}|the thread of {report.ref}>" if where else f"the thread of {report.ref}, once that is in Slack"
