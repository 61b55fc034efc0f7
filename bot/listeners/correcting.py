"""Commands and buttons by which people ask why a signal is where it is, and correct it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import structlog
from slack_sdk.models.blocks import Block

from agents import rules
from agents.assent import Via
from agents.errors import SlackDown, SlackRejected
from bot.actions import Action, Corrected, Picked, Reason, Two
from bot.answering import answer_at
from bot.listeners.deps import Deps
from bot.listeners.payload import Press, Typed
from bot.views.corrections import duplicates, picking
from bot.views.drawing import Spot
from bot.views.scene import Scene
from bot.views.why import Why, why
from storage.errors import NotFound
from storage.records import Report
from storage.status import CLOSED, Visibility

log = structlog.get_logger()

Said = tuple[str, list[Block]]

_REF = r"(?:#|SB[- ]?)?(\d{1,9})"
_ONE = re.compile(rf"\w+\s+{_REF}", re.IGNORECASE)
_TWO = re.compile(rf"\w+\s+{_REF}\s+(?:into|in|to|with|and|&)\s+{_REF}", re.IGNORECASE)
_WHERE = re.compile(rf"\w+\s+{_REF}\s+`?([\w.-]+/[\w.-]+)`?", re.IGNORECASE | re.ASCII)
_REPOSITORY = "Name the report and the repository, such as: `/signalbox repository SB-2 acme/shop`"
_WHY = "Name the report, such as: `/signalbox why SB-12`"
_MERGE = "Name both reports, such as: `/signalbox merge SB-3 into SB-2`"
_UNDO = "Name the report that was merged or split, such as: `/signalbox undo SB-3`"
_SPLIT = "Name the report, such as: `/signalbox split SB-2`"
_LIKE = 5  # reports that are named as what it may be a duplicate of


def why_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox why SB-12`."""
    return _about(typed, deps, _WHY, _why)


def split_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox split SB-2`."""
    return _about(typed, deps, _SPLIT, _split)


def undo_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox undo SB-3`."""
    return _about(typed, deps, _UNDO, _undo_last)


def repository_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox repository SB-2 owner/name`."""
    named = _WHERE.fullmatch(_trimmed(typed))
    if named is None:
        return _REPOSITORY, []
    try:
        report = _seen(int(named[1]), typed.channel, deps)
    except NotFound as error:
        return str(error), []
    person = deps.person(typed.user, typed.team)
    return deps.rehoming.say(report.id or 0, named[2], person, Via.COMMAND).sentence, []


def merge_typed(typed: Typed, deps: Deps) -> Said:
    """`/signalbox merge SB-3 into SB-2`."""
    named = _TWO.fullmatch(_trimmed(typed))
    if named is None:
        return _MERGE, []
    try:
        away, into = _seen(int(named[1]), typed.channel, deps), _seen(int(named[2]), typed.channel, deps)
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
    return _tell(press, _why(report, press.user, press.team, deps), deps)


def _show_split(press: Press, deps: Deps) -> str:
    report = deps.store.reports.get(_picked(press).report_id)
    return _tell(press, _split(report, press.user, press.team, deps), deps)


def _pick(press: Press, deps: Deps) -> str:
    """Pick a signal, or leave it again; the list is drawn anew in its place."""
    value = _picked(press)
    kept = tuple(each for each in value.signals if each != value.this)
    picked = kept if len(kept) < len(value.signals) else (*kept, value.this)
    report = deps.store.reports.get(value.report_id)
    said = (f"Split {report.ref}", picking(report, _scene(report, deps).signals, picked))
    if not _redraw(press, said):
        _whisper(press, said, deps)
    return ""


def _take_out(press: Press, deps: Deps) -> str:
    value = _picked(press)
    answer = deps.correcting.split(value.report_id, value.signals, _person(press, deps), _rooms(press.user, deps))
    return "" if _redraw(press, (answer.sentence, [])) else answer.sentence


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


def _about(typed: Typed, deps: Deps, usage: str, show: Callable[[Report, str, str, Deps], Said]) -> Said:
    named = _ONE.fullmatch(_trimmed(typed))
    if named is None:
        return usage, []
    try:
        report = _seen(int(named[1]), typed.channel, deps)
    except NotFound as error:
        return str(error), []
    return show(report, typed.user, typed.team, deps)


