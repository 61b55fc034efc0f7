"""What came of a report, and what went wrong: new messages, because people should hear of it."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk.models.blocks import Block

from agents.people.assent_words import NO_REASON
from bot.actions import Action, Choice
from bot.views import parts
from bot.views.corrections import reasons
from bot.views.drawing import Drawing
from bot.views.in_the_way import what_is_in_the_way
from bot.views.mended import closed, take_back, was_taken_back, what_was_merged
from bot.views.parts import Link, Mention, Moment, Piece, Sign, Words, bold, code
from bot.views.pull_request import ready
from bot.views.scene import Scene
from bot.views.soaked import PROVEN, is_proven, since_merge, told
from bot.views.words import ended, is_merge, it_was
from storage.calling import called
from storage.decisions.kept_back import KeptBack, kept_back_by
from storage.in_the_way import in_the_way_by
from storage.records import Entry, Fix
from storage.reports.past import REVERTED
from storage.status import Dismissal, Mover, Status

_CAME_BACK = (
    "It came back after the merge. The new signal is listed with the others, and I look at it again. If the change "
    "made things worse, revert the pull request."
)
_WAS_REVERTED = "The merge was reverted, so nothing is resolved. I look at it again when more is reported, or if asked."
_NOT_PEOPLE = frozenset({Mover.MACHINE, Mover.WORLD, ""})


def announcements(scene: Scene) -> Iterator[Drawing]:
    """One message for each move that people should hear of, in the order in which they were made."""
    latest = scene.moves[-1] if scene.moves else None
    for entry in scene.moves:
        now = entry is latest
        match entry.before, entry.after:
            case _, Status.STUCK:
                yield trouble(scene, entry, now=now)
            case _, Status.AWAITING_REVIEW if (fix := scene.fix_at(entry)) is not None and not fix.by_hand:
                yield ready(scene, entry, fix, latest=now)
            case Status.AWAITING_REVIEW, Status.GATHERING if entry.who in _NOT_PEOPLE:
                yield closed(entry, now=now)
            case Status.AWAITING_APPROVAL, Status.GATHERING:
                yield expired(scene, entry, now=now)
            case _, Status.DISMISSED if _is_by_a_person(entry):
                yield dismissed(scene, entry, now=now)
            case _:
                continue


def _is_by_a_person(dismissal: Entry) -> bool:
    """A merge is told as a correction; that nothing more is heard, by the card alone: nobody waits to hear it.

    Of who closed a pull request the world is all that we know, too, but it does not gather then.
    """
    fell_silent = dismissal.before is Status.GATHERING and dismissal.who == Mover.WORLD
    return not fell_silent and not is_merge(dismissal)


def merged(scene: Scene, fix: Fix) -> Drawing:
    """From the merge on: watching, then resolved or come back. One message, edited."""
    merged_one: list[Piece] = [Link(fix.url, f"Pull request #{fix.number}"), " was merged."]
    lead = what_was_merged(fix) if fix.by_hand else merged_one
    blocks: list[Block] = [parts.paragraph(Sign(_sign(scene, fix)), " ", *lead, *_since_merge(scene, fix))]
    if back := _back(scene, fix):
        blocks.append(parts.paragraph(_WAS_REVERTED if back.text.startswith(REVERTED) else _CAME_BACK))
    if fix.by_hand and scene.fix is fix and scene.report.status is Status.AWAITING_PROOF:
        blocks.append(take_back(scene))
    return Drawing(f"outcome:{fix.id}", _said(scene, fix), blocks)


def trouble(scene: Scene, entry: Entry, *, now: bool) -> Drawing:
    """Why the report is stuck, and Retry while it is."""
    why = (Words(entry.text, limit=2_000), *it_was(entry))
    kept, way = kept_back_by(entry), in_the_way_by(entry)
    heading = "I am stuck. " if way is None else "I ask before I go on. "
    blocks: list[Block] = [parts.paragraph(Sign("warning"), " ", bold(heading), *why)]
    if now:
        value = Choice(report_id=scene.report_id).json_text
        confirm = "The report is closed, and no fix is made."
        blocks += _words(scene, kept) if kept is not None else []
        blocks += what_is_in_the_way(scene, way) if way is not None else []
        asked = Choice(report_id=scene.report_id, entry_id=entry.id or 0).json_text
        blocks.append(
            parts.buttons(
                *([parts.button("These words are fine", Action.PERMIT, asked)] if kept is not None else []),
                *([parts.button("Go on", Action.GO_ON, asked)] if way is not None else []),
                parts.button("Retry" if way is None else "Look again", Action.RETRY, value, style="primary"),
                parts.button("Dismiss", Action.DISMISS, value, confirm=confirm),
            )
        )
    elif following := _following(scene, entry):
        blocks.append(parts.paragraph(*_by(following), Words(following.text, italic=True, limit=300)))
    return Drawing(f"trouble:{entry.id}", f"{heading}{entry.text}", blocks, past=not now)


def _words(scene: Scene, kept: KeptBack) -> list[Block]:
    """The words that a fix is kept back for, why, and what an approver may do about it."""
    named: list[Piece] = []
    for word in kept.words:
        named += [code(word), " "]
    return [
        parts.paragraph(bold("Words  "), *named),
        parts.context(
            f"They stand in the report and nowhere in {scene.report.repository}, so they may be names of people or "
            "customers. If all who read the repository may read them, an approver presses “These words are fine”, or "
            "replies so: these are let through for this report, no others, and the fix goes on."
        ),
    ]


def expired(scene: Scene, entry: Entry, *, now: bool) -> Drawing:
    """Nobody decided on the plan in time."""
    blocks: list[Block] = [
        parts.paragraph(Sign("hourglass"), " The plan expired, because it was not decided on in time.")
    ]
    if now:
        value = Choice(report_id=scene.report_id).json_text
        blocks.append(parts.buttons(parts.button("Ask again", Action.RETRY, value)))
    return Drawing(
        f"expired:{entry.id}", "The plan expired, because it was not decided on in time.", blocks, past=not now
    )


def dismissed(scene: Scene, entry: Entry, *, now: bool) -> Drawing:
    """Somebody said no; why, or buttons to say so."""
    explained = now and entry.text == NO_REASON and scene.report.dismissal is not None  # the reason stands beneath
    why = Words("" if explained else entry.text, italic=True, limit=500)
    blocks = [parts.paragraph(Sign("no_entry_sign"), " Dismissed. ", *_by(entry), why)]
    if now:
        blocks += reasons(scene.report)
    again = "`/investigate`, or the shortcut on a message, has the problem looked at again."
    return Drawing(f"dismissed:{entry.id}", f"Dismissed: {entry.text}", [*blocks, parts.context(parts.Markup(again))])


def followed(scene: Scene) -> Iterator[Drawing]:
    """That a report was opened for it again: who mended or dismissed this one reads it here."""
    over = scene.report.status is Status.RESOLVED or (
        scene.report.dismissal is not None and scene.report.dismissal.may_come_back
    )
    said = "It may have come back, so I opened " if over else "It is looked at again in "
    said = "It is still there, so I opened " if scene.report.dismissal is Dismissal.ANALYSIS_WRONG else said
    for after in scene.snapshot.after:
        name = f"{after.report.ref}: {called(after.report)}"[:160]
        line: list[Piece] = [Sign("repeat"), f" {said}", Link(after.address, name), ended(name).rstrip()]
        yield Drawing(f"after:{after.report.id}", f"{said}{name}", [parts.paragraph(*line)])


def missing(scene: Scene) -> Iterator[Drawing]:
    """Why research ended without a plan or a question, and what would help.

    A new message when a person had asked for it, because they wait for it; else the last one is edited.
    """
    purpose, said, asked = "missing", dict[str, Entry](), False
    for entry in scene.moves:
        if entry.after is Status.AWAITING_RESEARCH:
            asked = entry.who not in _NOT_PEOPLE
        elif (entry.before, entry.after) == (Status.AWAITING_RESEARCH, Status.GATHERING):
            purpose = f"missing:{entry.id}" if asked and said else purpose
            said[purpose] = entry
    for name, entry in said.items():
        yield _lacking(scene, entry, name)


def _lacking(scene: Scene, ended: Entry, purpose: str) -> Drawing:
    blocks: list[Block] = [
        parts.paragraph(
            Sign("grey_question"), " ", bold("No fix can be proposed yet. "), Words(ended.text, limit=2_000)
        )
    ]
    now = scene.report.status is Status.GATHERING and scene.moves[-1] is ended
    if now:
        value = Choice(report_id=scene.report_id).json_text
        blocks.append(parts.context("I look again when more is reported, or when an approver presses this."))
        blocks.append(parts.buttons(parts.button("Look again", Action.RETRY, value)))
    else:
        blocks.append(parts.context("That was then; the report has moved on."))
    return Drawing(purpose, f"No fix can be proposed yet: {ended.text}", blocks, past=not now)


def _since_merge(scene: Scene, fix: Fix) -> list[Piece]:
    """What became of it since; of an earlier one only that it was taken back."""
    report = scene.report
    if fix.by_hand and was_taken_back(scene, fix):
        return [" That was taken back."]
    if scene.fix is not fix:
        return []
    match report.status:
        case Status.RESOLVED:
            return since_merge(scene.ending)
        case Status.AWAITING_PROOF if report.soak_until is not None:
            return [" I watch until ", Moment(report.soak_until), " whether it comes back."]
        case _:
            return []


def _sign(scene: Scene, fix: Fix) -> str:
    return PROVEN if is_proven(scene) and scene.fix is fix else "crossed_fingers"


def _said(scene: Scene, fix: Fix) -> str:
    if scene.report.status is Status.RESOLVED:
        return told(fix, scene.ending)
    if fix.number is None:
        return "It is said to be mended; I watch whether it comes back."
    return f"Pull request #{fix.number} was merged; I watch whether it comes back."


def _back(scene: Scene, fix: Fix) -> Entry | None:
    """The move that took the report back since its fix was merged."""
    back = scene.last_move(Status.AWAITING_PROOF, Status.GATHERING)
    is_back = back is not None and back.who in _NOT_PEOPLE
    return back if back is not None and is_back and fix.merged_at is not None and back.at >= fix.merged_at else None


def _following(scene: Scene, entry: Entry) -> Entry | None:
    return next((move for move in scene.moves if (move.id or 0) > (entry.id or 0)), None)


def _by(entry: Entry) -> list[Piece]:
    return [] if entry.who in _NOT_PEOPLE else [Mention(entry.who), " "]
