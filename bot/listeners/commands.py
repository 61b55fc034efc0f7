"""Slash commands: /investigate opens a report at once, /signalbox says how the bot is and pauses it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from slack_bolt import Ack, App
from slack_sdk.models.blocks import Block

from agents import rules
from agents.hours import day_of
from bot.actions import Command, Verb
from bot.circuits import known_rests
from bot.listeners import (
    correcting,
    explaining,
    held,
    how,
    inquiring,
    linking,
    mending,
    renaming,
    sleeping,
    taking,
    tracking,
)
from bot.listeners.addressing import as_command, as_pasted
from bot.listeners.deps import Deps
from bot.listeners.finding import REPORT, find_typed
from bot.listeners.investigating import investigate_typed
from bot.listeners.outcomes import outcomes_typed
from bot.listeners.payload import Typed
from bot.listeners.standing import standing_typed
from bot.listeners.telling import tell
from bot.listeners.unshown import unshown
from bot.views.condition import Condition, condition
from bot.views.escape import one_line, plain
from bot.views.help import HELP
from bot.views.limits import within
from storage.columns import now
from storage.status import WORKED_ON, Visibility
from storage.switches import PAUSED

_ALIKE = 0.75  # how much, of 1; any word was taken for “resume”, which starts all work
_IN_TIME = 2.5  # seconds; Slack waits three for an acknowledgement
_HELD = "`/signalbox held` lists what is held, with *Restore*, and what was restored last, with *Hold again*."
_DISMISSED = "*Dismiss* is on the report's card; `stop` as a reply of an approver in its thread does the same."
_FIND = (
    "`/signalbox find` lists the open reports of this channel; `find mine`, those that you work on; `find` and words, "
    "all that have such words."
)
_SHELL = "That is asked in a shell where I run: `signalbox approvals`, `doctor`, `pull`."
_IN_THREAD = "That is a button on the plan, or a reply of an approver in the report's thread."
_ELSEWHERE = {
    **dict.fromkeys(("hold", "restore", "quarantine"), _HELD),
    **dict.fromkeys(("dismiss", "stop", "close", "cancel"), _DISMISSED),
    **dict.fromkeys(("approve", "retry"), _IN_THREAD),
    **dict.fromkeys(("unmerge", "unsplit", "revert"), "`/signalbox undo SB-3` takes a merge or a split back."),
    **dict.fromkeys(("unmute", "unsnooze"), "`/signalbox wake SB-12` wakes what sleeps or is muted."),
    **dict.fromkeys(("list", "search", "show", "open", "reports"), _FIND),
    **dict.fromkeys(("approvals", "doctor", "pull"), _SHELL),
    "week": "`/signalbox outcomes since 7d` tells what came of this channel's reports.",
}  # what people try here and is done elsewhere
_SAME = {
    "assign": Verb.GIVE,
    "claim": Verb.TAKE,
    "unassign": Verb.RELEASE,
    "linked": Verb.LINK,
    "retitle": Verb.RENAME,
    **dict.fromkeys(("done", "resolve", "resolved", "mended", "deployed"), Verb.FIXED),
}  # other words for what is done here
_MINE = "mine"
_INVESTIGATE = frozenset({"investigate", "report"})  # it is a command of its own, and meant in the same way here

Said = tuple[str, list[Block]]


def register(app: App, deps: Deps) -> None:
    """Both commands. What they answer is for the person alone."""

    @app.command(Command.INVESTIGATE.value)
    def investigate(ack: Ack, command: dict[str, Any]) -> None:
        _answer(ack, Typed.of(command), investigate_typed, deps)

    @app.command(Command.SIGNALBOX.value)
    def signalbox(ack: Ack, command: dict[str, Any]) -> None:
        typed = Typed.of(command)
        _answer(ack, replace(typed, text=as_pasted(typed.text)), signalbox_said, deps)


def signalbox_said(typed: Typed, deps: Deps) -> Said:
    """What `/signalbox` with these words answers."""
    typed = replace(typed, text=as_command(typed.text))
    word = (typed.text.split() or [Verb.HELP])[0].lower()
    if word == _MINE:
        typed, word = replace(typed, text=f"{Verb.FIND} {_MINE}"), Verb.FIND
    word = _SAME.get(word, word)
    if REPORT.fullmatch(word):
        typed, word = replace(typed, text=f"{Verb.FIND} {word}"), Verb.FIND
    if word in _INVESTIGATE:
        return investigate_typed(replace(typed, text=typed.text.partition(" ")[2]), deps)
    if word not in set(Verb):
        return _unknown(word), []
    verb = Verb(word)
    return (_help if verb is Verb.HELP else _for_members(_VERBS[verb]))(typed, deps)


def _unknown(word: str) -> str:
    """That there is no such verb, and where that is done which it may be meant for; everything, if nobody can tell."""
    hint = _ELSEWHERE.get(word) or next(
        (f"Did you mean `{each}`?" for each in get_close_matches(word, list(Verb), cutoff=_ALIKE)), ""
    )
    rest = f" {hint} `/signalbox help` says what else there is." if hint else f"\n{HELP}"
    return f"I know no “{plain(one_line(word), 40)}” here.{rest}"


def _for_members(work: Callable[[Typed, Deps], Said]) -> Callable[[Typed, Deps], Said]:
    """What guests and strangers are not told: it is about channels that they need not be in."""

    def answer(typed: Typed, deps: Deps) -> Said:
        if refusal := rules.may_ask(deps.person(typed.user, typed.team), deps.home_team):
            return refusal, []
        return work(typed, deps)

    return answer


def _answer(ack: Ack, typed: Typed, work: Callable[[Typed, Deps], Said], deps: Deps) -> None:
    """Do the work, then acknowledge with what came of it. If that took too long for Slack, tell the person again."""
    began = time.monotonic()
    text, blocks = work(typed, deps)
    ack(text=text, blocks=within(blocks) or None)
    if time.monotonic() - began > _IN_TIME and typed.channel and typed.user:
        tell(typed.channel, typed.user, text, deps, blocks=blocks, address=typed.address)


def _status(typed: Typed, deps: Deps) -> Said:
    at = now()
    today, _ = day_of(at, deps.policy.timezone)
    reports = deps.store.reports.open(limit=1_000)
    how = Condition(
        paused=deps.store.switches.get(PAUSED),
        counts=deps.store.signals.counts(),
        open_reports=len(reports),
        asleep=sum(each.asleep_since is not None for each in reports),
        held_up=[each for each in reports if each.status in WORKED_ON and each.not_before and each.not_before > at],
        today=deps.store.spending.since(today),
        cursors=[
            *known_rests(deps.store, deps.policy),
            *(deps.store.cursors.get(source) for source in deps.policy.sources),
        ],
        unshown=unshown(reports, typed.channel, deps),
        dead=deps.store.inbox.dead(),
        short_of_room=deps.short_of_room(),
        channel=typed.channel,
        standing=len(deps.store.standing.living(at)),
        researches=deps.pipeline.means.model.can_research,
        private=frozenset(
            name
            for name, terms in deps.policy.sources.items()
            if terms.visibility is Visibility.PRIVATE and terms.report_to != typed.channel
        ),
    )
    return "Paused" if how.paused.on else "Working", condition(how)


def _held(typed: Typed, deps: Deps) -> Said:
    """The newest of what is held. What is private is shown only where it was said."""
    return held.shown(typed.channel, deps)


def _pause(typed: Typed, deps: Deps) -> Said:
    return _switch(typed, deps, on=True), []


def _resume(typed: Typed, deps: Deps) -> Said:
    return _switch(typed, deps, on=False), []


def _switch(typed: Typed, deps: Deps, *, on: bool) -> str:
    person = deps.person(typed.user, typed.team)
    if refusal := rules.may_decide(person, None, deps.policy, deps.home_team):
        return refusal
    changed = deps.store.switches.pause(on, typed.user)
    if on:
        again = "Paused." if changed else "It was paused already."
        return f"{again} What runs stops at its next checkpoint; nothing is lost. `/signalbox resume` goes on."
    return "Resumed. Everything goes on where it stopped." if changed else "It is not paused."


def _help(_: Typed, __: Deps) -> Said:
    return HELP, []


_VERBS: Mapping[Verb, Callable[[Typed, Deps], Said]] = {
    Verb.STATUS: _status,
    Verb.HELD: _held,
    Verb.FIND: find_typed,
    Verb.WHY: explaining.why_typed,
    Verb.ASK: inquiring.ask_typed,
    Verb.MERGE: correcting.merge_typed,
    Verb.SPLIT: correcting.split_typed,
    Verb.UNDO: correcting.undo_typed,
    Verb.REPOSITORY: correcting.repository_typed,
    Verb.LINEAR: tracking.linear_typed,
    Verb.SNOOZE: sleeping.snooze_typed,
    Verb.MUTE: sleeping.mute_typed,
    Verb.WAKE: sleeping.wake_typed,
    Verb.TAKE: taking.take_typed,
    Verb.GIVE: taking.give_typed,
    Verb.RELEASE: taking.release_typed,
    Verb.FIXED: mending.fixed_typed,
    Verb.LINK: linking.link_typed,
    Verb.UNLINK: linking.unlink_typed,
    Verb.RENAME: renaming.rename_typed,
    Verb.STANDING: standing_typed,
    Verb.OUTCOMES: outcomes_typed,
    Verb.RUNS: how.runs_typed,
    Verb.PAUSE: _pause,
    Verb.RESUME: _resume,
    Verb.HELP: _help,
}
