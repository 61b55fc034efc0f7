"""Commands and buttons by which people correct what belongs together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from agents import rules
from agents.people.assent import Via
from agents.people.rehoming import ADDRESS
from bot.actions import Action, Corrected, Picked, Reason, Two
from bot.listeners.deps import Deps
from bot.listeners.explaining import why_here
from bot.listeners.mending import mending
from bot.listeners.naming import REF, Said, about, is_for, scene_of, seen, trimmed
from bot.listeners.payload import Press, Typed
from bot.listeners.renaming import renaming
from bot.listeners.telling import answer_press
from bot.slack.answering import redrawn
from bot.views.corrections import duplicates, picking
from storage.errors import NotFound
from storage.records import Report
from storage.reports.mending import BY_HAND
from storage.reports.naming import named_since
from storage.status import CLOSED, Visibility

_TWO = re.compile(rf"\w+\s+{REF}(?:\s*,\s*|\s+(?:(?:into|in|to|with|and|&)\s+)?){REF}", re.IGNORECASE)
_WHERE = re.compile(
    rf"\w+\s+{REF}\s+[`<]?{ADDRESS}([\w.-]+?(?:/[\w.-]+?)?)(?:\.git)?/?(?:\|[^<>\s]*)?[`>]?", re.IGNORECASE | re.ASCII
)
_REPOSITORY = "Name the report and the repository, such as: `/signalbox repository SB-2 acme/shop`"
_MERGE = "Name both reports, such as: `/signalbox merge SB-3 into SB-2`"
_UNDO = "Name the report that was merged, split, renamed or mended by hand, such as: `/signalbox undo SB-3`"
_SPLIT = "Name the report, such as: `/signalbox split SB-2`"
_LIKE = 5  # reports that are named as what it may be a duplicate of


def split_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox split SB-2`."""
    return about(typed, deps, _SPLIT, _split)


def undo_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox undo SB-3`."""
    return about(typed, deps, _UNDO, _undo_last)


def repository_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox repository SB-2 owner/name`, or the name alone where that says which."""
    named = _WHERE.fullmatch(trimmed(typed))
    if named is None:
        return _REPOSITORY, []
    try:
        report = seen(int(named[1]), typed.channel, deps)
    except NotFound as error:
        return str(error), []
    person = deps.person(typed.user, typed.team)
    return deps.rehoming.say(report.id or 0, named[2], person, Via.COMMAND).sentence, []


def merge_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox merge SB-3 into SB-2`."""
    named = _TWO.fullmatch(trimmed(typed))
    if named is None:
        return _MERGE, []
    try:
        away, into = seen(int(named[1]), typed.channel, deps), seen(int(named[2]), typed.channel, deps)
    except NotFound as error:
        return str(error), []
    person = deps.person(typed.user, typed.team)
    return deps.correcting.merge(away.id or 0, into.id or 0, person, _rooms(typed.user, deps)).sentence, []


def pressed(action: Action, press: Press, deps: Deps) -> str:
    """Do what was pressed; what to tell the person. Raises ValidationError for a value that is not of our making."""
    return _BUTTONS[action](press, deps)


def is_ours(action: Action) -> bool:
    """Whether such a button is dealt with here."""
    return action in _BUTTONS


# ── what buttons do ─────────────────────────────────────────────────────────────────────────────────────────────


def _undo(press: Press, deps: Deps) -> str:
    choice = Corrected.model_validate_json(press.value)
    return deps.correcting.undo(choice.correction_id, _person(press, deps), _rooms(press.user, deps)).sentence


def _same(press: Press, deps: Deps) -> str:
    two = Two.model_validate_json(press.value)
    return deps.correcting.same(two.report_id, two.other_id, _person(press, deps), _rooms(press.user, deps)).sentence


def _different(press: Press, deps: Deps) -> str:
    two = Two.model_validate_json(press.value)
    who, rooms = _person(press, deps), _rooms(press.user, deps)
    return deps.correcting.different(two.report_id, two.other_id, who, rooms).sentence


def _reason(press: Press, deps: Deps) -> str:
    reason = Reason.model_validate_json(press.value)
    return deps.correcting.explain(reason.report_id, reason.dismissal, _person(press, deps)).sentence


def _duplicate(press: Press, deps: Deps) -> str:
    """First which reports it may be a duplicate of are shown; then one of them was chosen."""
    if "other_id" in press.value:
        two = Two.model_validate_json(press.value)
        who, rooms = _person(press, deps), _rooms(press.user, deps)
        return deps.correcting.merge(two.report_id, two.other_id, who, rooms).sentence
    report = deps.store.reports.get(Reason.model_validate_json(press.value).report_id)
    if refusal := deps.correcting.may_correct(report, _person(press, deps), _rooms(press.user, deps)):
        return refusal
    _whisper(press, (f"Of which report is {report.ref} a duplicate?", duplicates(report, _alike(report, deps))), deps)
    return ""


