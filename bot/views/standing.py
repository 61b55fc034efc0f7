"""What people read of standing approvals: that one allowed a plan, why one did not, and which there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from agents.fixes.standing_fixes import announcement
from agents.rules import good_until
from agents.terms import Policy
from bot.actions import Action, Choice
from bot.views import parts
from bot.views.drawing import Drawing
from bot.views.parts import Mention, Moment, Piece, Sign, bold, code
from bot.views.scene import Scene
from bot.views.words import plural
from storage.decisions.counting import approvals_of
from storage.decisions.standing import Listed
from storage.records import ShownPlan
from storage.standing_rows import StandingApproval
from storage.status import Status

_NONE = "No standing approval is in force."
_HOW = (
    "`/signalbox standing give owner/name for 3d at most 2` allows plans for that repository ahead; "
    "`/signalbox standing stop` ends yours, and `stop owner/name` those of that repository."
)
_STOPS = "Any approver may press it. `/signalbox standing` lists what is allowed ahead."
_ENDED = 5  # that are over and told of


def allowed(scene: Scene, shown: ShownPlan) -> Drawing | None:
    """That somebody's standing approval allowed a plan, with Stop while that ends it. Posted before work begins."""
    given, over = given_for(scene, shown), lapsed_of(scene, shown)
    if not given and not over:
        return None
    newest = shown.revision == scene.report.plan_revision
    at_work = bool(given) and newest and scene.report.status is Status.AWAITING_FIX
    said: list[Piece] = [Sign("fast_forward"), " "]
    for each in given:
        said += [*in_force(each, scene.policy), " "]
    for each, because in over:
        said += [*in_force(each, scene.policy), f" It does not count any more: {because}. "]
    blocks: list[Block] = [parts.paragraph(*said, *_what_follows(scene, at_work=at_work))]
    if at_work:
        value = Choice(report_id=scene.report_id).json_text
        blocks.append(parts.buttons(parts.button("Stop", Action.STOP, value)))
        blocks.append(parts.context(parts.Markup(_STOPS)))
    waits = at_work or scene.report.status is Status.AWAITING_APPROVAL
    text = "A standing approval allowed this plan." if given else "A standing approval of this plan lapsed."
    return Drawing(announcement(shown.revision), text, blocks, past=not waits)


def in_force(given: StandingApproval, policy: Policy) -> list[Piece]:
    """The sentence that names whose it is, and from when to when."""
    until = good_until(given, policy)
    return [Mention(given.by), "'s standing approval of ", Moment(given.given_at), ", good until ", Moment(until),
            ", allowed this."]  # fmt: skip


def given_for(scene: Scene, shown: ShownPlan) -> list[StandingApproval]:
    """Those by which this revision is approved, the oldest first."""
    ids = dict.fromkeys(each.standing_id for each in approvals_of(scene.snapshot.approvals, shown.revision))
    rows = {each.id: each for each in scene.snapshot.standing}
    return [rows[number] for number in ids if number is not None and number in rows]


def lapsed_of(scene: Scene, shown: ShownPlan) -> list[tuple[StandingApproval, str]]:
    """Those by which it was, while others had yet to approve it; and why they do not count any more."""
    rows = {each.id: each for each in scene.snapshot.standing}
    said = [each for each in scene.snapshot.approvals if each.plan_revision == shown.revision and each.lapsed_because]
    return [(rows[each.standing_id], each.lapsed_because) for each in said if each.standing_id in rows]


def asked_all_the_same(scene: Scene, shown: ShownPlan) -> list[Block]:
    """Why people are asked though there is a standing approval."""
    uses = [each for each in scene.snapshot.uses if each.plan_revision == shown.revision and each.because]
    reasons = [(each.by, each.because) for each in uses]
    reasons += [(given.by, because) for given, because in lapsed_of(scene, shown)]
    return [
        parts.paragraph("I ask, although ", Mention(by), f" gave a standing approval: {because}.")
        for by, because in reasons[:2]
    ]


def standing(rows: Sequence[Listed], policy: Policy, at: dt.datetime) -> tuple[str, list[Block]]:
    """Those that are in force, who gave them, until when, how often they were used; and the latest that are over."""
    living = [each for each in rows if _is_living(each.standing, policy, at)]
    over = [each for each in rows if each not in living][-_ENDED:]
    text = f"{plural(len(living), 'standing approval')} in force." if living else _NONE
    blocks: list[Block] = [parts.paragraph(bold(text))]
    if living:
        blocks.append(parts.bullets([_line(each, policy) for each in living]))
    if over:
        blocks.append(parts.paragraph("Over of late:"))
        blocks.append(parts.bullets([_past(each, policy) for each in over]))
    return text, [*blocks, parts.paragraph(*_how())]


def _how() -> list[Piece]:
    pieces: list[Piece] = []
    for number, words in enumerate(_HOW.split("`")):
        pieces.append(code(words) if number % 2 else words)
    return pieces


def _is_living(given: StandingApproval, policy: Policy, at: dt.datetime) -> bool:
    return given.ended_at is None and good_until(given, policy) > at


def _line(each: Listed, policy: Policy) -> list[Piece]:
    given = each.standing
    last: list[Piece] = [", the latest on ", Moment(each.last)] if each.last is not None else []
    most = plural(min(given.per_day, policy.standing.per_day), "plan")
    return [
        code(given.repository), ": ", Mention(given.by), ", since ", Moment(given.given_at), ", until ",
        Moment(good_until(given, policy)), f", at most {most} a day; it allowed {each.used}", *last, ".",
    ]  # fmt: skip


def _past(each: Listed, policy: Policy) -> list[Piece]:
    given = each.standing
    by: list[Piece] = [" by ", Mention(given.ended_by)] if given.ended_by else []
    when: list[Piece] = ["it ran out on ", Moment(good_until(given, policy))]
    if given.ended_at is not None:
        when = [f"{given.ended_because}", *by, " on ", Moment(given.ended_at)]
    return [code(given.repository), ": ", Mention(given.by), f", it allowed {each.used}; ", *when, "."]


def _what_follows(scene: Scene, *, at_work: bool) -> list[Piece]:
    if at_work:
        return ["I write the fix now, and open a draft pull request that a person has to merge."]
    if scene.report.status is Status.AWAITING_APPROVAL:
        return ["More approvers have to approve the plan before I begin."]
    return []
