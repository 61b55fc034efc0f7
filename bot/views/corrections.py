"""What people corrected, what may have to be corrected, and what came in after a plan was shown. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import Block

from bot.actions import Action, Corrected, Picked, Reason, Two
from bot.views import parts
from bot.views.drawing import Drawing, Spot
from bot.views.parts import Link, Mention, Moment, Piece, Sign, Words, bold
from bot.views.reporter import message_of
from bot.views.scene import Scene
from bot.views.words import plural, source_name, title_of
from storage.calling import called
from storage.groups import NEAR, Correction, CorrectionKind, PairKind
from storage.raw import SLACK
from storage.records import Report, Signal
from storage.reports.snapshot import Near
from storage.status import CLOSED, Dismissal, Status

_ASKED_ABOUT = 3  # pairs in the one message
PICKED_FROM = 15  # signals that can be picked from; two blocks each
REASONS = (
    ("Won't fix", Dismissal.WONT_FIX),
    ("Fixed elsewhere", Dismissal.FIXED_ELSEWHERE),
    ("Not a problem", Dismissal.NOT_A_PROBLEM),
    ("Analysis is wrong", Dismissal.ANALYSIS_WRONG),
    ("Unclear", Dismissal.UNCLEAR),
    ("Not now", Dismissal.NOT_NOW),
)
_SAID = {
    Dismissal.WONT_FIX: "Won't fix: later signals of it are counted here and change nothing.",
    Dismissal.NOT_A_PROBLEM: "Not a problem: later signals of it are counted here and change nothing.",
    Dismissal.FIXED_ELSEWHERE: "Fixed elsewhere: if it happens again, a report is opened that says so.",
    Dismissal.ANALYSIS_WRONG: (
        "The analysis is wrong: if it is heard of again, a report is opened, and another cause is looked for."
    ),
    Dismissal.UNCLEAR: "Unclear: later signals of it, which may say more, are counted here until it weighs twice that.",
    Dismissal.NOT_NOW: "Not now: later signals of it are counted here until it weighs twice as much.",
    Dismissal.QUIET: "Quiet: if it is heard of again, a report is opened that says so.",
    Dismissal.DUPLICATE: "A duplicate: later signals of it go to the other report.",
    Dismissal.MERGED: "Merged: later signals of it go to the other report.",
}

_UNKNOWN_TO_THE_PLAN = "The plan does not know of them."
_TOLD_THERE, _APART = " What becomes of it is told there.", " The two are kept apart."


def corrected(scene: Scene) -> Iterator[Drawing]:
    """One message for each merge and split that the report had a part in, with Undo while that is possible."""
    for correction in scene.snapshot.corrections:
        yield _correction(scene, correction)


def _correction(scene: Scene, correction: Correction) -> Drawing:
    many = plural(len(correction.signals), "signal")
    away = correction.report_id == scene.report_id
    other = f"SB-{correction.other_id if away else correction.report_id}"
    match correction.kind, away:
        case CorrectionKind.MERGE, True:
            sign, did, since = "arrow_right", f"merged this into {other}, with {many}.", _TOLD_THERE
        case CorrectionKind.MERGE, False:
            sign, did, since = "arrow_heading_down", f"merged {other} into this, with {many}.", ""
        case _, True:
            sign, did, since = "scissors", f"made {many} of this a report of their own, {other}.", _APART
        case _:
            sign, did, since = "scissors", f"split this off {other}, with {many}.", _APART
    line: list[Piece] = [Sign(sign), " ", Mention(correction.by), f" {did}{'' if correction.undone_by else since}"]
    blocks: list[Block] = [parts.paragraph(*line, *_address(scene, away=away))]
    if correction.undone_by:
        blocks.append(parts.paragraph(Mention(correction.undone_by), " undid that."))
    else:
        blocks += _beside_the_plan(scene, correction)
        value = Corrected(correction_id=correction.id or 0).json_text
        blocks.append(parts.buttons(parts.button("Undo", Action.UNDO, value, number=correction.id)))
    return Drawing(f"correction:{correction.id}", f"A {correction.kind.value} of {other}", blocks)


def _beside_the_plan(scene: Scene, correction: Correction) -> list[Block]:
    """Who decides on a plan that waits should know that what it was made for has changed since."""
    plan, waits = scene.plan, scene.report.status is Status.AWAITING_APPROVAL
    if plan is None or not waits or correction.at < plan.made_at:
        return []
    left = correction.report_id == scene.report_id
    said = "The plan was still made for them." if left else _UNKNOWN_TO_THE_PLAN
    return [parts.context(f"{said} Words of an approver in this thread revise it.")]


def _address(scene: Scene, *, away: bool) -> list[Piece]:
    heir = scene.snapshot.heir
    if not away or heir is None or not scene.snapshot.heir_address:
        return []
    return [" ", Link(scene.snapshot.heir_address, f"Go to {heir.ref}")]


def moved(scene: Scene) -> Iterator[Drawing]:
    """Under the messages of people whose signals went to another report, in place of what was said before."""
    for signal in scene.snapshot.moved:
        if message_of(signal) is None or not signal.thread_ts or signal.report_id is None:
            continue
        text = f"This is in SB-{signal.report_id} now. What becomes of it is told there."
        under = Spot(signal.channel, signal.thread_ts)
        yield Drawing(f"link:{signal.id}", text, [parts.paragraph(text)], under, past=True)


def near_misses(scene: Scene) -> Drawing:
    """One message, edited: other reports that may be the same problem, until somebody says whether they are."""
    asked = [] if scene.report.status in CLOSED else [near for near in scene.snapshot.near if _is_asked(near)]
    if not asked:
        text = "I asked whether this is the same problem as another report; that is answered."
        return Drawing("near", text, [parts.paragraph(Words(text, italic=True))], past=True)
    blocks: list[Block] = [parts.paragraph(Sign("left_right_arrow"), bold(" May this be the same problem?"))]
    for near in asked[:_ASKED_ABOUT]:
        value = Two(report_id=scene.report_id, other_id=near.report.id or 0).json_text
        name = f"{near.report.ref}: {called(near.report)}"[:160]
        likely = f"{near.pair.likelihood:.0%} likely by words and labels"
        said = "" if near.pair.likelihood >= NEAR else "what they name says so; "
        why = f" ({said}{likely}; I kept them apart)"
        blocks += [
            parts.paragraph(Link(near.address, name), why),
            parts.buttons(
                parts.button("Same problem", Action.SAME, value, number=near.report.id),
                parts.button("Different", Action.DIFFERENT, value, number=near.report.id),
            ),
        ]
    return Drawing("near", f"May this be the same problem as {asked[0].report.ref}?", blocks)


def _is_asked(near: Near) -> bool:
    return near.pair.kind is PairKind.NEAR_MISS and near.report.status not in CLOSED


def joined_since(scene: Scene) -> Drawing | None:
    """While a plan waits: what joined after it was made. A message of its own, because whoever decides should know."""
    plan = scene.plan
    if plan is None or not plan.posted_ts:
        return None
    news, many = scene.snapshot.gathered.news, plural(scene.snapshot.gathered.joined, "signal")
    if not news:
        return None
    line: list[Piece] = [Sign("heavy_plus_sign"), f" {many} joined since the plan was made:"]
    blocks: list[Block] = [parts.paragraph(*line)]
    blocks.append(parts.bullets([_named(signal) for signal in news]))
    waiting = scene.report.status is Status.AWAITING_APPROVAL
    if waiting:
        blocks.append(parts.context(f"{_UNKNOWN_TO_THE_PLAN} Words of an approver in this thread revise it."))
    return Drawing(f"joined:{plan.revision}", f"{many} joined since the plan was made", blocks, past=not waiting)


def _named(signal: Signal) -> list[Piece]:
    return [bold(source_name(signal.source), 60), " ", Link(signal.url, title_of(signal)[:160])]


def reasons(report: Report) -> list[Block]:
    """Under the message that says it was dismissed: why, or buttons to say so."""
    if report.merged_into is not None and report.dismissal is None:
        return []
    if report.dismissal is not None:
        return [parts.context(_SAID[report.dismissal])]
    pressed = [
        parts.button(
            label, Action.REASON, Reason(report_id=report.id or 0, dismissal=dismissal).json_text, number=number
        )
        for number, (label, dismissal) in enumerate(REASONS)
    ]
    value = Reason(report_id=report.id or 0, dismissal=Dismissal.DUPLICATE).json_text
    pressed.insert(3, parts.button("Duplicate of…", Action.DUPLICATE, value))
    hint = "Why? It decides what becomes of later signals of the same problem."
    return [parts.paragraph(hint), parts.buttons(*pressed)]


def duplicates(report: Report, others: list[Report]) -> list[Block]:
    """For the person who presses “Duplicate of…”: which report is it?"""
    blocks: list[Block] = [
        parts.paragraph(
            f"Of which report is {report.ref} a duplicate? For {'another' if others else 'any'} one, type ",
            Words(f"/signalbox merge {report.ref} into SB-…", code=True),
        ),
    ]
    for other in others:
        value = Two(report_id=report.id or 0, other_id=other.id or 0).json_text
        button = parts.button(f"Of {other.ref}", Action.DUPLICATE, value, number=other.id)
        blocks += [parts.paragraph(bold(other.ref), " ", Words(called(other), limit=160)), parts.buttons(button)]
    return blocks


def picking(report: Report, signals: Sequence[Signal], picked: tuple[int, ...]) -> list[Block]:
    """For the person who splits: the newest signals, each to be picked, and what is done with them."""
    blocks: list[Block] = [
        parts.paragraph(bold(f"Split {report.ref}. "), "Pick the signals that are about another problem.")
    ]
    for signal in list(reversed(signals))[:PICKED_FROM]:
        value = Picked(report_id=report.id or 0, signals=picked, this=signal.id or 0).json_text
        chosen = signal.id in picked
        label = "Picked: leave it" if chosen else "Pick"
        button = parts.button(label, Action.PICK, value, number=signal.id, style="primary" if chosen else "")
        whence: list[Piece] = [", ", Moment(signal.happened_at)]
        whence += [" by ", Mention(signal.author)] if signal.source == SLACK and signal.author else []
        blocks += [parts.paragraph(*_named(signal), *whence), parts.buttons(button)]
    if picked:
        value = Picked(report_id=report.id or 0, signals=picked).json_text
        label = f"Split off {plural(len(picked), 'signal')}"
        blocks.append(parts.buttons(parts.button(label, Action.TAKE_OUT, value, style="danger")))
    return blocks