def _show_why(press: Press, deps: Deps) -> str:
    report = deps.store.reports.get(_picked(press).report_id)
    return _tell(press, why_here(report, press.user, press.team, deps), deps)


def _show_split(press: Press, deps: Deps) -> str:
    report = deps.store.reports.get(_picked(press).report_id)
    return _tell(press, _split(report, press.user, press.team, deps), deps)


def _pick(press: Press, deps: Deps) -> str:
    """Pick a signal, or leave it again; the list is drawn anew in its place."""
    value = _picked(press)
    kept = tuple(each for each in value.signals if each != value.this)
    picked = kept if len(kept) < len(value.signals) else (*kept, value.this)
    report = deps.store.reports.get(value.report_id)
    said = (f"Split {report.ref}", picking(report, scene_of(report, deps).signals, picked))
    if not redrawn(press.address, *said):
        _whisper(press, said, deps)
    return ""


def _take_out(press: Press, deps: Deps) -> str:
    value = _picked(press)
    answer = deps.correcting.split(value.report_id, value.signals, _person(press, deps), _rooms(press.user, deps))
    return "" if redrawn(press.address, answer.sentence) else answer.sentence


_BUTTONS: Mapping[Action, Callable[[Press, Deps], str]] = {
    Action.UNDO: _undo,
    Action.SAME: _same,
    Action.DIFFERENT: _different,
    Action.REASON: _reason,
    Action.DUPLICATE: _duplicate,
    Action.WHY: _show_why,
    Action.SPLIT: _show_split,
    Action.PICK: _pick,
    Action.TAKE_OUT: _take_out,
}


# ── what is shown ───────────────────────────────────────────────────────────────────────────────────────────────


def _split(report: Report, user: str, team: str, deps: Deps) -> Said:
    if refusal := deps.correcting.may_correct(report, deps.person(user, team), _rooms(user, deps)):
        return refusal, []
    scene = scene_of(report, deps)
    if report.merged_into is not None:
        heir = deps.store.reports.heir(report.id or 0).ref
        return f"{report.ref} has been merged into {heir}: `/signalbox split {heir}`.", []
    if scene.shown <= 1:
        return f"{report.ref} holds one signal, so there is nothing to split off.", []
    return f"Split {report.ref}", picking(report, scene.signals, ())


def _undo_last(report: Report, user: str, team: str, deps: Deps) -> Said:
    """Take the latest thing back that people said of the report: a merge, a split, its name, or that they mend it."""
    every = [each for each in deps.store.corrections.of_report(report.id or 0) if not each.undone_by]
    at = max((each.at for each in every), default=None)
    mended = deps.store.mendings.latest(report.id or 0)
    if mended is not None and report.status in BY_HAND and (at is None or at < mended.started_at):
        if named_since(report, mended.started_at):
            return renaming(deps).take_back(report.id or 0, deps.person(user, team)).sentence, []
        return mending(deps).take_back(report.id or 0, deps.person(user, team)).sentence, []
    if named_since(report, at):
        return renaming(deps).take_back(report.id or 0, deps.person(user, team)).sentence, []
    if not every:
        return f"There is no merge and no split of {report.ref} that stands, so there is nothing to undo.", []
    return deps.correcting.undo(every[-1].id or 0, deps.person(user, team), _rooms(user, deps)).sentence, []


def _alike(report: Report, deps: Deps) -> list[Report]:
    """Open reports for the same people, those that were nearly taken for this one first."""
    near = [deps.store.reports.get(pair.other(report.id or 0)) for pair in deps.store.pairs.of_report(report.id or 0)]
    room = report.channel if report.visibility is Visibility.PRIVATE else ""
    found = deps.store.search.candidates((), (report.title, report.gist), (), b"", visibility_channel=room)
    every = [*near, *(deps.store.reports.get(each.report_id) for each in found)]
    others = {each.id: each for each in every if each.id != report.id and each.status not in CLOSED}
    return [each for each in others.values() if is_for(each, report)][:_LIKE]


def _picked(press: Press) -> Picked:
    return Picked.model_validate_json(press.value)


def _person(press: Press, deps: Deps) -> rules.Person:
    return deps.person(press.user, press.team)


def _rooms(user: str, deps: Deps) -> Callable[[str], bool]:
    return lambda channel: deps.slack.is_member(channel, user)


def _tell(press: Press, said: Said, deps: Deps) -> str:
    if not said[1]:
        return said[0]
    _whisper(press, said, deps)
    return ""


def _whisper(press: Press, said: Said, deps: Deps) -> None:
    answer_press(press, said[0], deps, said[1])