def _why(report: Report, user: str, team: str, deps: Deps) -> Said:
    if refusal := rules.may_ask(deps.person(user, team), deps.home_team):
        return refusal, []
    if report.merged_into is not None:
        heir = deps.store.reports.heir(report.id or 0).ref
        return f"{report.ref} was merged into {heir}, and so its signals are there: `/signalbox why {heir}`.", []
    snapshot = deps.store.reports.snapshot(report.id or 0)
    scene = _scene(report, deps)
    placements = deps.store.placements.of([signal.id or 0 for signal in scene.signals])
    ids = {each.report_id for placement in placements.values() for each in placement.considered.candidates}
    titles = {each: other.title for each in ids if _is_for(other := deps.store.reports.get(each), report)}
    told = Why(report, scene.signals, scene.shown, placements, snapshot.corrections, titles)
    return f"Why these signals are in {report.ref}", why(told)


def _split(report: Report, user: str, team: str, deps: Deps) -> Said:
    if refusal := deps.correcting.may_correct(report, deps.person(user, team), _rooms(user, deps)):
        return refusal, []
    scene = _scene(report, deps)
    if report.merged_into is not None:
        heir = deps.store.reports.heir(report.id or 0).ref
        return f"{report.ref} has been merged into {heir}: `/signalbox split {heir}`.", []
    if scene.shown <= 1:
        return f"{report.ref} holds one signal, so there is nothing to split off.", []
    return f"Split {report.ref}", picking(report, scene.signals, ())


def _undo_last(report: Report, user: str, team: str, deps: Deps) -> Said:
    """Take the latest merge or split back in which the report had a part."""
    every = [each for each in deps.store.corrections.of_report(report.id or 0) if not each.undone_by]
    if not every:
        return f"There is no merge and no split of {report.ref} that stands, so there is nothing to undo.", []
    return deps.correcting.undo(every[-1].id or 0, deps.person(user, team), _rooms(user, deps)).sentence, []


def _trimmed(typed: Typed) -> str:
    """What was typed, without the signs with which sentences end."""
    return typed.text.strip().rstrip("?!. ")


def _scene(report: Report, deps: Deps) -> Scene:
    return Scene(deps.store.reports.snapshot(report.id or 0), deps.policy, thread=Spot(report.channel, ""))


def _alike(report: Report, deps: Deps) -> list[Report]:
    """Open reports for the same people, those that were nearly taken for this one first."""
    near = [deps.store.reports.get(pair.other(report.id or 0)) for pair in deps.store.pairs.of_report(report.id or 0)]
    room = report.channel if report.visibility is Visibility.PRIVATE else ""
    found = deps.store.search.candidates((), (report.title, report.gist), (), b"", visibility_channel=room)
    every = [*near, *(deps.store.reports.get(each.report_id) for each in found)]
    others = {each.id: each for each in every if each.id != report.id and each.status not in CLOSED}
    return [each for each in others.values() if _is_for(each, report)][:_LIKE]


def _seen(report_id: int, channel: str, deps: Deps) -> Report:
    """A report that may be spoken of in this channel. Raises NotFound."""
    try:
        report = deps.store.reports.get(report_id)
    except NotFound:
        report = None
    if report is None or (report.visibility is Visibility.PRIVATE and report.channel != channel):
        raise NotFound(f"There is no SB-{report_id} that I could speak of here.")
    return report


def _is_for(other: Report, report: Report) -> bool:
    """Whether who may see one report may see the other."""
    return other.visibility is Visibility.PUBLIC or other.channel == report.channel


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
    deps.slack.whisper(press.channel, press.user, said[0], thread_ts=press.thread_ts, blocks=said[1])


def _redraw(press: Press, said: tuple[str, Sequence[Block]]) -> bool:
    """Draw it in the place of what was pressed; False where Slack does not let us, after half an hour."""
    if not press.address:
        return False
    try:
        answer_at(press.address, said[0], said[1], replace=True)
    except (SlackDown, SlackRejected) as error:
        log.info("what was shown to a person was not redrawn", error=str(error))
        return False
    return True
