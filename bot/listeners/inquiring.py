"""Somebody asks about a report: in its thread, naming us, or by a command."""

from __future__ import annotations

import hashlib
import re

from agents.people.answers import Answer
from agents.rules import Person
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
    name = f"<@{deps.our_user}"
    named = name in event.text
    words = words_of(re.sub(rf"{name}(?:\|[^>]*)?>", " ", event.text)).strip()
    if event.forwarded or not deps.asking.is_for_us(report, words, person, named=named):
        return None
    if not named and _PERSON in words:
        return Answer(ok=True, sentence="")  # an approver asks a colleague: neither us, nor for another plan
    return deps.asking.ask(report.id or 0, words, person, event.external_id)


def ask_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox ask SB-12 why …?`: answered in the report's thread."""
    named = _ASK.fullmatch(typed.text.strip())
    if named is None:
        return _USAGE, []
    try:
        report = seen(int(named[1]), typed.channel, deps)
    except NotFound as error:
        return str(error), []
    person = deps.person(typed.user, typed.team)
    once = hashlib.sha256((typed.trigger or now().isoformat()).encode()).hexdigest()[:16]
    answer = deps.asking.ask(report.id or 0, words_of(named[2]), person, f"{TYPED}{once}")
    where = deps.store.outbox.permalink(report.id or 0)
    thread = f"<{where}|the thread of {report.ref}>" if where else f"the thread of {report.ref}"
    return answer.sentence or f"I look it up; the answer comes in {thread}.", []
